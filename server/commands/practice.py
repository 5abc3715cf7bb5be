"""``shoptalk train hearing``: the ear practises what people say to a shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from server.reporting import console, emit

Unpractised = Annotated[bool, typer.Option("--unpractised", help="Hear without what `shoptalk train hearing` made.")]


def train_hearing(
    shop: Annotated[Path, typer.Argument(help="The shop's folder, the one that holds shop.toml.")],
    sentences: Annotated[int | None, typer.Option(min=100, help="Sentences to practise; 8,000 where none is given.")] = None,
    model: Annotated[str, typer.Option(help="The installed Whisper model that practises.")] = "whisper-base",
    threads: Annotated[int, typer.Option(min=1, help="Threads.")] = 2,
    seed: Annotated[int, typer.Option(help="Of the sentences, voices and noises.")] = 0,
    further: Annotated[bool, typer.Option("--further", help="Go on from this shop's last practice.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Remove what was learned for this shop, and learn nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Let Whisper practise the shop's talk, in about an hour and 5 GB of memory; serving and measuring then hear with it.

    Sentences with the shop's kinds, values and titles are spoken by synthetic voices (Piper; flite and espeak-ng where they are
    installed) over synthetic noise, and a second Whisper learns them. In a turn it is asked only where the model as it came is in
    doubt, and is believed only where it is hardly less sure. wer_before and wer_after are word errors of sentences
    that were not learned; where they are no fewer, nothing is kept. When the catalogue has changed, practise --further.

    Examples: shoptalk train hearing shops/demo
              shoptalk train hearing shops/demo --further --sentences 2000
              shoptalk train hearing shops/demo --forget
    """
    from dialogue.shop import load_shop
    from recommender.catalogue import load_catalogue
    from server.commands.failing import EXPECTED, failed
    from server.models import require
    from server.practice import keeping

    try:
        talking = load_shop(shop)
        shop_id = talking.shop.id
        if forget:
            emit({"shop": shop_id, "model": model, "forgotten": keeping.forget(model, shop_id)}, as_json=as_json, title="Hearing")
            return
        last_dir = keeping.practised(model, shop_id) if further else None
        if further and last_dir is None:
            raise failed(ValueError(f"There is no practice for {shop_id} to go on from; leave --further out."))
        times = keeping.facts_of(model, shop_id).get("times", 1) if last_dir else 0
        items, model_dir, piper_dir = load_catalogue(shop, talking.columns).items, require(model), require("piper-joe")
        from server.practice.ear import SENTENCES, NoBetterError, practise_for

        columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as bars:
            tasks: dict[str, TaskID] = {}

            def told(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=of)
                bars.update(tasks[what], completed=done)

            try:
                facts = keeping.keep(
                    model, shop_id,
                    lambda target: practise_for(
                        talking, items, model_dir, piper_dir, target, practised_dir=last_dir,
                        count=sentences or SENTENCES, threads=threads, seed=seed + 2 * times, told=told,
                    ) | {"times": times + 1},
                )
            except (NoBetterError, ValueError) as error:
                raise failed(error) from None
            except OSError as error:
                raise failed(OSError(f"What was learned could not be written ({error.strerror}: {error.filename}).")) from None
    except EXPECTED as error:
        raise failed(error) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    emit({"shop": shop_id, "model": model, **facts}, as_json=as_json, title="Hearing")
