"""Stock clients hold a spoken conversation with the real engines; the programs in examples/ are the clients."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from server import places
from server.engines import Engines
from server.serve import Doorkeeper, serving
from server.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CONVERSATION = [str(ROOT / "audio_fixtures" / "the-second-one" / f"{turn}.wav") for turn in (1, 2, 3)]
"""A mug under twenty dollars; more about the second one; what that one is made of."""
INSTALL_WITHIN_S = 120


@contextlib.asynccontextmanager
async def serving_at(engines: Engines, **settings: object) -> AsyncIterator[int]:
    chosen = Settings(port=0, **settings)  # type: ignore[arg-type]
    async with serving(chosen, Doorkeeper(chosen, engines)) as (_, port):
        yield port


async def run(*command: str, folder: Path, **environment: str) -> list[str]:
    """The lines a program prints."""
    program = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=os.environ | environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(program.communicate(), 120)
    assert program.returncode == 0, out.decode()
    return out.decode().splitlines()


def check_conversation(lines: list[str], engines: Engines) -> None:
    """Each turn was heard and answered, and "the second one" is what was named second."""
    heard = [line.removeprefix("you:  ").lower() for line in lines if line.startswith("you:")]
    said = [line.removeprefix("shop: ") for line in lines if line.startswith("shop:")]
    assert [word in text for word, text in zip(("mug", "second", "made of"), heard, strict=True)] == [True] * 3, lines
    assert len(said) == 3, lines
    places_of = sorted((said[0].find(item.title), item.title) for item in engines.recommender.items() if item.title in said[0])
    assert places_of[1][1] in said[1], lines
    assert not any(line.startswith("error") for line in lines)


async def test_the_official_python_client_holds_a_spoken_conversation(real_engines: Engines, tmp_path: Path) -> None:
    async with serving_at(real_engines) as port:
        lines = await run(
            sys.executable, str(EXAMPLES / "python_openai.py"), f"http://127.0.0.1:{port}/v1", *CONVERSATION, folder=tmp_path
        )
        check_conversation(lines, real_engines)
        assert (tmp_path / "reply-3.wav").stat().st_size > 48_000


@pytest.fixture(scope="module")
def javascript() -> Path:
    """A folder with the example and the packages it needs, kept in the user's cache."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed, so the JavaScript client cannot be run")
    folder = places.home() / "javascript"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "javascript_openai.mjs"):
        shutil.copy(EXAMPLES / name, folder / name)
    if not (folder / "node_modules" / "openai").is_dir() or not (folder / "node_modules" / "ws").is_dir():
        try:
            subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True,
                           timeout=INSTALL_WITHIN_S)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"npm cannot install the packages of examples/package.json here ({type(error).__name__})")
    return folder


async def test_the_official_javascript_client_holds_a_spoken_conversation_over_tls(
    real_engines: Engines, javascript: Path, tmp_path: Path
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    doors = {"tls_certificate": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem", "token": "a-secret-of-ours"}
    async with serving_at(real_engines, **doors) as port:
        lines = await run(
            "node", "javascript_openai.mjs", f"https://127.0.0.1:{port}/v1", *CONVERSATION, folder=javascript,
            NODE_EXTRA_CA_CERTS=str(tmp_path / "authority.pem"), SHOPTALK_TOKEN="a-secret-of-ours",
        )
        check_conversation(lines, real_engines)


async def test_the_shops_own_protocol_needs_nothing_but_a_websocket(real_engines: Engines, tmp_path: Path) -> None:
    async with serving_at(real_engines) as port:
        lines = await run(
            sys.executable, str(EXAMPLES / "voice_client.py"), f"ws://127.0.0.1:{port}/v1/voice", CONVERSATION[0], "reply.wav",
            folder=tmp_path,
        )
        assert "mug" in lines[0].lower()
        assert lines[1].startswith("shop:")
        assert (tmp_path / "reply.wav").stat().st_size > 32_000
