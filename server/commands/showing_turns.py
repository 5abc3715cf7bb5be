"""How a turn looks in the terminal: transcript, what was understood, the items, the reply, and the waterfall of its stages."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from server.client import Exchange
from server.protocol import ItemsSaid, Stage, TurnSaid, UnderstandingSaid
from server.reporting import console

BAR_CHARS = 30
STAGE_NAMES = {"endpoint": "end of turn", "hear": "hear", "think": "think", "phrase_first": "phrase", "speak_first": "speak",
               "lead_silence": "lead silence"}


def show_exchange(exchange: Exchange) -> None:
    """Everything about one turn."""
    if exchange.heard:
        show_heard(exchange.heard)
    if exchange.understanding is not None:
        show_understanding(exchange.understanding)
    if exchange.items is not None:
        show_items(exchange.items)
    if exchange.said:
        show_said(exchange.said)
    for error in exchange.errors:
        console.print(f"[yellow]{error.code}[/]: {escape(error.message)}")
    if exchange.turn is not None:
        show_stages(exchange.turn, exchange.onset_ms)


def show_heard(text: str) -> None:
    console.print(f"\n[bold cyan]You[/]   {escape(text)}", highlight=False)


def show_said(text: str) -> None:
    console.print(f"[bold green]Shop[/]  {escape(text)}", highlight=False)


def show_understanding(understanding: UnderstandingSaid) -> None:
    chips = "  ".join(f"[reverse] {escape(slot.spoken)}: {escape(slot.text)} [/]" for slot in understanding.slots)
    console.print(f"      [dim]{', '.join(understanding.acts)}[/]  {chips}", highlight=False)


def show_items(items: ItemsSaid) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 6))
    for item in items.items:
        table.add_row(escape(item.title), item.price or "", f"[dim]{escape(', '.join(item.reasons))}[/]")
    console.print(table)


def show_stages(turn: TurnSaid, onset_ms: float | None) -> None:
    """The waterfall, from the true end of speech."""
    end_ms = max((stage.start_ms + stage.took_ms for stage in turn.stages), default=0.0)
    first_ms = min((stage.start_ms for stage in turn.stages), default=0.0)
    if end_ms <= first_ms:
        return
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 6))
    for stage in turn.stages:
        note = f" [dim]full window: {turn.fallback}[/]" if stage.stage == "hear" and turn.fallback else ""
        table.add_row(STAGE_NAMES[stage.stage], _bar(stage, first_ms, end_ms), f"{stage.took_ms:.0f} ms{note}")
    console.print(table)
    if onset_ms is not None:
        console.print(f"      first sound [bold]{onset_ms:.0f} ms[/] after the end of speech", highlight=False)


def _bar(stage: Stage, first_ms: float, end_ms: float) -> str:
    scale = BAR_CHARS / (end_ms - first_ms)
    before = round((stage.start_ms - first_ms) * scale)
    return " " * before + "█" * max(1, round(stage.took_ms * scale))
