"""The page in a real browser, with a recording as its microphone. Scripted engines behind it, the real server between."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from chromium import Page, browsing, chromium
from little_parlour import make_engines
from test_serve import nobody_left, open_shop, tone

from server.serve import Doorkeeper, serving
from server.settings import Settings
from voice.resampling import as_pcm16, resample
from voice.wavefiles import write_wav

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium here to open the page in")

SAID = "document.querySelectorAll('#log .shop .word.said').length"


def address(url: str) -> str:
    return url.replace("ws://", "http://").removesuffix("/v1/voice") + "/"


async def typed(page: Page, text: str) -> None:
    await page.until("document.querySelector('#examples button')", 20)
    await page.js(f"document.querySelector('#words').value = {text!r}; document.querySelector('#say').requestSubmit()")


async def test_speaking_to_the_page(tmp_path: Path) -> None:
    """A recording is the microphone: it is heard, shown as words, chips and cards, spoken, and can be interrupted."""
    engines = make_engines(tmp_path)
    pcm = as_pcm16(np.concatenate([np.zeros(16_000), tone(engines, "a blue lamp"), np.zeros(480_000)]).astype(np.float32))
    microphone = tmp_path / "microphone.wav"
    write_wav(microphone, resample(pcm, 16_000, 48_000), 48_000)
    async with open_shop(engines) as (url, keeper):
        async with browsing(address(url), microphone=microphone) as page:
            await page.until("document.querySelector('#examples button')", 20)
            assert not keeper.sessions    # looking takes nobody's place
            await page.js("document.querySelector('#microphone').click()")
            await page.until("document.querySelector('#log .you')?.textContent.includes('a blue lamp')", 20)
            await page.until("document.querySelectorAll('#items li').length > 0")
            assert await page.js("[...document.querySelectorAll('#wishes li')].map(chip => chip.textContent)") == [
                "kind lamp ×", "colour blue ×",
            ]
            await page.until(f"{SAID} > 3")
            assert await page.js("document.querySelector('#status').dataset.state") == "speaking"
            await page.js("document.querySelector('#stop').click()")
            await page.until("document.querySelector('#log .shop.cut')")
            said = await page.js(SAID)
            await asyncio.sleep(0.6)
            assert await page.js(SAID) == said
            await page.until("document.querySelector('#turns table caption')")
            (session,) = keeper.sessions.values()
            assert session.state.wants("colour") == ("blue",)
            assert page.console == []     # no error, and nothing against the content security policy
        await nobody_left(keeper)


async def test_typing_to_the_page_by_keyboard_at_a_phones_width(tmp_path: Path) -> None:
    async with open_shop(make_engines(tmp_path)) as (url, _), browsing(address(url)) as page:
        await page.size(390, 844)
        await typed(page, "a red mug")
        await page.until("document.querySelectorAll('#items li').length > 0")
        await page.until(f"{SAID} > 2")
        assert await page.js("document.documentElement.scrollWidth <= innerWidth")
        await page.js("document.querySelector('#wishes li:last-child button').click()")
        await page.until("document.querySelectorAll('#log .you').length === 2")
        await page.until("document.querySelectorAll('#wishes li').length === 2 || "
                         "![...document.querySelectorAll('#wishes li')].some(chip => chip.textContent.includes('red'))")
        unnamed = "[...document.querySelectorAll('button, input, meter, svg[role=img]')].filter(e => !(e.textContent.trim() || "
        unnamed += "e.getAttribute('aria-label') || e.labels?.length)).length"
        assert await page.js(unnamed) == 0
        assert page.console == []


async def test_the_page_takes_a_lost_conversation_up_again(tmp_path: Path) -> None:
    settings = Settings(port=0)
    keeper = Doorkeeper(settings, make_engines(tmp_path))
    async with serving(settings, keeper) as (server, port), browsing(f"http://127.0.0.1:{port}/") as page:
        await typed(page, "a red mug")
        await page.until(f"{SAID} > 1")
        (before,) = keeper.sessions
        for connection in server.connections:
            connection.transport.abort()
        await page.until(f"{SAID} > 6", 15)       # the reply goes on
        assert list(keeper.sessions) == [before]
        assert keeper.resumed == 1
        await typed(page, "cheaper")
        await page.until("[...document.querySelectorAll('#wishes li')].some(chip => chip.textContent.includes('budget'))")
        assert "mug" in await page.js("document.querySelector('#wishes').textContent")
