"""What a shop's replies claim, who worded them and how fast they are: replies made from real rows, read by two checkers."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialogue.llm import Completion, LanguageModel, wanted
from dialogue.phrasing import Phraser
from dialogue.phrasing.checking import check
from dialogue.phrasing.phraser import PATIENCE_MS, SPOKEN_CHARS_PER_S
from dialogue.shop import TalkingShop
from dialogue.types import Sentence
from recommender.types import Item, Recommender
from server.evaluate.second_reading import Doubt, SecondReader
from server.evaluate.speaking_plans import KIND_SHARES, Occasion, occasions
from server.reporting import percentile_ms

SHOWN_DOUBTS = 20
MODELS = frozenset({"llm", "choice"})
"""Whose sentences the model worded, by its own words or by its choice among the ways to say the facts."""


class Metered:
    """A language model that keeps count; obeys the Protocol of the one inside."""

    def __init__(self, inner: LanguageModel) -> None:
        self._inner, self.can_choose = inner, inner.can_choose
        self._lock = threading.Lock()
        self.tokens, self.took_ms, self.calls, self.choices = 0, 0.0, 0, 0

    def complete(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str],
        among: Sequence[str] = (),
        deadline_ms: float,
        temperature: float = 0.0,
        seed: int = 0,
        cancelled: Callable[[], bool] = wanted,
    ) -> Completion:
        """Pass the call on."""
        said = self._inner.complete(
            prompt, max_tokens=max_tokens, stop=stop, among=among, deadline_ms=deadline_ms, temperature=temperature,
            seed=seed, cancelled=cancelled,
        )  # fmt: skip
        with self._lock:
            self.tokens, self.took_ms, self.calls = self.tokens + said.tokens, self.took_ms + said.took_ms, self.calls + 1
            self.choices += bool(among)
        return said


class Rows:
    """A catalogue as the phraser needs it, without an index: only rows are asked for."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = tuple(items)
        self._by_id = {item.id: item for item in items}

    def items(self) -> Sequence[Item]:
        return self._items

    def item(self, item_id: str) -> Item | None:
        return self._by_id.get(item_id)


