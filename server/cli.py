"""``shoptalk``: the command line. Each family of commands lives in its own module of ``server.commands``."""

from __future__ import annotations

import threading

import typer

from server.commands import (
    backup,
    call,
    config,
    conversing,
    demo,
    fuzz,
    hearing,
    index,
    load,
    memory,
    models,
    practice,
    protocol,
    recommending,
    replay,
    serve,
    shop,
    shopping,
    speaking,
    talk,
    turn_taking,
    understanding,
)
from server.commands.inside import leave
from server.engines import LOADING

app = typer.Typer(
    name="shoptalk",
    help="A talking shop: it listens, asks at most one good question, recommends from your catalogue and says why.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
evaluate = typer.Typer(help="Measure a capability, on your own data too.", no_args_is_help=True)
train = typer.Typer(help="Learn: what people say to a shop, or from labelled data of your own.", no_args_is_help=True)
app.command("serve")(serve.serve)
app.command("talk")(talk.talk)
app.command("call")(call.call)
app.command("demo")(demo.demo)
app.command("config")(config.config)
app.command("protocol")(protocol.protocol)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("replay")(replay.replay)
app.add_typer(models.app, name="models")
app.add_typer(index.app, name="index")
app.add_typer(shop.app, name="shop")
app.add_typer(memory.app, name="memory")
app.add_typer(evaluate, name="evaluate")
app.add_typer(train, name="train")
train.command("hearing")(practice.train_hearing)
train.command("understanding")(understanding.train_understanding)
evaluate.command("conversing")(conversing.conversing)
evaluate.command("fuzz")(fuzz.fuzz)
evaluate.command("hearing")(hearing.hearing)
evaluate.command("load")(load.load)
evaluate.command("soak")(load.soak)
evaluate.command("recommending")(recommending.recommending)
evaluate.command("exposure")(recommending.audit)
evaluate.command("recommending-cold")(recommending.recommending_cold)
evaluate.command("recommending-promises")(recommending.promises)
evaluate.command("recommending-speed")(recommending.recommending_speed)
evaluate.command("shopping")(shopping.evaluate_shopping)
evaluate.command("speaking")(speaking.speaking)
evaluate.command("turn-taking")(turn_taking.turn_taking)
evaluate.command("understanding")(understanding.evaluate_understanding)


def main() -> None:
    """Entry point of the ``shoptalk`` command."""
    try:
        app()
    except SystemExit as ended:
        if any(thread.name.startswith(LOADING) for thread in threading.enumerate()):   # models are read where nothing can stop it
            leave(ended.code if isinstance(ended.code, int) else 1)
        raise
