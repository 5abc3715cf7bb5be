"""What a turn asks about: slots and facts of an item, policies of the shop, and likenesses of an item at hand."""

from __future__ import annotations

import re

from dialogue.acts import ABOUT_ITEM, FAULT, LIKENESS, STOCK, STRONG_CHOICE, TAG, VARIANT
from dialogue.asked_about import counted, in_lines_of_shop, in_names
from dialogue.dontcare import slots_named
from dialogue.english import OPENING, SMALL_WORDS
from dialogue.numbers import find_numbers
from dialogue.pointing import Pointing
from dialogue.reading import Reading, covered, phrases
from dialogue.remembering import OWNED_ALREADY
from dialogue.settling import is_faulted
from dialogue.steering import gives_orders
from dialogue.told import is_said_of
from dialogue.types import Act
from dialogue.whole_clauses import EXCLAIMS
from dialogue.words import Span, is_contracted, read_words

_WHICH_OF = r"which (?:one |ones |of (?:them|those|these|the(?: \w+){1,2}) )?(?:did you say |do you think )?"
_YES_NO_ABOUT = re.compile(
    OPENING + r"(?:(?:is|are|isnt|arent|does|do|was|has|have|would|will) (?:it|that|this|they|those|these|"
    r"the|either|any of|both|number|option)|"
    + _WHICH_OF + r"(?:is|are|was|has|have|would|comes?|suits?)|"
    r"which ones (?:in|from|by|made|for)|"
    r".*\b(?:tell me|know|check|see|ask|wondering) (?:if|whether) (?:its|it is|theyre|they are|thats|that is)\b|"
    r".*\bdid you say\b|.*\bwhich (?:one |ones )?(?:is|are|would be) (?:better|best|nicer|right)\b|would you say\b|"
    r".*,? (?:is|are|has|have|does|would|will) (?:it|that|they))\b"
)
"""Asks whether an item has a value, so the value is no wish."""
_ASKS_OF_IT = re.compile(
    rf"(?:{OPENING}|[,.;!?] |\b(?:and|so|but|how|when|where|who|whos|what|why) )"
    r"(?:is|are|does|do|can|could|will|would|has|have|was|did) "
    r"(?:(?:one|any|either|some|all) of )?(?:it|they|them|that|this|those|these)\b"
    r"(?! (?:possible|ok|okay|all ?right|true|raining|matter|have to|mean|why|all(?= ?(?:$|[,.?!]))))|"
    r"\bwho ?s (?:it|that|this)\b|\bif (?:it|they) (?:breaks?|doesnt|dont|isnt|arent|goes|go|turns?|shrinks?)\b|"
    r"\babout (?:it|that|them|those)\b|"
    r"\b(?:what|which|how many) (?!time\b|day\b|date\b|year\b)\w+ (?:is|are|does|do|was|were|has|have) "
    r"(?:it|they|that|this|those|these)\b|"
    r"\bthats \w+(?: \w+){0,3} ?\?|\b(?:do|can|could|will|would|did) you (?:\w+ )?\w+ (?:it|them|those)(?= ?(?:$|[?.,]))|"
    r"\b(?:in|inside|on|with|for) (?:it|that|this|them|those)(?= ?(?:$|[?.]))|"
    r"\b(?:have|got|stock|sell|get|send|bring|take|return|wash|wrap|use|wear|clean) (?:it|them|that|this|those|these)\b"
)
""" "Is it ...", "can they ...", "how soon could I have it": something of an item is asked."""
COST = re.compile(
    r"\bhow (?:much(?! (?:more|less)\b)(?! (?!money|does|do|is|are|would|was|did|for|the|this|that|it)\w+ (?:does|do|can|"
    r"will|is|has)\b)|"
    r"expensive)\b|\bhow much (?:more|less) (?:is|are|does|do|for)\b|"
    r"\bwhat (?:does|do|would|did) \w+(?: \w+){0,3} cost|\bcosts?\b.*\?"
)
_VERB_LIKE = re.compile(
    r"\b(?:i|id|we|wed|she|shed|he|hed|they|theyd|you|youd|do|dont|doesnt|didnt|would|wont|wouldnt|might|will|really)"
    r"(?: (?:do|did|not|would|really|quite|rather|actually|also|just|only|still|both|all|sort of|kind of|much))* like$|"
    r"\b(?:does|did|would|will|might)(?: (?!(?:you|there|be|have|get|do|come|look|one|ones|something|anything)\b)\w+){1,4} like$|"
    r"\b(?:is|are|was|were|thats|theyre|its) more like$"
)
""" "I'd like", "would a ten year old like", "the other two are more like it": liking, and no likeness."""
_GOES_FOR = re.compile(r"\b(?:going|like|love|want|gonna|decided|think|tempted|happy|inclined) to go with$")
""" "I'm going to go with it" chooses; "something to go with it" does not."""
_TAGGED = re.compile(TAG)
_OF_THAT = re.compile(r"\b(?:in|at|for|around) (?:that|this|the same) $")
""" "What else is there at that price?" """
_WHICH = re.compile(rf"\b{_WHICH_OF}(?:is|are|was|has|have|would|suits?|comes?|do|does)\b")
_NAMES_FIRST = re.compile(OPENING + r"(?:just )?(?:the )?$")
_SIMILAR = re.compile(
    r"\b(?:something|anything|one|ones) (?:very |quite |a bit )?(?:similar|alike|like (?:it|that)|along those lines)\b|"
    r"\bthe same (?:sort|kind|type) of thing\b"
)
_HAD_LIKE = re.compile(
    r"\b(?:(?<!you )(?:had|has|owns?|owned|used to have|bought|saw|lost|broke)|(?:ive|weve|theyve)|"
    r"(?:shes|hes|\w+s) (?:got|had|seen|bought)|"
    r"(?:i|we|they) have)(?: got| had| seen| bought| already)? (?:one|ones|some|something|a \w+) (?:\w+ )?like$"
)
""" "My mother had one like it" tells of another."""
_HAS_THE_SAME = re.compile(r"\b(?:has|have|had|got|owns?|bought) the (?:very |exact )?same(?: \w+)? as$")
""" "He's got the same one as the first" asks for none like it."""
_BUT = re.compile(
    r"^(?:,? ?(?:but|only|just|except|though) "
    r"(?!(?:(?:its|it is|theyre) for|(?:i |id )?prefer|(?:i )?like)\b)|in (?!stock)|"
    r"(?:would|might|could) (?:be|look) (?:\w+ ){1,2}in |(?:i think|please|then),? ?but (?:maybe |perhaps |ideally )?in )"
)
""" "The second but in green", "that one in black"."""
_BUT_IN = re.compile(r"^,? ?(?:but|only|just) in\b")
""" "I like those but in silver", where even a bare word means the items at hand."""
_BUT_NOT_IN = re.compile(r"^,? ?(?:but|only|just) not in\b")
""" "I'd go for the wool but not in green" takes none."""
_IN_ANOTHER = re.compile(
    r"^(?:,? ?(?:but|only|just) )?in (?:an? |the )?(?:size (?:up|down|bigger|smaller|larger)|next size)\b|"
    r"^in (?:an? |any |some )?(?:different|other|another|lighter|darker|brighter|smaller|bigger|larger|longer|shorter) (?!one)\w+"
)
""" "I'd like the square one in a lighter colour"."""
_BUT_MORE = re.compile(r"^,? ?(?:but|only|just) (?:(?:a bit|a little|much|slightly) )?(?:\w{3,}er|more \w+|less \w+)\b")
_FORETELLS = re.compile(r"\b(?:would|will|might|ll|itll|itd|theyll|theyd|always) (?:(?:probably|just|only|soon|always) )?$")
_OWN = frozenset({"my ", "our ", "her ", "his ", "their "})
_POLITELY = re.compile(r"\b(?:can|could|may) i (?:please )?(?:have|get)\b")


