"""``shoptalk talk``: a conversation in the terminal, by microphone, keyboard or recording."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.markup import escape

from server.client import CallError, ShoptalkClient, Timed, first_audible
from server.commands.failing import EXPECTED, failed
from server.commands.inside import serving_inside
from server.commands.showing_turns import show_exchange, show_heard, show_items, show_said, show_understanding
from server.protocol import ErrorSaid, ItemsSaid, ReplySaid, TranscriptSaid, UnderstandingSaid
from server.reporting import console
from server.settings import Settings, load_settings
from voice.devices import DeviceError, Loudspeaker, Microphone
from voice.sound import FloatAudio, Pcm16
from voice.wavefiles import read_audio, write_wav

OUTPUT_HZ = 22_050
LEAVING = frozenset({"", "bye", "quit", "exit"})


def talk(
    text: Annotated[bool, typer.Option("--text", help="Type instead of speaking.")] = False,
    aloud: Annotated[bool, typer.Option("--aloud", help="With --text: speak the replies through the loudspeaker.")] = False,
    wav: Annotated[list[Path] | None, typer.Option(help="A recording as the microphone; given again, the next turn.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --wav: write the replies to this WAV.")] = None,
    shop: Annotated[Path | None, typer.Option(help="The shop's folder (default shops/demo).")] = None,
    shopper: Annotated[str | None, typer.Option(help="Id of a known shopper.")] = None,
    device: Annotated[str | None, typer.Option(help="Microphone and loudspeaker, by name or number.")] = None,
    url: Annotated[str | None, typer.Option(help="A running server to talk to instead of opening the shop here.")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
) -> None:
    """Talk to the shop: by microphone (wear headphones), by keyboard (--text), or by recording (--wav FILE --out reply.wav).

    The shop opens inside this command; --url talks to one that is running.
    """
    try:
        settings = load_settings(config, shop=shop)
        asyncio.run(_talk(settings, url, _Way(text, aloud, wav or [], out, shopper, _device(device))))
    except EXPECTED as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        console.print("Goodbye.")


class _Way:
    """How the conversation is held."""

    def __init__(
        self, text: bool, aloud: bool, wavs: list[Path], out: Path | None, shopper: str | None, device: int | str | None
    ) -> None:
        self.text, self.aloud, self.out, self.shopper, self.device = text, aloud, out, shopper, device
        self.recordings: list[FloatAudio] = [read_audio(path) for path in wavs]
        if out is not None and not wavs:
            raise CallError("--out needs --wav: give the recording to speak.")
        self.with_devices = not wavs and (aloud or not text)
        if self.with_devices:
            with Loudspeaker(OUTPUT_HZ, self.device), contextlib.nullcontext() if text else Microphone(self.device):
                pass   # find out before the shop is opened, not after


def _device(named: str | None) -> int | str | None:
    return int(named) if named is not None and named.isdigit() else named


async def _talk(settings: Settings, url: str | None, way: _Way) -> None:
    if url is not None:
        await _converse(url, way)
        return
    async with serving_inside(settings) as inside:
        await _converse(inside, way)


async def _converse(url: str, way: _Way) -> None:
    if way.recordings:
        await _by_recording(url, way)
    elif way.text:
        await _by_keyboard(url, way)
    else:
        await _by_microphone(url, way)


async def _by_recording(url: str, way: _Way) -> None:
    replies: list[Pcm16] = []
    async with ShoptalkClient(url, output_sample_rate=OUTPUT_HZ, shopper=way.shopper) as client:
        for recording in way.recordings:
            exchange = await client.say(recording)
            show_exchange(exchange)
            replies.append(exchange.pcm)
    if way.out is not None:
        write_wav(way.out, np.concatenate(replies), OUTPUT_HZ)
        console.print(f"The replies are in {way.out}.")


async def _by_keyboard(url: str, way: _Way) -> None:
    if not way.aloud:
        async with ShoptalkClient(url, output="text", live=True, shopper=way.shopper, greet=True) as client:
            await _type_turns(client)
        return
    with Loudspeaker(OUTPUT_HZ, way.device) as loudspeaker:
        ear = DeviceEar(loudspeaker)
        async with ShoptalkClient(
            url, live=True, ear=ear, output_sample_rate=OUTPUT_HZ, shopper=way.shopper, greet=True
        ) as client:
            await _type_turns(client)


async def _type_turns(client: ShoptalkClient) -> None:
    show_exchange(await client.reply())
    console.print("[dim]Type what you would say; an empty line ends the conversation.[/]")
    while True:
        if sys.stdin.isatty():
            console.print("[bold cyan]You[/]   ", end="")
        line = await asyncio.to_thread(sys.stdin.readline)
        if line.strip().lower() in LEAVING:
            return
        show_exchange(await client.type(line.strip()))


async def _by_microphone(url: str, way: _Way) -> None:
    loop = asyncio.get_running_loop()
    blocks: asyncio.Queue[FloatAudio] = asyncio.Queue()
    with Loudspeaker(OUTPUT_HZ, way.device) as loudspeaker, Microphone(way.device) as microphone:
        def listen() -> None:
            for block in microphone:
                loop.call_soon_threadsafe(blocks.put_nowait, block)

        threading.Thread(target=listen, name="microphone", daemon=True).start()
        ear = DeviceEar(loudspeaker)
        async with ShoptalkClient(
            url, live=True, ear=ear, on_event=_show, output_sample_rate=OUTPUT_HZ, shopper=way.shopper, greet=True
        ) as client:
            console.print("[dim]Speak whenever you like, also over the reply. Ctrl-C ends the conversation.[/]")
            while client.closed_because is None:
                await client.feed(await blocks.get())
            raise CallError(f"The server closed the conversation: {client.closed_because}")


def _show(timed: Timed) -> None:
    match timed.message:
        case TranscriptSaid(role="user", final=True, text=text):
            show_heard(text)
        case UnderstandingSaid() as understanding:
            show_understanding(understanding)
        case ItemsSaid() as items:
            show_items(items)
        case ReplySaid(text=text):
            show_said(text)
        case ErrorSaid(message=message):
            console.print(f"[yellow]{escape(message)}[/]")


class DeviceEar:
    """A loudspeaker as a client's ear."""

    def __init__(self, loudspeaker: Loudspeaker) -> None:
        self._loudspeaker = loudspeaker

    @property
    def played(self) -> int:
        return self._loudspeaker.heard_samples

    @property
    def sounding(self) -> bool:
        return self._loudspeaker.queue.waiting_samples > 0

    def receive(self, pcm: Pcm16) -> float | None:
        """The time is when the samples go to the device."""
        waiting_s = self._loudspeaker.queue.waiting_samples / OUTPUT_HZ
        self._loudspeaker.queue.put(pcm)
        loud = first_audible(pcm)
        return None if loud is None else time.monotonic() + waiting_s + loud / OUTPUT_HZ

    def clear(self, sent_samples: int) -> int:
        heard = self._loudspeaker.heard_samples
        self._loudspeaker.queue.clear()
        self._loudspeaker.queue.count_on_from(sent_samples)
        return heard

    def play_at_once(self) -> int:
        raise DeviceError("A loudspeaker cannot be hurried; leave --hurry out.")

    def taken(self) -> Pcm16:
        return np.zeros(0, dtype=np.int16)
