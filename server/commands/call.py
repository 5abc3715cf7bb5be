"""``shoptalk call``: a voice client for a running server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from server.client import CallError, Exchange, ShoptalkClient
from server.commands.failing import EXPECTED, failed
from server.commands.showing_turns import show_exchange
from server.reporting import console, emit
from voice.sound import Pcm16
from voice.wavefiles import read_audio, write_wav

SHOWN_OF_ITEMS = {"id", "title", "price", "in_stock", "reasons"}


def call(
    url: Annotated[str, typer.Argument(help="ws://127.0.0.1:8765 (the path /v1/voice may be left out).")],
    wav: Annotated[list[Path] | None, typer.Option(help="A recording to speak; given again, the next turn.")] = None,
    text: Annotated[list[str] | None, typer.Option(help="A turn to type instead; given again, the next turn.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write what was heard of the replies to this WAV.")] = None,
    shopper: Annotated[str | None, typer.Option(help="Id of a known shopper.")] = None,
    token: Annotated[str | None, typer.Option(help="The server's token (or SHOPTALK_TOKEN).")] = None,
    hurry: Annotated[bool, typer.Option(help="Send faster than speech and do not wait for the reply to be played.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Hold a conversation with a running server: speak recordings (or type), see what was understood, hear the reply.

    Example: shoptalk call ws://127.0.0.1:8765 --wav question.wav --wav cheaper.wav --out reply.wav
    """
    if not wav and not text:
        raise failed(CallError("Give something to say: --wav FILE, or --text \"...\"; both may be given again."))
    try:
        turns: list[Any] = [read_audio(path) for path in wav or []] + list(text or [])
        token = token or os.environ.get("SHOPTALK_TOKEN")
        exchanges, rate_hz = asyncio.run(_converse(url, turns, shopper, token, hurry, as_json))
        if out is not None:
            write_wav(out, _joined([exchange.pcm for exchange in exchanges]), rate_hz)
            console.print(f"The replies are in {out}.")
    except EXPECTED as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if as_json:
        emit({"turns": [figures(exchange) for exchange in exchanges]}, as_json=True)


async def _converse(
    url: str, turns: list[Any], shopper: str | None, token: str | None, hurry: bool, quiet: bool
) -> tuple[list[Exchange], int]:
    exchanges = []
    async with ShoptalkClient(url, token=token, hurry=hurry, shopper=shopper) as client:
        assert client.ready is not None
        for turn in turns:
            exchange = await (client.type(turn) if isinstance(turn, str) else client.say(turn))
            exchanges.append(exchange)
            if not quiet:
                show_exchange(exchange)
        return exchanges, client.ready.output_sample_rate


def figures(exchange: Exchange) -> dict[str, Any]:
    """One turn as JSON: what was heard, understood, shown and said, and the times in ms."""
    understanding, items, turn = exchange.understanding, exchange.items, exchange.turn
    onset_ms = exchange.onset_ms
    return {
        "heard": exchange.heard,
        "acts": list(understanding.acts) if understanding else [],
        "slots": {slot.slot: slot.text for slot in understanding.slots} if understanding else {},
        "items": [item.model_dump(include=SHOWN_OF_ITEMS) for item in items.items] if items else [],
        "said": exchange.said,
        "onset_ms": None if onset_ms is None else round(onset_ms, 1),
        "stages": [stage.model_dump() for stage in turn.stages] if turn else [],
        "errors": [error.code for error in exchange.errors],
    }


def _joined(pieces: list[Pcm16]) -> Pcm16:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16)