@dataclass
class _Tally:
    sentences: int = 0
    clauses: int = 0
    claims: int = 0
    asked: int = 0
    """Sentences that the model was asked for."""
    late: int = 0
    worded: int = 0
    own: int = 0
    """Of these, in the model's own words."""
    repaired: int = 0
    templated: int = 0
    first_check_failures: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    first_ms: list[float] = field(default_factory=list)
    reply_ms: list[float] = field(default_factory=list)
    second_ready_in_time: list[bool] = field(default_factory=list)
    spoken_s: list[float] = field(default_factory=list)
    recommended_s: list[float] = field(default_factory=list)
    doubts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply as it came: its sentences and when each was ready."""

    occasion: Occasion
    sentences: tuple[Sentence, ...]
    ready_ms: tuple[float, ...]


def make_reply(phraser: Phraser, occasion: Occasion) -> Reply:
    """Say one plan, pulling as fast as sentences come."""
    started = time.perf_counter()
    sentences, ready = [], []
    for sentence in phraser.say(occasion.plan, occasion.state):
        sentences.append(sentence)
        ready.append((time.perf_counter() - started) * 1000)
    return Reply(occasion, tuple(sentences), tuple(ready))


def evaluate_speaking(
    shop: TalkingShop,
    items: Sequence[Item],
    llm: LanguageModel | None,
    *,
    replies: int,
    seed: int,
    patience_ms: float = PATIENCE_MS,
    write: Path | None = None,
    told: Callable[[Reply], None] = lambda reply: None,
) -> dict[str, Any]:
    """Make the replies, read them twice, and tell each. With ``write``, every reply goes to that file, one JSON object a line."""
    metered = Metered(llm) if llm is not None else None
    rows: Recommender = Rows(items)  # type: ignore[assignment]
    phraser = Phraser(shop, rows, metered, patience_ms=patience_ms)
    reader = SecondReader(shop, items)
    tally = _Tally()
    out = write.open("w", encoding="utf-8") if write else None
    try:
        phraser.warm_up()
        if metered:
            metered.tokens, metered.took_ms, metered.calls, metered.choices = 0, 0.0, 0, 0
        for occasion in occasions(shop, items, count=replies, seed=seed):
            reply = make_reply(phraser, occasion)
            doubts = reader.doubts(reply.sentences, occasion.plan, occasion.state)
            _count(tally, reply, doubts, phraser)
            if out:
                out.write(json.dumps(_line(reply, doubts), ensure_ascii=False) + "\n")
            told(reply)
    finally:
        phraser.close()
        if out:
            out.close()
    return _figures(shop, tally, metered, replies=replies, seed=seed) | {"patience_ms": patience_ms}


def _count(tally: _Tally, reply: Reply, doubts: Sequence[Sequence[Doubt]], phraser: Phraser) -> None:
    plan, state = reply.occasion.plan, reply.occasion.state
    tally.kinds[plan.kind] += 1
    tally.first_ms.append(reply.ready_ms[0])
    tally.reply_ms.append(reply.ready_ms[-1])
    tally.spoken_s.append(sum(len(sentence.text) for sentence in reply.sentences) / SPOKEN_CHARS_PER_S)
    if plan.kind == "recommend":
        tally.recommended_s.append(tally.spoken_s[-1])
    if len(reply.sentences) > 1 and any(sentence.source in MODELS or sentence.causes for sentence in reply.sentences[1:2]):
        heard_ms = len(reply.sentences[0].text) / SPOKEN_CHARS_PER_S * 1000
        tally.second_ready_in_time.append(reply.ready_ms[1] <= heard_ms and "late" not in reply.sentences[1].causes)
    ground = phraser.ground(plan, state)
    for sentence, doubted in zip(reply.sentences, doubts, strict=True):
        tally.sentences += 1
        tally.clauses += sentence.text.endswith(":")
        tally.claims += check(sentence.text, ground, phraser.shop).claims
        tally.asked += sentence.source in MODELS or bool(sentence.causes)
        tally.late += sentence.source not in MODELS and "late" in sentence.causes
        tally.worded += sentence.source in MODELS
        tally.own += sentence.source == "llm"
        tally.repaired += sentence.source in MODELS and bool(sentence.causes)
        tally.templated += sentence.source not in MODELS and bool(sentence.causes)
        tally.causes.update(sentence.causes)
        for doubt in doubted:
            tally.doubts.append(
                {"doubt": doubt.kind, "words": doubt.words, "text": sentence.text, "source": sentence.source, "plan": plan.kind}
            )


def _line(reply: Reply, doubts: Sequence[Sequence[Doubt]]) -> dict[str, Any]:
    return {
        "kind": reply.occasion.plan.kind,
        "items": [ranked.item.id for ranked in reply.occasion.plan.items],
        "sentences": [
            {
                "text": sentence.text,
                "source": sentence.source,
                "causes": sentence.causes,
                "doubts": [f"{doubt.kind}: {doubt.words}" for doubt in doubted],
            }
            for sentence, doubted in zip(reply.sentences, doubts, strict=True)
        ],
    }


def _kept_share(tally: _Tally) -> float:
    """Of the sentences the model gave in time, those fit to be said: what the late ones would have added on a quieter machine."""
    return tally.worded / (tally.asked - tally.late) if tally.asked > tally.late else 0.0


def _figures(shop: TalkingShop, tally: _Tally, metered: Metered | None, *, replies: int, seed: int) -> dict[str, Any]:
    whole = tally.sentences - tally.clauses
    in_time = tally.second_ready_in_time
    return {
        "shop": shop.shop.id,
        "replies": replies,
        "seed": seed,
        "kinds": dict(tally.kinds),
        "kind_shares": dict(KIND_SHARES),
        "sentences": whole,
        "opening_clauses": tally.clauses,
        "claims": tally.claims,
        "unsupported_claims": len(tally.doubts),
        "llm_share": round(tally.worded / whole, 4) if whole else None,
        "own_words_share": round(tally.own / whole, 4) if whole else None,
        "llm_share_with_opening_clauses": round(tally.worded / tally.sentences, 4) if tally.sentences else None,
        "llm_asked": tally.asked,
        "llm_late": tally.late,
        "llm_refused": tally.asked - tally.worded - tally.late,
        "llm_share_were_none_late": round((tally.worded + _kept_share(tally) * tally.late) / whole, 4) if whole else None,
        "repaired": tally.repaired,
        "templated": tally.templated,
        "causes": dict(tally.causes.most_common()),
        "first_clause_p50_ms": percentile_ms(tally.first_ms, 50),
        "p95_ms": percentile_ms(tally.first_ms, 95),
        "reply_p50_ms": percentile_ms(tally.reply_ms, 50),
        "reply_p95_ms": percentile_ms(tally.reply_ms, 95),
        "second_sentence_in_time": round(sum(in_time) / len(in_time), 4) if in_time else None,
        "recommended_p95_s": round((percentile_ms(tally.recommended_s, 95) or 0.0), 1),
        "recommended_within_12_s": round(sum(s <= 12 for s in tally.recommended_s) / len(tally.recommended_s), 4)
        if tally.recommended_s
        else None,
        "spoken_p50_s": round((percentile_ms(tally.spoken_s, 50) or 0.0), 1),
        "spoken_p95_s": round((percentile_ms(tally.spoken_s, 95) or 0.0), 1),
        "tokens_per_second": round(metered.tokens / metered.took_ms * 1000, 1) if metered and metered.took_ms else None,
        "llm_calls": metered.calls if metered else 0,
        "llm_choices": metered.choices if metered else 0,
        "tokens_per_reply": round(metered.tokens / replies, 1) if metered else None,
        "doubts": tally.doubts[:SHOWN_DOUBTS],
    }
