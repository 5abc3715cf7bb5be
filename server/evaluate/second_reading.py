"""A second opinion on what was said, written on other principles than `dialogue.phrasing`: a suspicious clerk with the raw rows.

The first checker parses claims and allows known plain words. This one knows no grammar: it takes the sentence as text, strikes
out the items' names, and asks of every number, every catalogue value and every word but a few hundred neutral ones whether the
raw row of the item named nearest, the plan or the shop's own lines hold it; and it doubts every denial of what the row has. It
shares no code and no word list with the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.shop import TalkingShop
from dialogue.state import BeliefState
from dialogue.types import Plan, Sentence
from recommender.types import Item

_ONES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(_ONES.split())}
SMALL |= {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
BIG = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
BIG_COIN = (
    r"dollars?|pounds?|euros?|rupees?|yen|francs?|kron\w+|pesos?|yuan|rand|lira|won|zlotys?|crowns?|shekels?|dirhams?|reais|real"
)
SMALL_COIN = r"cents?|pence|penny|p"

_SUSPICIOUS = """
free delivery deliver delivers delivered delivering shipping ship ships shipped postage post posted return returns returned
refund refunds refunded exchange guarantee guaranteed guarantees warranty warranted promise promised insured discount
discounted sale reduced bargain clearance offer offers off voucher coupon gift-wrapped wrapped complimentary bonus tomorrow
tonight yesterday today week weeks month months days hours soon immediately overnight best finest greatest ultimate unbeatable
favourite popular bestselling bestseller famous renowned iconic award winning exclusive unique rare limited edition only last
never always lifetime forever everyone nobody stock available sold left remaining waterproof water-resistant washable
dishwasher machine microwave oven-safe fireproof breathable stretchy elastic organic vegan recycled sustainable ethical
fairtrade handmade handcrafted hand-made artisan imported genuine authentic real original antique certified tested approved
hypoallergenic durable sturdy strong lightweight heavy heavyweight soft warm cosy cool thick thin thermal insulated padded
lined quilted large small big huge tiny compact oversized tall short long wide narrow deep size sizes fits medium new latest
newest upcoming vintage retro luxury luxurious premium quality professional rechargeable wireless battery electric solar
cotton linen silk wool woollen cashmere leather suede velvet denim satin polyester nylon bamboo wooden wood oak pine walnut
metal steel iron brass copper silver gold golden glass crystal ceramic porcelain stoneware marble stone plastic paper felt
lace mesh fur canvas rattan wicker black white red blue green navy pink purple yellow orange grey gray brown beige cream ivory
teal turquoise lilac burgundy tan plain striped floral checked spotted embroidered printed patterned personalised engraved
baby child children men women ladies gentlemen kids
"""
SUSPICIOUS = frozenset(_SUSPICIOUS.split())
"""Words that state a fact, make a promise or boast. Each must stand in the row, the plan or the shop's own lines."""


_NEUTRAL = """
a an the this that these those it its they them their there here he she his her who what which where when how why i me my you your
we us our is are am was were be been being do does did has have had can could may might will would shall should must and or but so
as if than then while though because of to in on at by for from with without about over under up down out into near between both
each either neither all any some such same other another one ones first second third last next no not nothing none yes well just
only too also even very quite rather really more most less least much many few bit little lot thing things something anything
everything else way kind sort idea choice pick option look looks looking see show shows let lets give gives get gets got go goes
going come comes coming take takes make makes made want wanted like likes liked need needs think say says said tell know knew ask
asked find found mind help hear heard suit suits fit fits fitting match matches cost costs price priced comes good nice lovely
fine great perfect ideal right sure sorry afraid please thank thanks hello goodbye bye welcome gladly glad happy perhaps maybe
again now still already yet far between them apart together nicely pleasure enjoy suggest recommend spend yours mine whole exactly
cheaper dearer pricier expensive longer shorter side differ word words question answer moment wondered start pair pairs
remember forget forgotten done leave tried trying catch better put before after around roughly nearly almost worth pleased
beautiful charming pretty delightful wonderful thought style present stands stand mentioned fancy shop service advice advise talk
own ll ve re s d m t don didn isn aren
can't don't didn't isn't aren't i'm i'd i'll it's they're you're that's here's there's let's
"""
NEUTRAL = frozenset(_NEUTRAL.split())
"""Words that say nothing of a thing. Any other must be borne out."""
_PRICE_WORDS: tuple[tuple[Literal["less", "more"], tuple[str, ...]], ...] = (
    ("less", ("cheaper", "less expensive", "costs less")),
    ("more", ("dearer", "pricier", "more expensive", "costs more")),
)
_DENIALS = re.compile(
    r"\b(?:not|no|never|without|nor|neither|hardly|isn't|aren't|doesn't|don't|hasn't|won't)\s+((?:[a-z'-]+\s*){1,3})"
)


