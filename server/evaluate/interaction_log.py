"""Interactions brought for measuring: read from any table, columns guessed, cleaned by rules that are counted and reported."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

GUESSES = {
    "user": ("user", "userid", "uid", "customer", "customerid", "shopper", "shopperid", "visitor", "visitorid", "reviewerid"),
    "item": ("item", "itemid", "iid", "product", "productid", "stockcode", "sku", "asin", "parentasin", "movieid", "articleid"),
    "time": ("time", "timestamp", "datetime", "date", "invoicedate", "orderdate", "eventtime", "reviewdate", "unixreviewtime"),
    "position": ("position", "pos", "order", "rank", "sequence", "step"),
    "basket": ("basket", "basketid", "orderid", "invoice", "invoiceno", "transaction", "transactionid", "sessionid", "session",
               "order"),
    "text": ("title", "description", "name", "itemname", "productname", "movietitle"),
    "quantity": ("quantity", "qty", "units"),
    "price": ("price", "unitprice"),
}
"""Column names, lower case without signs, that mean each thing, likeliest first."""
TEXT_ENDINGS = tuple(f"{ending}{packed}" for ending in (".csv", ".tsv", ".txt", ".inter") for packed in ("", ".gz"))
SEPARATORS = ",\t;|"
ALIKE_CODES = 0.95
"""Where at least this share of the rows has item codes that begin alike, codes that begin otherwise are not products."""


class LogError(Exception):
    """Interactions that cannot be measured on; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; None where guessing is left to ``read_log`` or there is none."""

    user: str | None = None
    item: str | None = None
    time: str | None = None
    position: str | None = None
    basket: str | None = None
    text: str | None = None
    quantity: str | None = None
    price: str | None = None


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is left out before anything is counted."""

    drop_baskets: str | None = None
    """Regular expression on basket ids."""
    keep_items: str | None = None
    """Regular expression that item codes must match; None guesses the shape that nearly all have."""
    all_items: bool = False
    """Keep items whatever their codes look like."""


@dataclass(frozen=True, slots=True)
class Log:
    """Events in order of user and time, as columns of equal length; users and items are numbered from 0."""

    user: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    step: npt.NDArray[np.int32]
    """Ordinal of the event within its user; where baskets are asked for, the ordinal of the basket."""
    time_days: npt.NDArray[np.float64] | None
    """None where there is only an order."""
    users: int
    items: int
    texts: tuple[str, ...] | None
    """One an item, where a text column was found."""
    report: dict[str, object] = field(repr=False)


def read_log(path: Path, columns: Columns, cleaning: Cleaning, *, baskets: bool, core: int) -> Log:
    """Read, clean and order. ``core``: users and items with fewer distinct partners than this go, again and again."""
    frame = _read(path)
    names = guess(frame, columns)
    needed = ("user", "item", "basket") if baskets else ("user", "item")
    lacking = next((kind for kind in needed if kind not in names), None)
    lacking = "time" if lacking is None and not {"time", "position"} & names.keys() else lacking
    if lacking is not None:
        raise LogError(f"{path.name} has no column that looks like a {lacking}; name it with --{lacking}.")
    report: dict[str, object] = {"columns": names, "rows": len(frame)}
    frame = _clean(frame.rename(columns={name: kind for kind, name in names.items()}), cleaning, report)
    if "position" in frame:
        frame["position"] = pd.to_numeric(frame["position"], errors="coerce")
    frame["moment"] = _moments(frame["time"]) if "time" in frame else frame["position"]
    if frame["moment"].isna().any():
        unread = int(frame["moment"].isna().sum())
        raise LogError(f"{unread} rows of {path.name} have no readable time or position; mend them or name another with --time.")
    frame["user"], frame["item"] = frame["user"].astype(str), frame["item"].astype(str)
    if baskets:
        frame["basket"] = frame["basket"].astype(str)
        frame["moment"] = frame.groupby(["user", "basket"])["moment"].transform("min")
        frame = frame.drop_duplicates(["user", "basket", "item"])
        frame = frame.sort_values(["user", "moment", "basket"], kind="stable")
    else:
        by = ["user", "moment", *(["position"] if "time" in frame and "position" in frame else [])]
        frame = frame.sort_values(by, kind="stable").drop_duplicates(["user", "item"])
        frame = _cored(frame, core)
    if not len(frame):
        raise LogError(f"Nothing of {path.name} is left after cleaning; see --core, --keep-items and --drop-baskets.")
    return _numbered(frame, report, baskets=baskets)


def _read(path: Path) -> pd.DataFrame:
    name = path.name.lower()
    try:
        if name.endswith(".parquet"):
            return pd.read_parquet(path)
        if name.endswith((".jsonl", ".jsonl.gz")):
            return pd.read_json(path, lines=True)
        if name.endswith(TEXT_ENDINGS):
            head = pd.read_csv(path, sep="\0", header=None, nrows=1, dtype=str, encoding_errors="replace").iloc[0, 0]
            sign = max(SEPARATORS, key=str(head).count)
            return pd.read_csv(path, sep=sign, encoding_errors="replace", low_memory=False)
    except (OSError, ValueError) as error:
        raise LogError(f"{path} cannot be read: {str(error).splitlines()[0]}.") from None
    raise LogError(f"{path.name} is none of .parquet, .csv, .tsv, .inter and .jsonl.")


