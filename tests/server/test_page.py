"""The page in a real browser, with a recording as its microphone and its loudspeaker tapped. Scripted engines behind it, the
real server between. Every test fails on anything in the console (a breach of the content security policy is there) and on any
request to another place (see ``browsing``)."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import Page, browsing, chromium
from little_parlour import make_engines
from rapidfuzz import fuzz
from test_serve import nobody_left, open_shop, tone

from server.client import ShoptalkClient
from server.engines import Engines
from server.serve import Doorkeeper, serving
from server.session import Session
from server.settings import Settings
from voice.resampling import as_float, as_pcm16, resample
from voice.sound import FloatAudio
from voice.wavefiles import read_audio, write_wav

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="no Chromium to open the page in: install chromium, or name one by CHROMIUM"
)

SAID = "document.querySelectorAll('#log .shop .word.said').length"
CHIPS = "[...document.querySelectorAll('#wishes li')].map(chip => chip.textContent.trim())"
STATE = "document.querySelector('#status').dataset.state"
QUESTION = Path(__file__).parents[2] / "audio_fixtures" / "navy-dress-for-a-wedding" / "1.wav"
VOICE_HZ = 440
"""What the scripted voice speaks."""


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    return make_engines(tmp_path_factory.mktemp("parlour"))


def recording(folder: Path, *pieces: FloatAudio) -> Path:
    """The pieces one after another and half a minute of silence, as a microphone gives them."""
    sound = np.concatenate([*pieces, np.zeros(480_000, dtype=np.float32)])
    write_wav(folder / "microphone.wav", resample(as_pcm16(sound), 16_000, 48_000), 48_000)
    return folder / "microphone.wav"


def silence(seconds: float) -> FloatAudio:
    return np.zeros(int(16_000 * seconds), dtype=np.float32)


@contextlib.asynccontextmanager
async def visiting(engines: Engines, *, max_sessions: int = 8, **options: Any) -> AsyncIterator[tuple[Page, Doorkeeper]]:
    """The page, open and ready."""
    async with open_shop(engines, max_sessions=max_sessions) as (url, keeper):
        async with browsing(url.replace("ws://", "http://").removesuffix("/v1/voice") + "/", **options) as page:
            await page.until("document.querySelector('#examples button')")
            yield page, keeper
        await nobody_left(keeper)


def only_session(keeper: Doorkeeper) -> Session:
    (session,) = keeper.sessions.values()
    return session


async def typed(page: Page, text: str) -> None:
    await page.js(f"document.querySelector('#words').value = {text!r}; document.querySelector('#say').requestSubmit()")


async def voice_heard(page: Page) -> float:
    """Seconds of the shop's voice that the loudspeaker was given."""
    pcm, rate_hz = await page.heard()
    windows = pcm[: len(pcm) // 1024 * 1024].reshape(-1, 1024).astype(float)
    pitches = np.argmax(np.abs(np.fft.rfft(windows)), axis=1) * rate_hz / 1024
    return float(np.sum((np.abs(windows).max(axis=1) > 1_000) & (np.abs(pitches - VOICE_HZ) < 50))) * 1024 / rate_hz


async def test_speaking_seeing_hearing_and_cutting_in(engines: Engines, tmp_path: Path) -> None:
    """Hands free: words shown as they grow, wishes as chips, items as drawn cards, the reply heard and lit; and a second voice
    over the reply stops it and is answered."""
    wish = tone(engines, "a blue lamp", 1.8)      # long enough for its words to be shown before it ends
    microphone = recording(tmp_path, silence(0.3), wish, silence(3.2), tone(engines, "a red one"))
    async with visiting(engines, microphone=microphone) as (page, keeper):
        assert not keeper.sessions    # looking takes nobody's place
        await page.js("""window.seen = new Set();
          new MutationObserver(() => {
            for (const entry of document.querySelectorAll('#log .partial')) window.seen.add(entry.textContent);
            if (document.querySelector('#level').value > 0.1) window.seen.add('level');
            if (document.querySelector('.word.now')) window.seen.add('lit');
            if (document.querySelector('#items .spoken')) window.seen.add('pointed at');
          }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })""")
        await page.click("#microphone")
        await page.until("document.querySelector('#log .you')?.textContent === 'You: a blue lamp'")
        await page.until(f"{STATE} === 'speaking'")
        assert await page.js(CHIPS) == ["kind lamp", "colour blue"]
        titles = await page.js("[...document.querySelectorAll('#items li h3')].map(title => title.textContent)")
        assert titles
        assert all("Dusk" in title for title in titles)     # the blue ones
        assert await page.js("[...document.querySelectorAll('#items li svg')].every(one => one.querySelectorAll('*').length > 3)")
        await page.until("document.querySelectorAll('#log .you:not(.partial)').length === 2")
        await page.until("document.querySelector('#log .shop.cut')")
        assert "a red one" in await page.js("document.querySelector('#log').textContent")
        await page.until("document.querySelectorAll('#log .shop').length === 2 && document.querySelector('#turns table')")
        assert only_session(keeper).state.wants("colour") == ("red",)
        assert 0.5 < await voice_heard(page) < 20
        seen = await page.js("[...window.seen]")
        assert {"level", "lit", "pointed at", "You: a blue lamp"} <= set(seen)
        assert await page.js("document.querySelector('#turns caption').textContent.includes('spoken')")
        await page.click("#stop")
        said = await page.js(SAID)
        await asyncio.sleep(0.5)
        assert await page.js(SAID) <= said + 1


async def test_the_keyboard_alone_on_a_phones_width(engines: Engines) -> None:
    async with visiting(engines) as (page, keeper):
        await page.size(360, 740, still=True)
        order = []
        for _ in range(12):
            await page.key("Tab")
            order.append(await page.js("document.activeElement.id || document.activeElement.tagName"))
        assert order[0] == "A"                                # the way past everything to talking
        assert order.index("microphone") < order.index("words") < order.index("send") < order.index("push")
        await page.js("document.querySelector('#words').focus()")
        await page.write("a red mug")
        await page.key("Enter")
        await page.until("document.querySelectorAll('#items li').length > 0")
        await page.until(f"{SAID} > 1")
        assert await page.js("document.documentElement.scrollWidth <= innerWidth")
        await page.key("Escape")
        await page.until("document.querySelector('#log .shop.cut')")
        for _ in range(2):
            await page.js("document.querySelector('#wishes li:last-child button').focus()")
            before = await page.js("document.querySelectorAll('#wishes li').length")
            await page.key("Enter")
            await page.until(f"document.querySelectorAll('#wishes li').length === {before - 1}")
        assert only_session(keeper).state.slots == {}
        assert await page.js("document.activeElement.id") == "words"    # the chip that had the focus is gone
        assert await page.js("document.getAnimations().length") == 0     # less motion was asked for


async def test_what_a_screen_reader_is_told(engines: Engines) -> None:
    async with visiting(engines) as (page, _):
        await page.js("document.querySelector('#aloud').click()")
        await typed(page, "a red mug")
        await page.until("document.querySelectorAll('#items li').length > 0 && document.querySelector('#turns table')")
        await page.js("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        tree = (await page.command("Accessibility.getFullAXTree"))["nodes"]
        told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"]]
        for role in ("button", "textbox", "switch", "meter", "image", "log", "heading"):
            names = [name for kind, name in told if kind == role]
            assert names, role
            assert all(names), (role, names)
        assert ("button", "Forget the colour: red") in told
        assert await page.js("document.querySelector('#log').getAttribute('aria-live')") == "polite"     # nothing is spoken
        assert await page.js("document.querySelector('#log .shop .word')") is None
        await page.js("document.querySelector('#aloud').click()")
        assert await page.js("document.querySelector('#log').getAttribute('aria-live')") == "off"        # or it is heard twice


CONTRAST = """(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(at).backgroundColor);
      if (a === 1 && r !== undefined) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || element.placeholder;
    if (!own || element.closest(':disabled, svg, .unseen') || !element.checkVisibility()) continue;
    const ink = channels(getComputedStyle(element, element.placeholder ? '::placeholder' : null).color);
    const [one, other] = [light(ink), light(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) faint.push(`${element.tagName}.${element.className}#${element.id} ${element.textContent} ${ratio}`);
  }
  return faint;
})()"""


async def test_every_word_can_be_read_light_and_dark(engines: Engines) -> None:
    async with visiting(engines) as (page, _):
        await page.size(1280, 800, still=True)
        await typed(page, "a red mug")
        await page.until(f"{SAID} > 2")
        await typed(page, "cheaper")
        await page.until("document.querySelector('#log .cut') && document.querySelector('#turns table')")
        await page.js("document.querySelector('#log').lastElementChild.className = 'note'")
        await page.js("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for dark in (False, True):
            await page.size(1280, 800, dark=dark, still=True)
            for pressed in ("true", "false"):
                await page.js(f"document.querySelector('#microphone').setAttribute('aria-pressed', {pressed})")
                assert await page.js(CONTRAST) == []


async def test_push_to_talk_by_holding_the_space_bar(engines: Engines, tmp_path: Path) -> None:
    microphone = recording(tmp_path, silence(0.3), tone(engines, "a green"), silence(0.9), tone(engines, "scarf"))
    async with visiting(engines, microphone=microphone) as (page, keeper):
        await page.js("document.querySelector('#push').click()")
        await page.js("document.activeElement.blur()")
        await page.key(" ", up=False)
        await page.until(f"{STATE} === 'listening' || {STATE} === 'hearing'")
        assert await page.js("document.querySelector('#microphone').getAttribute('aria-pressed')") == "true"
        await asyncio.sleep(4.0)              # the recording's 2.4 s, with a pause that would end a turn hands free
        assert not await page.js("document.querySelector('#log .shop')")
        await page.key(" ", down=False)
        await page.until("document.querySelector('#log .you')?.textContent === 'You: a green scarf'")
        await page.until(f"{SAID} > 1")
        assert only_session(keeper).state.wants("colour") == ("green",)
        await page.js("document.querySelector('#push').click()")      # the conversation goes on
        await typed(page, "cheaper")
        await page.until(f"({CHIPS}).some(chip => chip.startsWith('budget'))")
        assert only_session(keeper).state.wants("colour") == ("green",)


async def test_the_page_takes_a_lost_conversation_up_again(engines: Engines) -> None:
    settings = Settings(port=0)
    keeper = Doorkeeper(settings, engines)
    async with serving(settings, keeper) as (server, port), browsing(f"http://127.0.0.1:{port}/", tidy=False) as page:
        await page.until("document.querySelector('#examples button')")
        await typed(page, "a red mug")
        await page.until(f"{SAID} > 1")
        (before,) = keeper.sessions
        keeper.engines = None     # at first there is no way back in
        for connection in list(server.connections):
            connection.transport.abort()
        await page.until(f"{STATE} === 'lost'")
        await asyncio.sleep(0.6)
        keeper.engines = engines
        await page.until(f"{SAID} > 8")       # the reply goes on
        assert not await page.js("document.querySelector('#log .note')")      # while there was hope nothing was said
        assert list(keeper.sessions) == [before]
        assert keeper.resumed == 1
        await typed(page, "cheaper")
        await page.until(f"({CHIPS}).some(chip => chip.startsWith('budget'))")
        assert "kind mug" in await page.js(CHIPS)


async def test_a_refusal_is_one_sentence(engines: Engines) -> None:
    async with visiting(engines, max_sessions=1) as (page, keeper), ShoptalkClient(page.home.replace("http", "ws")):
        assert len(keeper.sessions) == 1
        await typed(page, "a red mug")
        await page.until("document.querySelector('#log .note')")
        told = await page.js("document.querySelector('#log .note').textContent")
        assert told.endswith(".")
        assert await page.js("document.querySelectorAll('#log .note').length") == 1
        assert "conversations are taken" in told


async def test_every_sample_is_played_once_and_reported_however_it_comes(engines: Engines) -> None:
    """Late and uneven chunks: nothing is lost, doubled or clicked, and the reports end at the last sample."""
    async with visiting(engines) as (page, _):
        result = await page.js("""(async () => {
          const context = new AudioContext();
          await context.audioWorklet.addModule('capture-worklet.js');
          await context.audioWorklet.addModule('player-worklet.js');
          const player = new AudioWorkletNode(context, 'player', { numberOfInputs: 0, outputChannelCount: [1] });
          const reports = [];
          player.port.onmessage = ({ data }) => reports.push(data);
          player.connect(context.destination);
          const wait = (ms) => new Promise((done) => setTimeout(done, ms));
          const rate = context.sampleRate, count = Math.round(rate * 0.04);
          let phase = 0;
          const wave = () => 9000 * Math.sin(2 * Math.PI * 300 * phase++ / rate);
          const chunk = () => Int16Array.from({ length: count }, wave).buffer;
          for (const pause of [0, 0, 90, 10, 150, 0, 0, 60, 20, 40]) {
            const pcm = chunk();
            player.port.postMessage({ pcm }, [pcm]);
            await wait(pause);
          }
          const until = async (met) => { for (let n = 0; n < 2000 && !met(); n += 1) await wait(10); };
          await until(() => reports.at(-1)?.played >= 10 * count);
          await wait(100);                   // nothing more is played than was sent
          const before = reports.at(-1).played;
          for (let n = 0; n < 50; n += 1) { const pcm = chunk(); player.port.postMessage({ pcm }, [pcm]); }
          await until(() => reports.at(-1).played > before + 0.1 * rate);
          player.port.postMessage({ clear: 100000 });
          await until(() => reports.some((report) => report.cleared !== undefined));
          await wait(100);
          const cleared = reports.find((report) => report.cleared !== undefined);
          return { before, sent: 10 * count, reports: reports.map((report) => report.played), cleared, rate };
        })()""")
        assert result["before"] == result["sent"]
        upto = result["reports"].index(result["sent"]) + 1
        assert result["reports"][:upto] == sorted(result["reports"][:upto])
        heard = result["cleared"]["played"] - result["sent"]
        assert 0.1 * result["rate"] < heard < 1.9 * result["rate"]        # of two seconds
        assert result["cleared"]["cleared"] == 100_000
        pcm, rate_hz = await page.heard()
        sounding = pcm[np.flatnonzero(np.abs(pcm.astype(int)) > 3)]
        assert len(sounding) / rate_hz == pytest.approx(0.4 + heard / rate_hz, abs=0.05)
        slope = 9000 * 2 * np.pi * 300 / rate_hz
        assert np.abs(np.diff(pcm.astype(int))).max() < 2 * slope     # a click is a step


async def test_the_echo_is_measured(engines: Engines) -> None:
    async with visiting(engines, loop=True) as (page, keeper):
        await page.js("document.querySelector('#echo').open = true")
        await page.js("document.querySelector('#echo-test').click()")
        await page.until("document.querySelector('#echo-result').textContent.includes('headphones')")
        said = await page.js("document.querySelector('#echo-result').textContent")
        measured = re.search(r"\((−\d+) dB\)", said)
        assert measured, said
        assert -24 <= int(measured[1].replace("−", "-")) <= -16     # the loop gives back a tenth: -20 dB
        await page.js("window.loop.gain.gain.value = 0; document.querySelector('#echo-test').click()")
        await page.until("document.querySelector('#echo-result').textContent.startsWith('Nothing')")
        assert not keeper.sessions     # nobody was called for that


async def hears_the_question(page: Page) -> bool:
    await page.js("document.querySelector('#microphone').click()")
    await page.until("document.querySelector('#items li')", 60)
    words = (await page.js("document.querySelector('#log .you').textContent")).lower()
    chips = set(await page.js(CHIPS))
    told = {"kind of thing dress", "budget up to $150", "occasion wedding", "colour navy"}
    return "navy dress" in words and "wedding" in words and chips == told


async def test_a_recorded_question_is_answered_aloud_by_the_real_engines(real_engines: Engines, tmp_path: Path) -> None:
    """What a shopper would see and hear: Whisper's words, the wishes, fitting items, and a voice that says their names."""
    microphone = recording(tmp_path, read_audio(QUESTION))
    async with contextlib.AsyncExitStack() as stack:
        page, _ = await stack.enter_async_context(visiting(real_engines, microphone=microphone))
        if not await hears_the_question(page):   # on a busy machine Chromium drops sound of its make-believe microphone
            await stack.aclose()
            page, _ = await stack.enter_async_context(visiting(real_engines, microphone=microphone))
            assert await hears_the_question(page), await page.js("document.querySelector('#log .you').textContent")
        assert await page.js("[...document.querySelectorAll('#items svg')].every(one => one.querySelector('defs pattern'))")
        await page.until("document.querySelectorAll('#log .named.said').length >= 3", 60)
        await asyncio.sleep(0.6)     # the last of them to its end
        lit = await page.js("[...document.querySelectorAll('#log .said')].map(word => word.textContent).join(' ')")
        heard, heard_hz = await page.heard()
        voice = heard[np.flatnonzero(np.abs(heard.astype(int)) > 300)[0] :]
        text = real_engines.transcriber.transcribe(as_float(resample(voice, heard_hz, 16_000))).text
        assert fuzz.ratio(lit.lower(), text.lower()) > 70, (lit, text)   # a name alone may be misheard: "four-walt-even gown"
