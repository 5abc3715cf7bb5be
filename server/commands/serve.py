"""``shoptalk serve``: open the shop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from server import engines as engine_room
from server import logs
from server.allocating import few_arenas
from server.commands.failing import EXPECTED, failed
from server.manage import managing
from server.practice.keeping import facts_of
from server.reporting import console
from server.serve import Doorkeeper, serving
from server.settings import Settings, SettingsError, load_settings
from server.showing import examples


def serve(
    shop: Annotated[Path | None, typer.Option(help="The shop's folder (default shops/demo).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 is this machine only.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    hearing_engine: Annotated[str | None, typer.Option(help="faster-whisper or openai-whisper.")] = None,
    hearing_model: Annotated[str | None, typer.Option(help="A Whisper model of `shoptalk models list`.")] = None,
    llm: Annotated[str | None, typer.Option(help="local, openai (a server with its API) or none (templates).")] = None,
    llm_model: Annotated[str | None, typer.Option(help="The GGUF model, or the model's name at that server.")] = None,
    llm_url: Annotated[str | None, typer.Option(help="Base address of the OpenAI-compatible server.")] = None,
    max_sessions: Annotated[int | None, typer.Option(help="Conversations at once; more are refused with code 1013.")] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings; options here win over it.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
) -> None:
    """Open a shop on this machine: a page to talk at, and /v1/voice for voice clients.

    Every setting can also stand in a file (--config) or in the environment (SHOPTALK_PORT=9000): see `shoptalk config`.
    SIGTERM and Ctrl-C let people finish (drain_s); a second one closes at once. SIGHUP reads the shop and the certificate again.
    """
    try:
        settings = load_settings(
            config, shop=shop, host=host, port=port, hearing_engine=hearing_engine, hearing_model=hearing_model, llm=llm,
            llm_model=llm_model, llm_url=llm_url, max_sessions=max_sessions,
        )
        logs.set_up(settings, verbose=verbose)
        few_arenas()
        asyncio.run(_serve(settings))
    except EXPECTED as error:
        raise failed(error) from None
    except OSError as error:
        raise failed(SettingsError(f"Nothing can listen there ({error.strerror or error}); choose another --port.")) from None


async def _serve(settings: Settings) -> None:
    began_s = time.monotonic()
    keeper = Doorkeeper(settings)
    stopped, at_once = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, lambda: at_once.set() if stopped.is_set() else stopped.set())
    async with serving(settings, keeper) as (_, port), managing(settings, keeper) as manage_port:
        with console.status("Opening the shop ...") as status:
            def tell(part: str, took_s: float | None) -> None:
                if took_s is None:
                    status.update(f"Opening the shop ... {part}")
                else:
                    console.print(f"  [green]✓[/] {part} [dim]{took_s:.1f} s[/]")

            loading = engine_room.loading(settings, tell)
            stopping = asyncio.create_task(stopped.wait())
            await asyncio.wait((asyncio.ensure_future(loading), stopping), return_when=asyncio.FIRST_COMPLETED)
            if stopped.is_set():
                console.print("Closed before it was open.")
                os._exit(0)   # models are being read in threads that nothing can stop, and nothing is half written
            keeper.engines = await loading
        _say_where(settings, keeper, port, manage_port, time.monotonic() - began_s)
        reloads: list[asyncio.Task[None]] = []
        loop.add_signal_handler(signal.SIGHUP, lambda: reloads.append(asyncio.create_task(_reload(keeper))))
        await stopped.wait()
        if keeper.sessions:
            within = f"{settings.drain_s:g} s (again: at once)"
            console.print(f"Closing; {len(keeper.sessions)} conversations may finish what is being said, within {within}.")
            await keeper.let_finish(settings.drain_s, at_once)
    console.print("Closed.")


async def _reload(keeper: Doorkeeper) -> None:
    """SIGHUP: the shop's files, its index and the certificate, read again; what cannot be read leaves everything as it was."""
    assert keeper.engines is not None
    try:
        if keeper.certificate is not None:
            keeper.certificate.renew()
        version = await keeper.shopkeeper.reload(keeper.engines)
        console.print(f"Read again; {version.name} is in force.")
    except (*EXPECTED, OSError) as error:
        console.print(f"Nothing was changed: {error}", style="red", highlight=False, markup=False)


def _say_where(settings: Settings, keeper: Doorkeeper, port: int, manage_port: int | None, took_s: float) -> None:
    assert keeper.engines is not None
    engines = keeper.engines
    said = "  ".join(f"“{example}”" for example in examples(engines.shop, engines.recommender))
    scheme = "https" if settings.tls_certificate else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    console.print(
        f"\n[bold]{engines.shop.shop.name}[/] is open ({len(engines.recommender.items())} items, ready in {took_s:.1f} s).\n"
        f"  Look:    {scheme}://{host}:{port}/   (microphone or keyboard)\n"
        f"  Or say:  shoptalk call {scheme.replace('http', 'ws')}://{host}:{port} --wav question.wav\n"
        f"  Try:     {said}\n"
        + ("" if facts_of(settings.hearing_model, engines.shop.shop.id) else
           f"  Hear:    shoptalk train hearing {settings.shop}   (its words misheard less; about an hour, once)\n")
        + ("" if manage_port is None else f"  Manage:  {settings.manage_host}:{manage_port}\n")
        + "  Stop:    Ctrl-C\n",
        highlight=False,
    )
