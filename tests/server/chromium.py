"""A headless Chromium driven by its DevTools protocol: enough to open the page, act, look, and hear."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CODES = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
TAP = """
  const taps = [], connect = AudioNode.prototype.connect;
  window.rendered = [];
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const mono = { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' };
      const tap = new AudioWorkletNode(this.context, 'capture', mono);
      tap.port.onmessage = ({ data }) => window.rendered.push(new Int16Array(data.pcm));
      connect.call(this, tap);
      taps.push(tap);
      window.renderedRate = this.context.sampleRate;
      if (window.loop) { connect.call(this, window.loop.gain); connect.call(window.loop.gain, window.loop.room); }
    }
    return connect.call(this, to, ...rest);
  };
"""
"""What a page gives to its loudspeaker is kept in ``rendered``: through an audio worklet, sample by sample."""
LOOP = """
  navigator.mediaDevices.getUserMedia = async () => window.loop.room.stream;
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    constructor(...options) {
      super(...options);
      window.loop = { gain: new GainNode(this, { gain: 0.1 }), room: this.createMediaStreamDestination() };
    }
  };
"""
"""An open loudspeaker: the microphone hears what is played, 20 dB quieter (``loop.gain`` can be turned)."""


def chromium() -> str | None:
    """The browser's program, if there is one: ``CHROMIUM`` names it, or it is on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, line: ClientConnection, home: str) -> None:
        self._line, self.home = line, home
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.console: list[str] = []
        """Warnings, errors and exceptions of the page, among them breaches of its content security policy."""
        self.outside: list[str] = []
        """Requests to anywhere but the page's own server."""
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
            elif message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                url = message["params"].get("url") or message["params"]["request"]["url"]
                if url.split("://")[-1].split("/")[0] != self.home.split("://")[-1].split("/")[0]:
                    self.outside.append(url)

    def close(self) -> None:
        self._reading.cancel()

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        await self._line.send(json.dumps({"id": number, "method": method, "params": params}))
        result = await asyncio.wait_for(answer, 60)
        assert "error" not in result, result
        return dict(result["result"])

    async def js(self, expression: str) -> Any:
        """The value of an expression, as if a person had acted (so that sound may play)."""
        result = await self.command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def until(self, expression: str, within_s: float = 30.0) -> None:
        """Wait until an expression is true."""
        try:
            async with asyncio.timeout(within_s):
                while not await self.js(f"!!({expression})"):
                    await asyncio.sleep(0.03)
        except TimeoutError:
            seen = await self.js("document.body.innerText")
            raise AssertionError(f"waited in vain for {expression}; {self.console}; the page shows: {seen}") from None

    async def key(self, key: str, *, up: bool = True, down: bool = True) -> None:
        """Press a key, or only push it down, or only let it up."""
        code = {" ": "Space"}.get(key, key)
        text = {"Enter": "\r", " ": " "}.get(key)
        about = {"key": key, "code": code, "windowsVirtualKeyCode": CODES[key]}
        if down:
            await self.command("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {}))
        if up:
            await self.command("Input.dispatchKeyEvent", type="keyUp", **about)

    async def write(self, text: str) -> None:
        """Type into whatever has the focus."""
        await self.command("Input.insertText", text=text)

    async def click(self, selector: str) -> None:
        """Click in the middle of an element, with a mouse."""
        box = await self.js(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
                            f"(document.querySelector({selector!r}).getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            await self.command("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    async def screenshot(self, file: Path) -> None:
        shot = await self.command("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    async def heard(self) -> tuple[np.ndarray, int]:
        """What the loudspeaker was given so far: PCM16 and its rate (with ``tap``)."""
        coded = await self.js("""(() => {
          const bytes = new Uint8Array(window.rendered.reduce((sum, frame) => sum + frame.byteLength, 0));
          let at = 0;
          for (const frame of window.rendered) { bytes.set(new Uint8Array(frame.buffer), at); at += frame.byteLength; }
          let text = '';
          for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
          return btoa(text);
        })()""")
        return np.frombuffer(base64.b64decode(coded), dtype="<i2"), await self.js("window.renderedRate || 48000")

    async def size(self, width: int, height: int, *, dark: bool = False, still: bool = False) -> None:
        """The window's size, its colours, and whether the person wants less motion."""
        await self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        await self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ])


@contextlib.asynccontextmanager
async def browsing(url: str, *, microphone: Path | None = None, loop: bool = False, tidy: bool = True) -> AsyncIterator[Page]:
    """A tab at ``url``, its loudspeaker tapped. At the end nothing may stand in its console and nothing may have gone elsewhere.

    ``microphone``: a WAV that the page hears, once, from the moment it opens the microphone. ``loop``: it hears its own
    loudspeaker instead. ``tidy`` False: the connection will be broken, which the browser reports in the console.
    """
    program = chromium()
    assert program is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--mute-audio", "--disable-dev-shm-usage", "--remote-debugging-port=0", f"--user-data-dir={profile}",
            "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars",
        ]
        if microphone is not None:
            flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
        process = await asyncio.create_subprocess_exec(
            program, *flags, "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            port_file = Path(profile) / "DevToolsActivePort"
            async with asyncio.timeout(60):
                while not port_file.is_file() or "\n" not in port_file.read_text():
                    await asyncio.sleep(0.05)
            port = port_file.read_text().split("\n")[0]
            targets = await asyncio.to_thread(lambda: json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json")))
            tab = next(target for target in targets if target["type"] == "page")
            async with connect(tab["webSocketDebuggerUrl"], max_size=None, ping_interval=None, proxy=None) as line:
                page = Page(line, url)
                for domain in ("Page", "Runtime", "Log", "Network"):
                    await page.command(f"{domain}.enable")
                script = f"(() => {{ {TAP} {LOOP if loop else ''} }})();"
                await page.command("Page.addScriptToEvaluateOnNewDocument", source=script)
                await page.command("Page.navigate", url=url)
                try:
                    yield page
                    assert page.outside == []
                    assert not tidy or page.console == []
                finally:
                    page.close()
        finally:
            process.terminate()
            await process.wait()