@dataclass(frozen=True, slots=True)
class Doubt:
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    start: int
    end: int
    spoken_pair: bool = False


class SecondReader:
    """Reads the sentences of replies about one shop."""

    def __init__(self, shop: TalkingShop, items: Sequence[Item]) -> None:
        self.shop = shop
        self.items = {item.id: item for item in items}
        values = {value.lower() for item in items for listed in item.values.values() for value in listed if len(value) > 2}
        ordered = sorted((value for value in values if re.fullmatch(r"[\w' &-]+", value)), key=len, reverse=True)
        self.values = re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b") if ordered else None
        voice = " ".join([shop.voice.greeting, shop.shop.name, shop.shop.about, *(slot.ask or "" for slot in shop.slots)])
        self.house = voice.lower()

    def doubts(self, sentences: Sequence[Sentence], plan: Plan, state: BeliefState) -> list[list[Doubt]]:
        """For each sentence of one reply what in it nothing bears out."""
        rows = [ranked.item for ranked in plan.items]
        if plan.focus and plan.focus in self.items and all(row.id != plan.focus for row in rows):
            rows.append(self.items[plan.focus])
        spoken = len({item for sentence in sentences for item in sentence.items})
        return [list(self._sentence(sentence, rows, plan, state, spoken)) for sentence in sentences]

    def _sentence(self, sentence: Sentence, rows: Sequence[Item], plan: Plan, state: BeliefState, spoken: int) -> Iterator[Doubt]:
        if sentence.source == "policy" and sentence.text in {policy.text.strip() for policy in self.shop.policies}:
            return
        text = sentence.text.lower()
        for item, start, end in sentence.spans:
            row = self.items.get(item)
            if row is None or not _names(sentence.text[start:end], row):
                yield Doubt("name", sentence.text[start:end])
            text = text[:start] + " " * (end - start) + text[end:]
        mine = [self.items[item] for item in sentence.items if item in self.items] or list(rows[:spoken] if spoken else rows)
        besides = self._besides(plan, state)
        source = " ".join(_raw(row) for row in mine)
        if not (sentence.items or mine):
            source = ""
        relative, text = self._relative(text, mine, rows[:spoken] or rows)
        yield from relative
        yield from self._numbers(text, mine, rows, plan, state, besides, spoken)
        if self.values:
            for found in self.values.finditer(text):
                if not self._borne_out(found[0], mine, besides):
                    yield Doubt("value", found[0])
        for word in re.findall(r"[a-z][a-z'-]+", text):
            if (
                word in SUSPICIOUS
                and not re.search(rf"\b{re.escape(word)}", f"{source} {besides}")
                and not self._excused(word, text, mine)
            ):
                yield Doubt("word", word)
            elif word not in NEUTRAL | SUSPICIOUS and not self._known(word, f"{source} {besides}"):
                yield Doubt("unknown", word)
        yield from self._denied(text, mine)

    def _known(self, word: str, text: str) -> bool:
        """Whether the parts of a word stand in the text or begin words of it; numbers and coins are read elsewhere."""
        parts = [part for part in re.split(r"[-']", word) if len(part) > 1]
        stems = [part[:-1] if part.endswith("s") and len(part) > 3 else part for part in parts]
        coin = re.compile(rf"(?:{BIG_COIN}|{SMALL_COIN})")
        return all(
            part in SMALL or part in BIG or part in NEUTRAL or coin.fullmatch(part) or re.search(rf"\b{re.escape(stem)}", text)
            for part, stem in zip(parts, stems, strict=True)
        )

    def _denied(self, text: str, mine: Sequence[Item]) -> Iterator[Doubt]:
        """What the row has as a value is not to be denied of it."""
        for found in _DENIALS.finditer(text):
            for row in mine:
                values = {value.lower() for listed in row.values.values() for value in listed}
                if any(re.search(rf"\b{re.escape(value)}\b", found[1]) for value in values):
                    yield Doubt("denied", found[0].strip())

    def _relative(self, text: str, mine: Sequence[Item], rows: Sequence[Item]) -> tuple[list[Doubt], str]:
        """The shop's own relative words ("warmer"): of two rows the one meant must stand that way; and the text without them."""
        doubts, units = [], {slot.unit for slot in self.shop.slots if slot.unit}
        money = next((slot.name for slot in self.shop.slots if slot.is_money), "")
        known = [(critique.slot, critique.direction, critique.words) for critique in self.shop.critiques]
        known += [(money, direction, words) for direction, words in _PRICE_WORDS]
        for slot, direction, words in known:
            for said in sorted(words, key=len, reverse=True):
                found = re.search(rf"\b{re.escape(said.lower())}\b", text)
                if not found or len(rows) != 2:
                    continue
                if re.search(r"\bthe (?:first|second)\b", text[: found.start()]):
                    place = 0 if "the first" in text[: found.start()] else 1
                elif len(mine) == 1:
                    place = 0 if mine[0].id == rows[0].id else 1
                else:
                    continue
                here, there = (self._standing(rows[at], slot) for at in (place, 1 - place))
                if here is None or there is None or here == there or (here < there) != (direction == "less"):
                    doubts.append(Doubt("relative", said))
                start = found.start()
                for number in _read_numbers(text[:start]):
                    unit = text[number.end : start].strip()
                    if unit in units or f"{unit}s" in units:
                        if here is None or there is None or abs(here - there) != number.value:
                            doubts.append(Doubt("relative", text[number.start : found.end()]))
                        start = number.start
                text = text[:start] + " " * (found.end() - start) + text[found.end() :]
        return doubts, text

    def _standing(self, row: Item, slot: str) -> float | None:
        known = next((one for one in self.shop.slots if one.name == slot), None)
        if known is not None and known.is_money:
            return row.price_minor
        if slot in row.numbers:
            return row.numbers[slot]
        order = next((critique.scale for critique in self.shop.critiques if critique.slot == slot and critique.scale), ())
        steps = [order.index(value) for value in row.values.get(slot, ()) if value in order]
        return sum(steps) / len(steps) if steps else None

    def _besides(self, plan: Plan, state: BeliefState) -> str:
        """The plan's and the shop's own words, in lower case."""
        policies = [policy.text for policy in self.shop.policies if policy.name in plan.policies]
        slots = [slot for slot in self.shop.slots if slot.name in (plan.slot, plan.ask_next, *plan.requested)]
        asked = [text for slot in slots for text in (slot.ask or "", slot.said)]
        wished = [value for values in plan.wishes.values() for value in values] if len(plan.items) == 0 else []
        wished += [value for belief in state.slots.values() for value in belief.want] if plan.kind in ("memory", "ask") else []
        eased = [value for relaxation in plan.relaxations for value in relaxation.values]
        phrases = [text for slot in self.shop.slots for text in (slot.phrase, *slot.phrases.values(), slot.unit)]
        stocked = [words for words in (self.shop.voice.in_stock, self.shop.voice.out_of_stock) if words]
        told = [*policies, *asked, *wished, *eased, *plan.options, *phrases, *plan.requested, *stocked]
        if plan.kind in ("greet", "repair", "close", "ask"):
            told.append(self.house)
        return " ".join(told).lower()

    def _borne_out(self, value: str, mine: Sequence[Item], besides: str) -> bool:
        if re.search(rf"\b{re.escape(value)}\b", besides):
            return True
        return bool(mine) and all(re.search(rf"\b{re.escape(value)}", _raw(row)) for row in mine)

    def _excused(self, word: str, text: str, mine: Sequence[Item]) -> bool:
        """Stock words that the row's stock bears out; small words in fixed turns of phrase."""
        if word in ("left", "remaining", "stock", "available", "only", "sold", "last"):
            known = [row.stock for row in mine]
            if len(known) == 1 and known[0] is not None:
                gone = re.search(r"\b(?:out of stock|sold out|not in stock)\b", text) is not None
                return gone == (known[0] == 0)
            return re.search(r"don't know|could not check", text) is not None
        turns = {
            "long": r"minutes long|pages long", "real": r"\bone real\b", "off": r"\boff you\b|better off", "post": r"^$",
            "plain": r"^$", "only": r"\bonly (?:a|one|two|three|\w+ (?:dollars|pounds|euros))",
            "today": r"\?", "last": r"the last",
            "short": r"in short", "fits": r"fits all of|that fits", "offer": r"^$", "never": r"^$", "new": r"^$",
        }  # fmt: skip
        return bool(re.search(turns.get(word, r"^$"), text))

    # --- numbers ---------------------------------------------------------------------------------------------------------

    def _numbers(
        self, text: str, mine: Sequence[Item], rows: Sequence[Item], plan: Plan, state: BeliefState, besides: str, spoken: int
    ) -> Iterator[Doubt]:
        policy_numbers = {number.value for number in _read_numbers(besides)}
        counts = {len(rows), spoken, plan.fitting, *(relaxation.fitting for relaxation in plan.relaxations)}
        for number, unit, after in _with_units(text):
            said = text[number.start : number.end]
            if unit == "money":
                if number.value / 100 not in policy_numbers and not self._money(
                    number.value, text, number, mine, rows, plan, state
                ):
                    yield Doubt("money", said)
            elif number.value in (*policy_numbers, *counts, 1) or self._in_rows(number, after, mine):
                continue
            elif not self._money(number.value * 100, text, number, mine, rows, plan, state):
                yield Doubt("number", said)

    def _money(
        self, minor: float, text: str, number: _Number, mine: Sequence[Item], rows: Sequence[Item], plan: Plan, state: BeliefState
    ) -> bool:
        after, before = text[number.end : number.end + 24], text[max(0, number.start - 24) : number.start]
        prices = [row.price_minor for row in rows if row.price_minor is not None]
        if re.match(r"[a-z ]{0,12}?\b(?:less|more|cheaper|dearer|apart)\b", after):
            own = (
                [row.price_minor for row in mine if row.price_minor is not None]
                if len(mine) < len(rows) or len(mine) == 1
                else prices
            )
            gaps = {mine_price - other for mine_price in own for other in prices}
            if re.search(r"\b(?:about|around|nearly)\s+(?:a\s+)?$", before):
                return any(abs(abs(gap) - minor) <= 60 and self._sign(gap, after) for gap in gaps)
            return any(abs(gap) == minor and self._sign(gap, after) for gap in gaps)
        limits = [
            value * 100
            for belief in state.slots.values()
            for value in (belief.low, belief.high, belief.around)
            if value is not None
        ]
        if re.search(r"\b(?:under|up to|about|below|within|over)\s+(?:your\s+)?$", before) and minor in limits:
            return True
        if minor in [relaxation.nearest for relaxation in plan.relaxations]:
            return True
        prices_here = [row.price_minor for row in mine]
        return bool(prices_here) and all(price == round(minor) for price in prices_here)

    @staticmethod
    def _sign(gap: float, after: str) -> bool:
        lower = re.match(r"[a-z ]{0,12}?\b(?:less|cheaper)\b", after) is not None
        return gap < 0 if lower else gap > 0

    @staticmethod
    def _in_rows(number: _Number, after: str, mine: Sequence[Item]) -> bool:
        left = re.match(r"[a-z ]{0,14}?\b(?:left|in stock|remaining)\b", after) is not None
        for row in mine:
            if left and row.stock is not None and row.stock != number.value:
                return False
            held = {*row.numbers.values(), *(found.value for found in _read_numbers(_raw(row)))}
            held |= {row.stock} if row.stock is not None else set()
            if number.value not in held:
                return False
        return bool(mine)