def likenesses(reading: Reading) -> tuple[tuple[str, ...], list[Span]]:
    """Items to find the like of, and the words that mean them."""
    items: list[str] = []
    spans = []
    named = [(p.span, p.reference) for p in reading.pointings] + [(title.span, title.reference) for title in reading.titles]
    for span, reference in named:
        before = re.sub(r" (?:the|that|this|your)$", "", reading.before(span, 6).strip())
        same = before.endswith(" as") and reading.is_question and _YES_NO_ABOUT.search(reading.utterance.norm)
        same = same or _HAS_THE_SAME.search(before) or OWNED_ALREADY.search(reading.utterance.norm) or _HAD_LIKE.search(before)
        if LIKENESS.search(before) and not _VERB_LIKE.search(before) and not _GOES_FOR.search(before) and not same:
            items += reference.items
            spans.append(span)
    similar = _asks_similar(reading.utterance.norm)
    if not items and len(reading.titles) == 1 and similar:
        return reading.titles[0].reference.items, [reading.titles[0].span]
    single = [(span, reference) for span, reference in named if len(reference.items) == 1]
    weak = {pointing.span for pointing in reading.pointings if pointing.weak}
    plain = [(span, reference) for span, reference in single if span not in weak]
    if len(plain) > 1 and spans and set(spans) <= weak:   # "the puppet and the theatre to go with it"
        return (), []
    if len(plain) == 1 and ((spans and set(spans) <= weak) or (not items and similar)):
        # "I'll get the teapot and have you any cups to go with it"
        taken = STRONG_CHOICE.search(reading.before(plain[0][0], 5) + "the ") is not None
        return plain[0][1].items, [*([] if taken else [plain[0][0]]), *spans]   # "the chess set's nice, anything like it?"
    if items:
        return tuple(dict.fromkeys(items)), spans
    for span, reference in sorted(named, key=lambda one: one[0] in weak):   # "do they do the floral ones in yellow"
        after = reading.after(span, 6)
        follows = any(mention.span.first >= span.last and reading.polarity(mention) for mention in reading.mentions)
        moves = [critique for critique in reading.relative if critique.of_item and not (critique.complaint or critique.asked)]
        follows |= any(moved.span.first >= span.last for moved in moves) or _BUT_MORE.match(after) is not None
        follows |= _IN_ANOTHER.match(after) is not None and not reading.is_question
        asked = any(mention.slot != reading.vocabulary.topic for mention in reading.mentions)
        asked = asked and VARIANT.search(reading.utterance.norm) is not None
        asked = asked or (after.startswith("in ") and _POLITELY.search(reading.utterance.norm) is not None)
        asks_of = reading.is_question_of(span) or reading.utterance.words[span.first].norm == "which" or reading.negated(span)
        asks_of = asks_of or is_contracted(reading.utterance.words[span.last - 1])   # "the straw one's only for summer"
        asks_of = asks_of or EXCLAIMS.match(after) is not None   # "wool in summer, no thanks"
        plain_but = (span not in weak or _BUT_IN.match(after) or _BUT_MORE.match(after)) and _BUT.search(after) and not asks_of
        chosen = STRONG_CHOICE.search(reading.utterance.norm) and not _BUT_NOT_IN.match(after)
        if follows and (asked or (plain_but and not chosen)):
            return reference.items, [span]
    return (), []


