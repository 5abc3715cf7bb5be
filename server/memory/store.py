"""The memory across visits: nothing of a shopper who has not agreed, nothing left of one who said "forget me"."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from dialogue.remembering import Kind, Known, Trait
from server.memory import ForgetfulError
from server.memory.tables import ID_CHARS, TEXT_CHARS, shoppers, traits

MOST_TRAITS = 200
"""Kept of one shopper; the oldest go first."""
OPPOSITE: dict[Kind, Kind] = {"likes": "dislikes", "dislikes": "likes"}

T = TypeVar("T")
Now = Callable[[], datetime.datetime]


def utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def open_memory(url: str, now: Now = utc_now) -> Memory:
    """Open a database and bring its tables up to date. Raises ForgetfulError.

    ``url``: as SQLAlchemy takes it, such as ``sqlite:///memory.sqlite`` or ``postgresql://user@host/name``.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(_with_driver(address))
        if address.get_backend_name() == "sqlite":
            event.listen(engine, "connect", _careful)
        _migrate(engine)
    except ModuleNotFoundError as error:
        raise ForgetfulError(f"The memory needs the package {error.name}; for PostgreSQL install shoptalk[postgres].") from None
    except (ArgumentError, NoSuchModuleError):
        raise ForgetfulError(
            "memory_url is no database address; give one such as sqlite:///memory.sqlite or postgresql://user@host/name."
        ) from None
    except (SQLAlchemyError, OSError) as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise ForgetfulError(f"The memory at {shown} cannot be opened ({type(error).__name__}); is the database there?") from None
    return Memory(engine, now)


class Memory:
    """One database for all shops and shoppers. Thread safe; every call is one transaction. Calls raise ForgetfulError."""

    def __init__(self, engine: Engine, now: Now = utc_now) -> None:
        self._engine, self._now = engine, now

    def recall(self, shop: str, shopper: str) -> Known:
        """What is known of a shopper; of an unknown one, that nothing is."""
        def read(db: Connection) -> Known:
            agreed = db.execute(select(shoppers.c.agreed_at).where(*_who(shoppers, shop, shopper))).first() is not None
            rows = db.execute(
                select(traits.c.kind, traits.c.slot, traits.c.value, traits.c.whom)
                .where(*_who(traits, shop, shopper))
                .order_by(traits.c.learned_at.desc(), traits.c.slot, traits.c.value)
            )
            return Known(True, agreed, tuple(Trait(cast(Kind, kind), slot, value, whom) for kind, slot, value, whom in rows))

        return self._do(read)

    def agree(self, shop: str, shopper: str) -> None:
        """The shopper agreed to be remembered."""
        self._do(lambda db: self._enter(db, shop, shopper))

    def keep(self, shop: str, shopper: str, known: Known, learned: Iterable[Trait]) -> None:
        """What a conversation ends with: what is left of what was known, and what it taught. Nothing without agreement."""
        def write(db: Connection) -> None:
            if not known.agreed:
                return
            self._enter(db, shop, shopper)
            new = {_key(trait): trait for trait in learned if len(trait.value) <= TEXT_CHARS and len(trait.whom) <= TEXT_CHARS}
            undone = {(OPPOSITE[trait.kind], *_key(trait)[1:]) for trait in new.values() if trait.kind in OPPOSITE}
            old = [trait for trait in known.traits if _key(trait) not in new and _key(trait) not in undone]
            before = {
                _key(Trait(cast(Kind, row.kind), row.slot, row.value, row.whom)): row.learned_at
                for row in db.execute(select(traits).where(*_who(traits, shop, shopper)))
            }
            rows = [(trait, self._now()) for trait in new.values()]
            rows += [(trait, before.get(_key(trait), self._now())) for trait in old]
            db.execute(delete(traits).where(*_who(traits, shop, shopper)))
            if rows:
                db.execute(insert(traits), [_row(shop, shopper, trait, at) for trait, at in rows[:MOST_TRAITS]])
            db.execute(update(shoppers).where(*_who(shoppers, shop, shopper)).values(seen_at=self._now()))

        self._do(write)

    def forget(self, shop: str, shopper: str) -> bool:
        """Forget a shopper altogether; whether there was anything to forget."""
        def remove(db: Connection) -> bool:
            db.execute(delete(traits).where(*_who(traits, shop, shopper)))
            return db.execute(delete(shoppers).where(*_who(shoppers, shop, shopper))).rowcount > 0

        return self._do(remove)

    def close(self) -> None:
        self._engine.dispose()

    def _enter(self, db: Connection, shop: str, shopper: str) -> None:
        if max(len(shop), len(shopper)) > ID_CHARS:
            raise ForgetfulError(f"A shopper's or shop's id has at most {ID_CHARS} characters.")
        if db.execute(select(shoppers.c.agreed_at).where(*_who(shoppers, shop, shopper))).first() is None:
            row = {"shop": shop, "shopper": shopper, "agreed_at": self._now(), "seen_at": self._now()}
            db.execute(insert(shoppers), [row])

    def _do(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as db:
                return work(db)
        except SQLAlchemyError as error:
            raise ForgetfulError(f"The memory did not answer ({type(error).__name__}); is the database there?") from None


def _who(table: Any, shop: str, shopper: str) -> tuple[Any, Any]:
    return table.c.shop == shop, table.c.shopper == shopper


def _key(trait: Trait) -> tuple[Kind, str, str, str]:
    return trait.kind, trait.slot, trait.value, trait.whom


def _row(shop: str, shopper: str, trait: Trait, at: datetime.datetime) -> dict[str, object]:
    return {
        "shop": shop, "shopper": shopper, "kind": trait.kind, "slot": trait.slot, "value": trait.value, "whom": trait.whom,
        "learned_at": at,
    }


def _with_driver(address: URL) -> URL:
    """``postgresql://`` (and ``postgres://``) by the driver that shoptalk[postgres] installs."""
    plain = address.drivername in {"postgresql", "postgres"}
    return address.set(drivername="postgresql+psycopg") if plain else address


def _careful(connection: Any, _: object) -> None:
    """SQLite: what is deleted is overwritten in the file, and a shopper's rows go with the shopper."""
    cursor = connection.cursor()
    for line in ("PRAGMA secure_delete = ON", "PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 5000"):
        cursor.execute(line)
    cursor.close()


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
