"""``shoptalk memory``: what is remembered of a shopper, shown and forgotten from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.commands.failing import EXPECTED, failed
from server.reporting import emit

if TYPE_CHECKING:
    from server.memory.store import Memory

app = typer.Typer(help="What shoppers who agreed are remembered by: show it, or forget a shopper.", no_args_is_help=True)

Shopper = Annotated[str, typer.Argument(help="The shopper's id, as the client gives it when it starts.")]
ShopFolder = Annotated[Path | None, typer.Option("--shop", help="The shop folder; that of the settings where it is left out.")]
MemoryUrl = Annotated[
    str | None, typer.Option("--memory-url", help="The database; that of the settings (SHOPTALK_MEMORY_URL) where left out.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.command("show")
def show(shopper: Shopper, shop: ShopFolder = None, memory_url: MemoryUrl = None, as_json: AsJson = False) -> None:
    """Show everything that is remembered of a shopper: whether they agreed, tastes, dislikes, for whom, and what is owned.

    Example: shoptalk memory show anna --shop shops/demo
    """
    memory, shop_id = _open(shop, memory_url)
    known = memory.recall(shop_id, shopper)
    figures: dict[str, Any] = {"shopper": shopper, "shop": shop_id, "agreed": known.agreed}
    for trait in known.traits:
        key = trait.kind if trait.kind == "owns" else f"{trait.kind} ({trait.slot}{', for ' + trait.whom if trait.whom else ''})"
        figures[key] = [*figures.get(key, []), trait.value]
    emit(figures, as_json=as_json, title="memory")


@app.command("forget")
def forget(shopper: Shopper, shop: ShopFolder = None, memory_url: MemoryUrl = None, as_json: AsJson = False) -> None:
    """Forget a shopper altogether, as "forget me" does.

    Example: shoptalk memory forget anna --shop shops/demo
    """
    memory, shop_id = _open(shop, memory_url)
    emit({"shopper": shopper, "shop": shop_id, "forgotten": memory.forget(shop_id, shopper)}, as_json=as_json, title="memory")


def _open(shop: Path | None, memory_url: str | None) -> tuple[Memory, str]:
    from recommender.shop import load_schema
    from server.session_memory import memory_at
    from server.settings import SettingsError, load_settings

    try:
        settings = load_settings(shop=shop, memory_url=memory_url)
        memory = memory_at(settings)
        if memory is None:
            raise SettingsError("The settings remember nobody (memory_url is none); name a database with --memory-url.")
        return memory.open(), load_schema(settings.shop).shop.id
    except EXPECTED as error:
        raise failed(error) from None
