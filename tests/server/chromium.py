"""A headless Chromium driven by its DevTools protocol: enough to open the page, act, and look."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


def chromium() -> str | None:
    """The browser's program, if it is installed."""
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.console: list[str] = []
        """Warnings, errors and exceptions of the page, among them breaches of its content security policy."""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for data in self._line:
            message = json.loads(data)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Runtime.exceptionThrown":
                self.console.append(json.dumps(message["params"]["exceptionDetails"])[:500])
            elif message["method"] == "Log.entryAdded":
                entry = message["params"]["entry"]
                self.console.append(f"{entry['level']}: {entry['text']} {entry.get('url', '')}")

    def close(self) -> None:
        self._reading.cancel()

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        await self._line.send(json.dumps({"id": number, "method": method, "params": params}))
        result = await asyncio.wait_for(answer, 20)
        assert "error" not in result, result
        return dict(result["result"])

    async def js(self, expression: str) -> Any:
        """The value of an expression, as if a person had acted (so that sound may play)."""
        result = await self.command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def until(self, expression: str, within_s: float = 10.0) -> None:
        """Wait until an expression is true."""
        async with asyncio.timeout(within_s):
            while not await self.js(f"!!({expression})"):
                await asyncio.sleep(0.05)

    async def screenshot(self, file: Path) -> None:
        shot = await self.command("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        await self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.command("Emulation.setEmulatedMedia", features=[scheme])


@contextlib.asynccontextmanager
async def browsing(url: str, *, microphone: Path | None = None) -> AsyncIterator[Page]:
    """A tab at ``url``. ``microphone``: a WAV that the page hears, once, from the moment it opens the microphone."""
    program = chromium()
    assert program is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--mute-audio", "--disable-dev-shm-usage", "--remote-debugging-port=0", f"--user-data-dir={profile}",
            "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            "--autoplay-policy=no-user-gesture-required",
        ]
        if microphone is not None:
            flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
        process = await asyncio.create_subprocess_exec(
            program, *flags, "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            port_file = Path(profile) / "DevToolsActivePort"
            async with asyncio.timeout(30):
                while not port_file.is_file() or "\n" not in port_file.read_text():
                    await asyncio.sleep(0.05)
            port = port_file.read_text().split("\n")[0]
            targets = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json")))
            tab = next(target for target in targets if target["type"] == "page")
            async with connect(tab["webSocketDebuggerUrl"], max_size=None, ping_interval=None, proxy=None) as line:
                page = Page(line)
                for domain in ("Page", "Runtime", "Log"):
                    await page.command(f"{domain}.enable")
                await page.command("Page.navigate", url=url)
                yield page
                page.close()
        finally:
            process.terminate()
            await process.wait()