def _raw(row: Item) -> str:
    values = [value for listed in row.values.values() for value in listed]
    return f"{row.title} {row.description} {' '.join(values)}".lower()


def _names(said: str, row: Item) -> bool:
    """Whether most of the words said are the title's, figures and fixed short forms apart, or the row's kind."""
    words = [word for word in re.findall(r"[a-z]+", said.lower()) if word not in SMALL and len(word) > 2]
    title = re.sub(r"[^a-z]+", " ", row.title.lower())
    held = sum(word in title or word in _raw(row) for word in words)
    return not words or held >= 0.5 * len(words)


def _read_numbers(text: str) -> list[_Number]:
    """Figures and number words, left to right."""
    found: list[_Number] = []
    tokens = [(match[0].lower(), match.start(), match.end()) for match in re.finditer(r"\d+(?:[.,]\d+)*|[a-z]+", text.lower())]
    at = 0
    while at < len(tokens):
        word, start, end = tokens[at]
        if word[0].isdigit():
            found.append(_Number(float(word.replace(",", "")), start, end))
            at += 1
            continue
        leading = word == "a" and at + 1 < len(tokens) and tokens[at + 1][0] in BIG
        if word not in SMALL and not leading:
            at += 1
            continue
        total, part = 0.0, 0.0
        while at < len(tokens):
            word, _, stop = tokens[at]
            following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
            gap = text[end : tokens[at][1]] if at and tokens[at][1] > end else ""
            if gap.strip(" -"):
                break
            if word in SMALL and (
                part % 100 == 0 or (20 <= part % 100 < 100 and part % 10 == 0 and SMALL[word] < 10 and "-" in gap)
            ):
                part += SMALL[word]
            elif word in BIG:
                part = (part or 1) * BIG[word]
                if word != "hundred":
                    total, part = total + part, 0.0
            elif not (word == "a" and following in BIG) and not (word == "and" and part + total >= 100 and following in SMALL):
                break
            end = stop
            at += 1
        found.append(_Number(total + part, start, end))
    return found