def _asks_similar(norm: str) -> bool:
    found = _SIMILAR.search(norm)
    return found is not None and _HAD_LIKE.search(norm[: found.end()].rpartition(" ")[0]) is None


def requests(reading: Reading, like_items: tuple[str, ...]) -> tuple[tuple[str, ...], list[Span]]:
    """Slots and facts asked about, and the words of the values and amounts that were asked about rather than wished for."""
    utterance, vocabulary = reading.utterance, reading.vocabulary
    requested = [vocabulary.facts[key] for key, _ in phrases(utterance, vocabulary.facts)]
    requested += [critique.slot for critique in reading.relative if critique.asked]
    requested += [slot for slot, span in reading.named if _is_of_item(reading, span)]
    requested += _asked_by_phrase(reading)
    asked = [*in_names(reading), *counted(reading)] if reading.is_question else []
    if reading.is_question and not like_items:
        left_open = {slot for slot, _ in reading.open}
        wished = {critique.slot for critique in reading.relative if not critique.asked}
        requested += [
            slot
            for slot, span in reading.named
            if slot not in left_open | wished and not (_is_age(reading, span) or _told(reading, slot, span))
            and not _OF_THAT.search(reading.before(span, 3))
        ]
        money = reading.shop.money
        compared = any(critique.asked for critique in reading.relative)
        priced = any(amount.slot == money.name for amount in reading.amounts) if money else False
        if money and not compared and not priced and COST.search(utterance.norm):
            requested.append(money.name)
        named = [pointing.span for pointing in reading.strong] + [title.span for title in reading.titles]
        asks = bool(_YES_NO_ABOUT.search(utterance.norm) or (reading.strong and _TAGGED.search(utterance.norm)))
        asks |= any(span.first == 1 and reading.is_question_of(span) for span in named)
        asks |= _is_echo(reading)
        if (reading.pointings or named) and asks and not VARIANT.search(utterance.norm):
            starts = [pointing.span.first for pointing in reading.pointings] + [span.first for span in named]
            first = -1 if _WHICH.search(utterance.norm) else min(starts)
            said = [
                (mention.slot, mention.span)
                for mention in reading.mentions
                if mention.span.first > first
                and not is_contracted(reading.utterance.words[mention.span.last - 1])
            ]
            said += [(amount.slot, amount.span) for amount in reading.amounts if amount.span.first > first]
            requested += [slot for slot, span in said if span not in asked]
            asked += [span for _, span in said]
        if money and not reading.amounts and _asks_price_again(reading):
            requested.append(money.name)
    return tuple(dict.fromkeys(requested)), asked


def _asks_price_again(reading: Reading) -> bool:
    """ "The lamp's forty six?"."""
    ends = {end for pointing in reading.strong for end in (pointing.span.last, pointing.span.last + 1)}
    numbers = [number.span for number in find_numbers(reading.utterance)]
    return reading.utterance.norm.endswith("?") and any(
        span.first in ends and is_said_of(reading.utterance, span.first) for span in numbers
    )


