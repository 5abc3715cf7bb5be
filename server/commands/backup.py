"""``shoptalk backup`` and ``shoptalk restore``: a shop with its index and memory, in one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from server.commands.failing import EXPECTED, failed
from server.reporting import console, emit
from server.settings import Settings, load_settings

Shop = Annotated[Path | None, typer.Option(help="The shop's folder (default shops/demo).")]
Config = Annotated[Path | None, typer.Option(help="A TOML file of settings.")]
WithoutMemory = Annotated[bool, typer.Option("--without-memory", help="Leave the memory of shoppers alone.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def backup(
    to: Annotated[Path, typer.Argument(help="The file to write (.tar.gz).")],
    shop: Shop = None, config: Config = None, without_memory: WithoutMemory = False, as_json: AsJson = False,
) -> None:
    """Write a shop to one file: its folder, the index in force with all changes since, and its shoppers' memory.

    The server may go on running. Settings and tokens are not in the file; it holds what shoppers agreed to have remembered.
    """
    from server.backup import BackupError, back_up

    try:
        contents = back_up(_settings(config, shop, without_memory), to)
    except (*EXPECTED, BackupError) as error:
        raise failed(error) from None
    except OSError as error:
        raise failed(BackupError(f"The back-up could not be written ({error.strerror}: {error.filename or to}).")) from None
    if as_json:
        emit(asdict(contents), as_json=True)
    else:
        console.print(f"{contents.shop}: {contents.files} files, index {contents.index or 'none'}, "
                      f"memory {'yes' if contents.memory else 'no'}, {contents.bytes / 1e6:.1f} MB in {to}.", highlight=False)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `shoptalk backup` wrote.")],
    shop: Shop = None, config: Config = None, without_memory: WithoutMemory = False,
    force: Annotated[bool, typer.Option("--force", help="Move what is there aside and put the back-up in its place.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a back-up in place, checked file by file before anything is touched. Stop the server first.

    What stood there is moved aside (…before-TIME), never deleted. Shoppers who said "forget me" after the back-up was made are in
    it still: delete old back-ups in time.
    """
    from server.backup import BackupError
    from server.backup import restore as put_back

    try:
        contents = put_back(file, _settings(config, shop, without_memory), force=force, memory=not without_memory)
    except (*EXPECTED, BackupError) as error:
        raise failed(error) from None
    except OSError as error:
        raise failed(BackupError(f"The back-up could not be put in place ({error.strerror}: {error.filename}).")) from None
    if as_json:
        emit(asdict(contents), as_json=True)
    else:
        console.print(f"{contents.shop} is as it was at {contents.made}.", highlight=False)


def _settings(config: Path | None, shop: Path | None, without_memory: bool) -> Settings:
    return load_settings(config, shop=shop, memory_url=SecretStr("none") if without_memory else None)
