"""The real engines, loaded once for every test of the real path behind the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from server.engines import Engines, load_engines
from server.settings import Settings


@pytest.fixture(scope="session")
def real_engines(demo_shop: Path, model: Callable[[str], Path]) -> Engines:
    for name in ("whisper-base", "piper-joe", "silero-vad", "smart-turn", "gemma3-270m"):
        model(name)
    return load_engines(Settings(shop=demo_shop))
