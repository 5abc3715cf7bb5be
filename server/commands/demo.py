"""``shoptalk demo``: a recorded conversation through the running path, stage by stage."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from server.client import CallError, ShoptalkClient
from server.commands.failing import EXPECTED, failed
from server.commands.inside import serving_inside
from server.commands.showing_turns import show_exchange
from server.reporting import console
from server.settings import Settings, load_settings
from voice.sound import SAMPLE_RATE_HZ
from voice.wavefiles import read_audio

DEFAULT_CONVERSATION = Path("audio_fixtures/the-second-one")
PAUSE_S = 0.6
"""Between the end of a reply and the shopper's next words."""


def demo(
    conversation: Annotated[
        Path, typer.Argument(help="A folder of recordings, played in the order of their names.")
    ] = DEFAULT_CONVERSATION,
    shop: Annotated[Path | None, typer.Option(help="The shop's folder (default shops/demo).")] = None,
    url: Annotated[str | None, typer.Option(help="A running server to call instead of opening the shop here.")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
) -> None:
    """Play a recorded conversation and show what was heard, understood, found and said, and when. Needs no microphone.

    The recordings are synthetic voices; everything after them is real: websocket, Whisper, dialogue, recommender, LLM, Piper.
    """
    try:
        recordings = sorted(conversation.glob("*.wav"))
        if not recordings:
            raise CallError(f"There is no recording (.wav) in {conversation}; give a folder such as {DEFAULT_CONVERSATION}.")
        asyncio.run(_demo(recordings, url, load_settings(config, shop=shop)))
    except EXPECTED as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _demo(recordings: list[Path], url: str | None, settings: Settings) -> None:
    if url is not None:
        await _play(recordings, url)
        return
    async with serving_inside(settings) as inside:
        await _play(recordings, inside)


async def _play(recordings: list[Path], url: str) -> None:
    async with ShoptalkClient(url) as client:
        for recording in recordings:
            audio = read_audio(recording)
            console.print(f"\n[dim]speaking {recording} ({len(audio) / SAMPLE_RATE_HZ:.1f} s)[/]", highlight=False)
            show_exchange(await client.say(audio))
            await asyncio.sleep(PAUSE_S)
