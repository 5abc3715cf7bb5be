"""``shoptalk replay``: a kept turn, run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from server.commands.failing import EXPECTED, failed
from server.commands.inside import leave
from server.reporting import console, emit
from server.settings import load_settings


def replay(
    file: Annotated[Path, typer.Argument(help="Turns as JSON, from GET /turns of the management API.")],
    shop: Annotated[Path | None, typer.Option(help="The shop's folder (default shops/demo).")] = None,
    llm: Annotated[str | None, typer.Option(help="local, openai or none, as the server had it.")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Run kept turns again and say whether words, understanding, items and reply come out the same. Exit code 1 where not.

    Turns whose words were not kept are passed over. Example:
    curl -H "Authorization: Bearer $TOKEN" localhost:8766/turns > turns.json; shoptalk replay turns.json
    """
    from server import engines as engine_room
    from server.replaying import ReplayError, load_turns
    from server.replaying import as_json as figures
    from server.replaying import replay as run_again

    try:
        settings = load_settings(config, shop=shop, llm=llm)
        turns = load_turns(file)
        with console.status("Opening the shop ..."):
            engines = engine_room.load_engines(settings)
        if other := {turn.shop for turn in turns} - {engines.shop.shop.id}:
            raise ReplayError(f"These turns are of another shop ({', '.join(sorted(other))}); name its folder with --shop.")
        replayed = list(run_again(turns, engines))
    except (*EXPECTED, ReplayError) as error:
        raise failed(error) from None
    same = all(one.same for one in replayed)
    if as_json:
        emit({"turns": [figures(one) for one in replayed], "passed_over": len(turns) - len(replayed), "same": same}, as_json=True)
    else:
        table = Table(title=f"{len(replayed)} turns run again, {len(turns) - len(replayed)} without words passed over")
        for heading in ("turn", "words", "understanding", "items", "reply", "index"):
            table.add_column(heading)
        for one in replayed:
            index = "same" if one.same_index else "another"
            table.add_row(f"{one.session[:6]} {one.turn}", one.hearing, one.understanding, one.items, one.reply, index)
        console.print(table)
        for line in (line for one in replayed for line in one.differences):
            console.print(line, markup=False, highlight=False)
    leave(0 if same else 1)