def _is_echo(reading: Reading) -> bool:
    """ "The mirror's a hundred and sixty?": what was heard of an item is asked again."""
    spans = [mention.span for mention in reading.mentions] + [amount.span for amount in reading.amounts]
    told = any(is_said_of(reading.utterance, span.first) for span in spans)
    return told and bool(reading.strong) and reading.utterance.norm.endswith("?")


def _is_of_item(reading: Reading, span: Span) -> bool:
    """ "The price of the first": a slot of an item, question or not."""
    follows = span.last < len(reading.utterance.words) and reading.utterance.words[span.last].norm in {"of", "on", "for"}
    opens = reading.is_question or _NAMES_FIRST.match(reading.before(span, span.first))
    return bool(opens and follows) and any(pointing.span.first == span.last + 1 for pointing in reading.strong)


def _asked_by_phrase(reading: Reading) -> list[str]:
    """Slots that are asked for in a phrase around the item: "who's the second by" where the shop says "who's it by"."""
    if len(reading.strong) != 1 or not reading.is_question:
        return []
    span = reading.strong[0].span
    words = reading.utterance.words
    said = " ".join([*(word.text for word in words[: span.first]), "it", *(word.text for word in words[span.last :])])
    return [slot for slot, at in slots_named(read_words(said), reading.vocabulary) if at.first <= span.first < at.last]


def policies_asked(reading: Reading, wishing: bool) -> tuple[str, ...]:
    """Names of the shop's policies asked about."""
    if gives_orders(reading.utterance):
        return ()
    in_lines = in_lines_of_shop(reading)
    taken = [mention.span for mention in reading.mentions if mention.span not in in_lines]
    taken += [title.span for title in reading.titles]
    taken += [pointing.span for pointing in reading.strong]
    if not reading.is_question:
        taken += [span for span, _ in reading.utterance.find(STRONG_CHOICE)]
    found = [
        reading.vocabulary.policies[key]
        for key, span in phrases(reading.utterance, reading.vocabulary.policies)
        if not (covered(span, taken) or _is_part_of_name(reading, span) or _is_foretold(reading, span))
    ]
    return tuple(dict.fromkeys(found)) if found and (reading.is_question or not wishing) else ()


def _is_foretold(reading: Reading, span: Span) -> bool:
    """ "It'll break", "the glass would break": a reason, no question about what then."""
    return bool(reading.strong) and not reading.is_question and _FORETELLS.search(reading.before(span, 2)) is not None


def _is_part_of_name(reading: Reading, span: Span) -> bool:
    """ "A washing machine", "my bus" are things, and no question about washing or buses."""
    if reading.before(span, 1) in _OWN:
        return True
    words = reading.utterance.words
    if len(span) == 1 and span.last < len(words) and words[span.last].norm == "to":
        return True   # "close to that one", "open to anything"
    if reading.is_question or not span.first or span.last >= len(words) or words[span.first - 1].norm not in {"a", "an"}:
        return False
    return not words[span.last].is_mark and words[span.last].norm not in SMALL_WORDS


def means_item(reading: Reading, pointing: Pointing, requested: tuple[str, ...], wishing: bool) -> bool:
    """A bare "it" means an item only where something is asked of it or done with it, and nothing plainer is meant."""
    if not pointing.weak:
        return True
    if reading.strong:
        return False
    norm = reading.utterance.norm
    doing = STRONG_CHOICE.search(norm) or STOCK.search(norm) or ABOUT_ITEM.search(norm)
    complaint = any(critique.complaint for critique in reading.relative) or bool(FAULT.search(norm))
    complaint |= is_faulted(reading.utterance, pointing)   # "she doesn't drink, so that's out"
    asked = not wishing and reading.is_question and (_ASKS_OF_IT.search(norm) or _TAGGED.search(norm))
    return bool({Act.REJECT, Act.COMPARE} & set(reading.acts) or requested or doing or complaint or asked)


def _is_age(reading: Reading, span: Span) -> bool:
    """ "My eight year old"."""
    return span.last < len(reading.utterance.words) and reading.utterance.words[span.last].norm in {"old", "olds"}


def _told(reading: Reading, slot: str, span: Span) -> bool:
    """Whether a slot's name stands beside its value, as in "in the colour red"."""
    near = Span(max(0, span.first - 3), span.last + 4)
    said = [(mention.slot, mention.span) for mention in reading.mentions] + [(a.slot, a.span) for a in reading.amounts]
    return any(other == slot and beside.overlaps(near) for other, beside in said)
