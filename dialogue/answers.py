"""What is answered: a question about an item or the shop, items side by side, a line that the shop stands behind."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogue.acts import QUESTION, VARIANT
from dialogue.deciding import Deciding, all_ranked, heard_again, options_of, ranked_of
from dialogue.english import OPENING
from dialogue.how_many import how_many
from dialogue.leading import recommend_or_ask
from dialogue.lines import compared_by, named_policy, nearest_policy, whole_policy
from dialogue.open_questions import asks_to_change, is_about_item, is_pointed, is_to_shop, kind_of
from dialogue.queries import LIST_LENGTH, limits_of, query_of
from dialogue.steering import is_steering
from dialogue.types import Act, Plan
from dialogue.words import read_words
from recommender.types import Limits, Ranked

_WHICH_WOULD_YOU = re.compile(
    r"\b(?:what|which(?: one| of (?:them|those|these|the two))?) (?:would|do|should) (?:you|i) (?:yourself )?"
    r"(?:choose|pick|recommend|go for|prefer|like best|take|suggest|think is best|get|wear|buy|"
    r"give)\b|\bwhats your (?:pick|favou?rite)\b"
)
""" "Which would you pick?" wants one named, not both described."""
_OWED = re.compile(
    r"\b(?:how much|what) (?:do|will|would) (?:i|we) (?:owe|have to pay|pay)(?: you)?\b|\bwhats the (?:damage|total|bill)\b|"
    r"\b(?:how much|what) (?:is|does|will) (?:that|it|everything|all that)(?: all)? (?:come to|altogether|in total|"
    r"all together|in all)\b|^(?:(?:and|so|ok|okay) )?(?:the |my )?total(?: please)? ?[?.]?$"
)
""" "How much do I owe you?" """
_WHICH_MOST = re.compile(
    r"\bwhich\b(?: \w+){0,4}? (?:is|are|s|ones) (?:the )?(?P<what>(?!(?:better|best|nicer|nicest|either|other|rather|newest|"
    r"latest)\b)\w{3,}(?:er|est))\b"
)
""" "Which of those is the lightest?", in a word that measures nothing here."""
_WHICH_IS = re.compile(
    rf"{OPENING}which(?: ones?| of (?:them|those|these|the \w+))?(?: (?:is|are)|(?<=ones)(?= \w+(?:ed|ade)\b)) "
    r"(?P<what>(?!(?:the|a|an|it|that|this|those|these|they|for|from|in|on|better|best|nicer|nicest|more|most|less|least)\b)"
    r"\w+(?: \w+){0,2}) ?\??$"
)
""" "Which are waterproof?", "which one's made here?", in words that no slot holds."""
_WHICH_ONE = re.compile(r"\b(?:which|whichs|whats|what (?:is|was)|whos)\b")
_BETTER = re.compile(r"\bwhich\b.*\b(?:better|best|nicer|nicest|more suitable|most suitable|right)\b")
""" "Which of those is better for a party?" wants one named."""
_YOU_CHOOSE = re.compile(
    rf"(?:{OPENING}|.*[,.;] )" r"(?:its |thats )?(?:you (?:choose|decide|pick)|up to you|your choice)(?: for me)? ?[.!]?$"
)
_OF_THEM = re.compile(r"\b(?:both|either|they|those|these|them)\b")
_CALLED = re.compile(r"\b(?:called|the name of|(?:its|whats (?:its|the)|the) name)\b")
""" "What did you say the first one was called?" """
_IN_TOTAL = re.compile(
    r"\b(?:if (?:i|we) (?:take|took|get|got|buy|bought|have|had)|in total|total|altogether|all in|all together|together|"
    r"including|with everything)\b"
)
""" "What's that in total with delivery?": the price and what comes on top."""
_GONE = re.compile(r"\b(?:sold out|out of stock|run out|all gone)\b")
""" "Is it sold out?" is answered the other way round."""
_AND_THE = re.compile(rf"{OPENING}(?:and|what about|how about)? ?(?:for )?(?:the|that|this|those|number|option)\b")


def open_question(turn: Deciding) -> Plan | None:
    """A question that no slot answers, about the item at hand or about the shop."""
    text, understood = turn.understanding.text, turn.understanding
    asked = kind_of(text)
    other = {Act.ASK_POLICY, Act.REJECT, Act.COMPARE, Act.UNDO, Act.START_OVER} | (set() if asked == "goes_with" else {Act.MORE})
    if understood.changes or turn.acts & other or (Act.OFF_TOPIC in turn.acts and is_steering(turn.utterance)):
        return None
    items = _at_hand(turn, most=1)
    if not items or not (is_about_item(text) or asked == "stock"):
        unmet = bool(turn.acts & {Act.OFF_TOPIC, Act.UNCLEAR}) and is_to_shop(text)
        return Plan("answer", requested=(text,), note="question") if unmet else None
    if asked == "goes_with":
        beside = understood.like_items[0] if understood.like_items else items[0].item.id
        found = turn.recommender.goes_with(beside, Limits(), LIST_LENGTH)
        return Plan("recommend", items=tuple(found), fitting=len(found), note="goes_with", expecting="choice") if found else None
    if Act.CHOOSE in turn.acts and not asks_to_change(text):
        return None
    if (Act.ASK_STOCK in turn.acts or understood.requested or _measured(turn)) and asked not in ("why", "others"):
        return None
    if Act.ASK_ITEM in turn.acts and asked == "question" and not is_pointed(text):
        return None
    requested = ("stock",) if asked == "stock" else () if asked == "details" else (text,)
    note = asked if asked in ("details", "why") else "" if asked == "stock" else "question"
    return Plan("answer", items=items, focus=items[0].item.id, requested=requested, note=note, wishes=turn.wishes)


def owed(turn: Deciding) -> Plan | None:
    """ "How much do I owe you?": the price of what was taken."""
    items = all_ranked(turn, turn.state.chosen)
    asked = _OWED.search(turn.utterance.norm) is not None and set(turn.referred) <= set(turn.state.chosen)
    if not (asked and items and all(ranked.item.price_minor is not None for ranked in items)):
        return None
    return Plan("answer", items=items, focus=items[0].item.id, note="total", expecting="anything")


def compare(turn: Deciding) -> Plan | None:
    """Items side by side, or the one that the shop would pick."""
    of_items = not turn.state.asked_slot or _OF_THEM.search(turn.utterance.norm)   # else another thing was asked
    if _YOU_CHOOSE.match(turn.utterance.norm) and len(turn.state.table) > 1 and of_items:
        first = ranked_of(turn, turn.state.table[0])   # which ranked best
        if first is not None:
            return Plan("answer", items=(first,), focus=first.item.id, note="pick", wishes=turn.wishes, expecting="choice")
    which = _WHICH_IS.match(turn.utterance.norm) if turn.understanding.free_text and not turn.understanding.changes else None
    if Act.COMPARE not in turn.acts and not (which and Act.ASK_ITEM in turn.acts):
        return None
    ids = turn.referred if len(turn.referred) > 1 else tuple(dict.fromkeys((*turn.referred, *turn.state.table)))
    items = all_ranked(turn, ids[:LIST_LENGTH])
    if len(items) < 2:
        return None
    requested = _asked_of_items(turn) or compared_by(turn.understanding.text, turn.shop)
    if Act.ASK_STOCK in turn.acts and not requested:   # "which are in stock?"
        return Plan("answer", items=items, focus=items[0].item.id, requested=("stock",), expecting="choice")
    if not requested and _WHICH_WOULD_YOU.search(turn.utterance.norm):
        best = min(items, key=lambda ranked: _told_first(turn, ranked.item.id))
        return Plan("answer", items=(best,), focus=best.item.id, note="pick", wishes=turn.wishes, expecting="choice")
    unknown = None if requested else which or _WHICH_MOST.search(turn.utterance.norm)
    if unknown:
        what = (unknown["what"],)
        return Plan("compare", items=items, requested=what, note="unmeasured", wishes=turn.wishes, expecting="choice")
    return Plan("compare", items=items, requested=requested, wishes=turn.wishes, expecting="choice")


def _told_first(turn: Deciding, item: str) -> int:
    """The place of an item in the last list that the recommender ranked: the table is in its order."""
    return turn.state.table.index(item) if item in turn.state.table else len(turn.state.table)


def policies(turn: Deciding) -> Plan | None:
    """A line that the shop stands behind."""
    asked = lines_asked(turn)
    if Act.ASK_POLICY not in turn.acts or not asked:
        named = named_policy(turn.understanding.text, turn.shop.policies) if is_to_shop(turn.understanding.text) else None
        return Plan("answer", policies=(named.name,), requested=(named.name,), note="policy") if named else None
    if len(asked) == 1 and not _said_whole(turn, asked[0]):
        closer = nearest_policy(turn.understanding.text, turn.shop.policies)
        asked = (closer.name,) if closer else asked
    slots, items, money = _asked_of_items(turn), _at_hand(turn, most=1), turn.shop.money
    if money and items and _IN_TOTAL.search(turn.utterance.norm):
        costs = nearest_policy(f"{turn.understanding.text} cost", turn.shop.policies)
        lines = (costs.name,) if costs else asked
        return Plan("answer", items=items, focus=items[0].item.id, policies=lines, requested=(money.name, *lines))
    if slots and turn.referred and items:
        return Plan("answer", items=items, focus=items[0].item.id, policies=asked, requested=(*slots, *asked))
    if turn.understanding.changes and not turn.referred:
        return replace(recommend_or_ask(turn), policies=asked)
    return Plan("answer", policies=asked, requested=asked, note="policy")


def lines_asked(turn: Deciding) -> tuple[str, ...]:
    """The names of the lines asked about; one whose key phrase takes up the words of several stands for them all."""
    names = {policy.name for policy in turn.shop.policies}
    asked = tuple(name for name in turn.understanding.requested if name in names)
    whole = whole_policy(turn.understanding.text, turn.shop.policies) if len(asked) > 1 else None
    return (whole.name,) if whole is not None and whole.name not in asked else asked


def _said_whole(turn: Deciding, name: str) -> bool:
    """Whether a phrase of several words of a policy is said as it stands."""
    norm = f" {turn.utterance.norm} "
    phrases = [read_words(word) for policy in turn.shop.policies if policy.name == name for word in policy.words]
    return any(len(phrase.words) > 1 and f" {phrase.norm} " in norm for phrase in phrases)


def about_item(turn: Deciding) -> Plan | None:
    """What is asked of an item, or what values there are."""
    if not turn.acts & {Act.ASK_ITEM, Act.ASK_STOCK}:
        return None
    if Act.REJECT in turn.acts and turn.referred and not turn.understanding.requested and "?" not in turn.understanding.text:
        return None   # "I don't like the look of those"
    items = _at_hand(turn)
    requested = ("stock",) if Act.ASK_STOCK in turn.acts else _asked_of_items(turn) or _asked_before(turn) or _measured(turn)
    if len(items) > 1 and not requested and _BETTER.search(turn.utterance.norm):
        among = Limits(only_items=frozenset(ranked.item.id for ranked in items))
        best = turn.recommender.recommend(replace(query_of(turn.state, turn.shop, shopper=turn.shopper), limits=among)).items[:1]
        if best:
            return Plan("answer", items=best, focus=best[0].item.id, note="pick", wishes=turn.wishes, expecting="choice")
    money = turn.shop.money
    priced = all(ranked.item.price_minor is not None for ranked in items)
    summed = _IN_TOTAL.search(turn.utterance.norm)
    if money and len(items) > 1 and priced and requested == (money.name,) and summed:
        return Plan("answer", items=items, focus=items[0].item.id, requested=requested, note="total")
    if len(items) > 1 and not requested and len(turn.referred) > 1:
        return heard_again(turn, items)
    many = how_many(turn.utterance)
    if money and len(items) == 1 and priced and requested == (money.name,) and many > 1:
        return Plan("answer", items=items, focus=items[0].item.id, requested=requested, note="total", fitting=many)
    if items and not requested and _CALLED.search(turn.utterance.norm):
        return Plan("answer", items=items, focus=items[0].item.id, note="name")
    if items:
        return Plan(
            "answer",
            items=items,
            focus=items[0].item.id,
            requested=requested,
            supposed=turn.understanding.supposed if len(items) == 1 else (),
            note="asked_gone" if _GONE.search(turn.understanding.text.lower()) else "" if requested else "details",
            expecting="anything",
        )
    slot = next((name for name in turn.understanding.requested if turn.shop.slot(name)), None)
    declared = turn.shop.slot(slot) if slot else None
    tells = declared is not None and (declared.is_money or options_of(turn, slot))
    if slot is not None and tells and not (declared and declared.kind == "amount" and Act.MORE in turn.acts):
        return Plan(
            "answer",
            slot=slot,
            requested=(slot,),
            options=options_of(turn, slot),
            note="what_there_is",
            fitting=turn.recommender.count(limits_of(turn.state, turn.shop)),
            expecting="choice",
        )
    return None


def comes_in(turn: Deciding) -> Plan | None:
    """ "Does it come in green?": whether that item does."""
    topic = turn.shop.topic.name if turn.shop.topic else None
    wanted = [change for change in turn.understanding.changes if change.kind == "want" and change.slot != topic]
    items = all_ranked(turn, turn.understanding.like_items)
    if not (len(items) == 1 and len(wanted) == 1 and len(wanted[0].values) == 1):
        return None
    if not (VARIANT.search(turn.utterance.norm) and QUESTION.search(turn.utterance.norm)):
        return None   # "like the first but in green" asks nothing
    asked = (wanted[0].slot, wanted[0].values[0])
    if asked[0] not in items[0].item.values:
        return None
    return Plan("answer", items=items, focus=items[0].item.id, requested=asked[:1], supposed=(asked,), expecting="choice")


def is_so(plan: Plan) -> bool:
    """Whether the item that an answer is about has what it was asked to have."""
    return all(value in plan.items[0].item.values.get(slot, ()) for slot, value in plan.supposed)


def _asked_of_items(turn: Deciding) -> tuple[str, ...]:
    policies = {policy.name for policy in turn.shop.policies}
    return tuple(name for name in turn.understanding.requested if name not in policies)


def _measured(turn: Deciding) -> tuple[str, ...]:
    """ "Which one's the cheapest?" is told with what it costs."""
    by = (reference.by for reference in turn.understanding.references if reference.by)
    return tuple(dict.fromkeys(by)) if _WHICH_ONE.search(turn.utterance.norm) else ()


def _asked_before(turn: Deciding) -> tuple[str, ...]:
    """ "And the other?" asks of another item what was asked of the first."""
    last = turn.state.last_plan
    if last is None or last.kind != "answer" or not turn.referred or not _AND_THE.match(turn.utterance.norm):
        return ()
    return tuple(name for name in last.requested if turn.shop.slot(name) or name == "stock")


def _at_hand(turn: Deciding, most: int | None = None) -> tuple[Ranked, ...]:
    """The items pointed at; else the one heard last, or the first on the table."""
    ids = turn.referred or ((turn.state.last_item,) if turn.state.last_item else turn.state.table[:1])
    return all_ranked(turn, ids[:most])