def guess(frame: pd.DataFrame, given: Columns) -> dict[str, str]:
    """Kind to column name: those given, and for the rest the likeliest by name."""
    plain = {re.sub(r"[^a-z0-9]", "", str(name).lower().split(":")[0]): str(name) for name in frame.columns}  # "user_id:token"
    found: dict[str, str] = {}
    for kind, spellings in GUESSES.items():
        named = getattr(given, kind)
        if named is not None and named not in frame.columns:
            raise LogError(f"There is no column {named!r}; there are {', '.join(map(str, frame.columns))}.")
        if kind == "position" and "time" in found:
            spellings = tuple(spelling for spelling in spellings if spelling != "order")  # with times, an order is a basket
        likely = named or next((plain[spelling] for spelling in spellings if spelling in plain), None)
        if likely is not None and likely not in found.values():
            found[kind] = likely
    return found


def _clean(frame: pd.DataFrame, cleaning: Cleaning, report: dict[str, object]) -> pd.DataFrame:
    dropped: dict[str, int] = {}

    def keep(mask: pd.Series[bool], why: str) -> None:
        nonlocal frame
        if not mask.all():
            dropped[why] = int((~mask).sum())
            frame = frame[mask]

    keep(frame["user"].notna() & frame["item"].notna(), "no user or item")
    for amounts in ("quantity", "price"):
        if amounts in frame:
            frame = frame.assign(**{amounts: pd.to_numeric(frame[amounts], errors="coerce")})
    if "quantity" in frame:
        keep(frame["quantity"] > 0, "quantity not above 0")
    if "price" in frame:
        keep(frame["price"] > 0, "price not above 0")
    if cleaning.drop_baskets and "basket" in frame:
        matching = frame["basket"].astype(str).str.contains(cleaning.drop_baskets, regex=True)
        keep(~matching, f"basket matches {cleaning.drop_baskets}")
    shape = cleaning.keep_items or (None if cleaning.all_items else usual_shape(frame["item"]))
    if shape:
        keep(frame["item"].astype(str).str.contains(shape, regex=True), f"item code does not match {shape}")
    report["dropped"] = dropped
    return frame.copy()


def usual_shape(codes: pd.Series[str]) -> str | None:
    """A regular expression for how nearly all codes begin (so many digits); None where there is no such habit.

    Codes of plain whole numbers have none: 7 and 1200 are both items.
    """
    text = codes.astype(str)
    if text.str.fullmatch(r"\d+(\.0)?").all():
        return None
    digits = text.str.extract(r"^(\d+)", expand=False).str.len()
    counts = digits.value_counts(normalize=True) * float(digits.notna().mean())
    if len(counts) and counts.iloc[0] >= ALIKE_CODES and counts.iloc[0] < 1 and int(counts.index[0]) >= 3:
        return rf"^\d{{{int(counts.index[0])}}}"
    return None


def _moments(times: pd.Series[Any]) -> pd.Series[float]:
    """Days since 1970, from dates, ISO texts, or seconds or milliseconds since 1970."""
    if pd.api.types.is_numeric_dtype(times):
        numbers = times.astype(np.float64)
        return numbers / (86_400_000 if float(numbers.abs().median()) > 1e11 else 86_400)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that the day may come first, which is tried
        moments = pd.to_datetime(times, errors="coerce", utc=True)
        if moments.isna().any():
            tries = [pd.to_datetime(times, errors="coerce", utc=True, **way) for way in ({"dayfirst": True}, {"format": "mixed"})]
            moments = min([moments, *tries], key=lambda one: int(one.isna().sum()))
    return (moments - pd.Timestamp(0, tz="UTC")).dt.total_seconds() / 86_400


def _cored(frame: pd.DataFrame, core: int) -> pd.DataFrame:
    while len(frame):
        enough = frame.groupby("user")["item"].transform("size") >= core
        enough &= frame.groupby("item")["user"].transform("size") >= core
        if enough.all():
            break
        frame = frame[enough]
    return frame


def _numbered(frame: pd.DataFrame, report: dict[str, object], *, baskets: bool) -> Log:
    user, user_names = pd.factorize(frame["user"])
    item, item_names = pd.factorize(frame["item"])
    new_user = np.r_[True, user[1:] != user[:-1]]
    if baskets:
        basket = pd.factorize(frame["basket"])[0]
        new_step = new_user | np.r_[True, basket[1:] != basket[:-1]]
    else:
        new_step = np.ones(len(user), bool)
    ordinal = np.cumsum(new_step) - 1
    step = ordinal - np.maximum.accumulate(np.where(new_user, ordinal, 0))
    texts = None
    if "text" in frame:
        per_item = frame.dropna(subset=["text"]).groupby("item")["text"].agg(lambda column: str(column.mode().iloc[0]))
        texts = tuple(per_item.get(name, "") for name in item_names)
    report |= {"users": len(user_names), "items": len(item_names), "events": len(frame)}
    return Log(
        user.astype(np.int32), item.astype(np.int32), step.astype(np.int32),
        frame["moment"].to_numpy(np.float64) if "time" in frame else None, len(user_names), len(item_names), texts, report,
    )