def _with_units(text: str) -> Iterator[tuple[_Number, str, str]]:
    """Each number with "money" (in minor units, coins joined) or "", and what stands after it."""
    numbers = _read_numbers(text)
    skip = False
    for index, number in enumerate(numbers):
        if skip:
            skip = False
            continue
        after = text[number.end :]
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        if (
            following is not None
            and number.value in (18, 19, 20)
            and 0 < following.value < 100
            and text[number.end : following.start] == " "
        ):
            skip = True
            yield _Number(number.value * 100 + following.value, number.start, following.end), "", text[following.end :]
            continue
        coin = re.match(rf"\s+(?:{BIG_COIN})\b", after)
        sign = number.start and text[number.start - 1] in "$£€"
        if coin or sign:
            end, minor = number.end + (coin.end() if coin else 0), number.value * 100
            if following is not None and following.value < 100:
                between, rest = text[end : following.start], text[following.end :]
                small = re.match(rf"\s+(?:{SMALL_COIN})\b", rest)
                if (between.strip() in ("", "and") and small) or (
                    not between.strip() and not re.match(r"\s+(?!less|more|cheaper|dearer|there|and|or|but|in|for|by)\w", rest)
                ):
                    minor, end, skip = minor + following.value, following.end + (small.end() if small else 0), True
            yield _Number(minor, number.start, end), "money", text[end:]
        elif small := re.match(rf"\s+(?:{SMALL_COIN})\b", after):
            yield _Number(number.value, number.start, number.end + small.end()), "money", after[small.end() :]
        else:
            yield number, "", after
