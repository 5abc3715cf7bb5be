"""What the shopper does with a turn, once wishes, items and questions are known: the acts that phrases alone cannot show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from dialogue.acts import ABOUT_ITEM, FAULT, STOCK, STRONG_CHOICE, TAG
from dialogue.choosing import SOMETHING, UNDECIDED, Found, asks_on, chooses, is_bare, names_kind
from dialogue.critiques import HEDGED
from dialogue.english import OPENING
from dialogue.meant import all_refused, prefers
from dialogue.reading import Reading
from dialogue.remembering import OWNED_ALREADY
from dialogue.steering import is_steering
from dialogue.turning import goes_back
from dialogue.types import Act
from dialogue.wishes import refused_within
from dialogue.words import read_words

_MARKERS = re.compile(r"^(?:right|ok|okay|fine|great|lovely|perfect|sure|please|go on|exactly|yes|yeah)\b")
"""Words that agree when they stand alone and only open the turn when a wish follows."""
_TELLS = re.compile(
    r"\b(?:something|anything|more|less|without|with|nothing|i want|i need|looking for|id like|i like|prefer|not too|he|she|"
    r"hes|shes|they|theyre|theyve|"
    r"it should|it must|it has to|it doesnt|for (?:my|the|a|an))\b"
)
"""Tells of a wish or of whom it is for, in words that no catalogue holds."""
_INSULTS = re.compile(
    r"\b(?:shut up|rubbish|pathetic|hopeless|terrible|(?:worst|waste of time)|idiots?|stupid|morons?|dumb|useless|"
    r"i hate you|(?:fuck|shit)\w*|crap|bastards?|bitch|piss off|get lost|"
    r"screw you)\b"
)
_ADDRESSES_SHOP = re.compile(r"\b(?:you|your|youre|this (?:shop|thing|machine)|human|the (?:weather|news|time|capital))\b")
_ASKS_FOR_GOODS = re.compile(
    r"\bwhere (?:can|could|do|should) (?:i|we) (?:get|find|buy|have|eat|see)\b|"
    r"\b(?:(?:have|do|can|could|would|did) (?:you|i|we)|you|ive|is there|are there|got|there)(?: (?:got|have|sell|stock|do|"
    r"get|see|find))?"
    r" (?:any|some)(?:thing)?\b"
)
""" "Have you got anything with owls on?" asks the shop for goods."""
_ELSEWHERE = re.compile(
    OPENING + r"(?:who|whos|when|where|wheres|why|will|whats (?:the|your|my|a)|(?:what|"
    r"how)(?! about))\b(?!.*\b(?:something|anything|have|got|sell|stock|do)\b)"
)
""" "Who won the football?": nothing is asked of a shop."""
_HAVE_YOU = re.compile(r"\b(?:do you|have you|you)(?: still| ever| actually)? (?:have|got|stock|sell)$")
_WHAT_OF = re.compile(
    r"(?:^|[,.!] )(?:(?:and|but|so|then|okay|ok|well) ,? ?)*(?:what|how) about (?!(?:it|that|this|them|those|these|the)\b)"
)
""" "What about tea things?": a wish, where no item is meant."""
_IS_THE_OTHER = re.compile(OPENING + r"(?:and )?(?:what|how)? ?(?:about )?the others?(?: one)? ?[?.]?$")
_WISH_FOR_ONE = re.compile(
    OPENING + r"(?:(?:a bit|bit|a little|much|slightly|even|something|anything|ones?) )*"
    r"(?:\w{3,}er|(?:more|less|not too|not so|not as|not that|nothing too|too) \w+)(?: (?:ones?|please|though|for me|"
    r"for us))* ?[.!?]?$"
)
""" "Bigger", "not too religious": a wish about what is on the table, whatever the word."""
_OR = re.compile(r"^,? ?or(?: \w+)?$")
_WHICH_WAS = re.compile(r"\bwhich (?:one )?(?:is|was) (?:the|that|it)\b")
_TAGGED = re.compile(TAG)
_SO_THEN = re.compile(r"\b(?:so|but)\b")
""" "I've got a silk one already, so the cotton"."""
_GO_ON = re.compile(r"^(?:oh )?go on(?: then)? ?,|\w ,? ?go on(?: then)? ?[.!]?$")
""" "The Hartwell pair, go on"."""
_SAID_ABOUT = re.compile(r"\b(?:i|we) (?:just )?(?:said|told you|mentioned) (?:about|of)\b")
""" "Forget what I said about the leather" takes back that and no more."""
_SHOW_AGAIN = re.compile(r"\b(?:show|tell|give|read) (?:me|us) .*\b(?:again|once more|one more time)\b")
_HEARD_BEFORE = re.compile(
    r"\byou(?:ve| have)?(?: just| already)? (?:said|told (?:me|us)|showed (?:me|us)|shown (?:me|us)|mentioned|offered(?: me)?) "
    r"(?:that|those|them|it|this|these|the same)(?: ones?)?(?: (?:already|before|twice|just now))? ?[.!]?$"
)
""" "You said that already": something else, please."""
_WHICH_SAID = re.compile(
    r"\bwhich (?:one |ones |of (?:them|those|these) )?(?:did you say|do you think|would you say) (?:is|was|were|are) (?:the )?"
    r"\w+(?:er|est)\b"
)
_FAULT_OF_VALUE = re.compile(r"^,? ?(?:(?:its|thats|theyre|they are|it is) )?(?:far |way |just )?too \w+")
""" "Not the south, too far"."""
_NOT_VERY = re.compile(
    OPENING + r"(?:(?:its|theyre|thats|they are|it is|hmm) )?(?:not|hardly) "
    r"(?:very|really|exactly|terribly|all that|particularly|that) \w+"
    r"(?: ,? ?(?:is|are) (?:it|they|that|those))? ?[.?!]?$"
)
""" "Not very exciting, is it?": a fault found with what was shown."""
_ONE_HAD = re.compile(
    r"\bthe (?:very )?(?:one|same one|ones) (?:that )?(?:i|we|she|he|they)(?: already)? (?:had|have|bought|own|returned)\b"
)
""" "That's the one I had!" """
_NUMBERS = frozenset({"at_most", "at_least", "around", "between"})
_IS_OUT = re.compile(r"^(?:(?:doesnt|dont|wont|isnt|arent|is|are) (?:going to )?(?:really )?(?:work|suit|do|out|no good)|out)\b")
_LEAVE_OUT = re.compile(r"\b(?:leave out|take out|without|leave|take|drop|skip|lose|hold)(?: the| that| any)? $")
_RESTS = re.compile(r"\bothers?\b", re.IGNORECASE)
def all_acts(reading: Reading, found: Found) -> list[Act]:
    """Every act of the turn."""
    acts = list(reading.acts)
    steering = is_steering(reading.utterance)
    if reading.scopes and reading.scopes[0].opener.first == 0 and reading.utterance.words[0].norm == "no":
        acts = [act for act in acts if act is not Act.DENY]
    if prefers(reading):
        acts = [act for act in acts if act is not Act.REJECT]
    if _names_item(reading):
        acts = [act for act in acts if act not in {Act.REPEAT, Act.UNDO}]
    if found.changes and (any(slot for slot, _ in reading.open) or _SAID_ABOUT.search(reading.utterance.norm)):
        acts = [act for act in acts if act not in {Act.UNDO, Act.START_OVER}]
    rest = any(_RESTS.search(reading.utterance.said(pointing.span)) for pointing in reading.strong)
    if rest or (found.requested and reading.strong) or (reading.strong and _GO_ON.search(reading.utterance.norm)):
        acts = [act for act in acts if act is not Act.MORE]
    if Act.MORE in acts and _IS_THE_OTHER.match(reading.utterance.norm) and reading.strong:
        acts = [*(act for act in acts if act not in {Act.MORE, Act.AFFIRM}), Act.ASK_ITEM]
    if reading.state.table and any(refused_within(reading, mention) for mention in reading.mentions):
        acts.append(Act.MORE)
    if reading.is_question and _TAGGED.search(reading.utterance.norm):
        acts = [act for act in acts if act is not Act.REJECT]
    if (_weighs(reading) or _is_between(reading) or _asks_which(reading)) and Act.REJECT not in acts:
        acts.append(Act.COMPARE)
    elif len(reading.strong) == 1 and len(reading.strong[0].reference.items) == 1 and _WHICH_WAS.search(reading.utterance.norm):
        acts = [act for act in acts if act is not Act.COMPARE]
    only_value = not reading.strong and _only_a_value_is_out(reading)
    refused = all_refused(reading)
    owns = OWNED_ALREADY.search(reading.utterance.norm)
    owned = owns is not None and bool(reading.strong) and not _SO_THEN.search(reading.utterance.norm[owns.end() :])
    complains = reading.state.table and not only_value and not prefers(reading) and (
        owned
        or any(critique.complaint and not (critique.asked or reading.negated(critique.span)) for critique in reading.relative)
        or FAULT.search(reading.utterance.norm)
        or any(HEDGED.search(reading.before(mention.span, 6).rstrip()) for mention in reading.mentions)
    )
    dull = reading.state.table and not (reading.mentions or reading.relative) and _NOT_VERY.match(reading.utterance.norm)
    if dull:
        acts.append(Act.REJECT)
    if _ONE_HAD.search(reading.utterance.norm) and reading.state.table:
        acts.append(Act.REJECT)
    if only_value:
        acts = [act for act in acts if act is not Act.REJECT]
    if refused or complains:
        acts.append(Act.REJECT)
    if any(change.kind == "any" for change in found.changes) or reading.open:
        acts.append(Act.DONT_CARE)
    again = goes_back(reading.utterance) or _SHOW_AGAIN.search(reading.utterance.norm) is not None
    returns = bool(reading.strong) and again and not STRONG_CHOICE.search(reading.utterance.norm)
    if returns and not found.changes:
        acts.append(Act.ASK_ITEM)   # "go back to the first one" wants to hear of it again
    elif _HEARD_BEFORE.search(reading.utterance.norm):
        acts.append(Act.MORE)
    elif not steering and chooses(reading, found, acts):
        acts.append(Act.CHOOSE)
        acts = [act for act in acts if act is not Act.AFFIRM]
    norm = reading.utterance.norm
    if _either_or(reading) and Act.REJECT not in acts and not found.like_items:
        acts = [*(act for act in acts if act is not Act.CHOOSE), Act.COMPARE]
    if STOCK.search(norm) or (_asks_for_it(reading) and not found.changes and not found.like_items):
        acts.append(Act.ASK_STOCK)
    if found.policies:
        acts.append(Act.ASK_POLICY)
    if not dull and _asks(reading, found, acts):
        acts.append(Act.ASK_ITEM)
        compares = _weighs(reading) or re.search(r"\b(?:compare|difference|versus|vs)\b", norm)
        if found.requested and Act.COMPARE in acts and not compares:
            acts.remove(Act.COMPARE)
    if any(change.kind != "any" for change in found.changes) or found.like_items:
        acts.append(Act.INFORM)
        if Act.AFFIRM in acts and (found.like_items or _MARKERS.search(norm)) and len(reading.utterance.words) > 2:
            acts.remove(Act.AFFIRM)
    if Act.THANK in acts and any("thank" in mention.values[0] for mention in reading.mentions):
        acts.remove(Act.THANK)
    if Act.REJECT in acts:
        acts = [act for act in acts if act is not Act.AFFIRM]
    if Act.GOODBYE in acts and not found.changes and not reading.strong:
        acts = [act for act in acts if act is not Act.REJECT]   # "no thanks, that's everything"
    if steering:
        acts = [act for act in acts if act not in {Act.CHOOSE, Act.START_OVER, Act.UNDO}]
    if not found.changes and not found.like_items and not set(acts) - {Act.GREET, Act.THANK, Act.AFFIRM, Act.DENY}:
        acts += _for_want_of_others(reading, found.free_text, acts, steering)
    last = reading.state.last_plan
    if set(acts) == {Act.DENY} and reading.state.table and not reading.open and last is not None and last.kind == "recommend":
        acts.append(Act.REJECT)
    return list(dict.fromkeys(acts))


def _only_a_value_is_out(reading: Reading) -> bool:
    """ "Sunday doesn't work", "leave out the sugar", "black is out": a value is refused, and no item."""
    values = [one for one in reading.mentions if one.slot != reading.vocabulary.topic]
    out = [one for one in values if reading.polarity(one) in {"exclude", "clear"}]
    said = [(reading.before(one.span, 4), reading.after(one.span)) for one in out]
    return any(_LEAVE_OUT.search(before) or _IS_OUT.match(after) or _FAULT_OF_VALUE.match(after) for before, after in said)


def _asks_for_it(reading: Reading) -> bool:
    """ "Do you still have the first one?"."""
    return any(_HAVE_YOU.search(reading.before(pointing.span, 5).strip()) for pointing in reading.strong)


def _weighs(reading: Reading) -> bool:
    """ "Is the second cheaper than the first?", "which of the wraps is warmer?": several items, by one relative word."""
    items = {item for pointing in reading.strong for item in pointing.reference.items}
    return len(items) > 1 and any(critique.asked and critique.of_item for critique in reading.relative)


def _asks_which(reading: Reading) -> bool:
    """ "Which did you say was cheaper?", of several things on the table."""
    return len(reading.state.table) > 1 and not reading.strong and _WHICH_SAID.search(reading.utterance.norm) is not None


def _is_between(reading: Reading) -> bool:
    """ "It's between the first and the last", "one of the other two"."""
    strong = reading.strong
    if any(len(one.reference.items) > 1 and reading.before(one.span, 2) == "one of " for one in strong):
        return not reading.is_question
    return len(strong) > 1 and reading.before(strong[0].span, 1) == "between " and not SOMETHING.search(reading.utterance.norm)


def _either_or(reading: Reading) -> bool:
    """ "The second or the third?": which of two is asked."""
    strong = reading.strong
    return any(
        _OR.match(" ".join(word.norm for word in reading.utterance.words[left.span.last : right.span.first]))
        for left, right in pairwise(strong)
        if left.span.last < right.span.first
    )


def _names_item(reading: Reading) -> bool:
    """An item is named by its place or what it is: "what was the second one again?", "go back to the first"."""
    return any(not pointing.deictic for pointing in reading.strong)


def _asks(reading: Reading, found: Found, acts: Sequence[Act]) -> bool:
    if {Act.ASK_STOCK, Act.CHOOSE, Act.REPEAT} & set(acts):
        return False
    if found.requested:
        return True
    if {Act.MORE, Act.REJECT} & set(acts) and any(change.kind == "exclude" for change in found.changes):
        return False   # "what else have you got that's not black?"
    if Act.REJECT in acts and any(change.kind == "want" for change in found.changes):
        return False
    moves = any(change.kind in {"less", "more"} for change in found.changes)
    moves |= not reading.strong and any(change.kind in _NUMBERS for change in found.changes)   # "what about seventy, for that?"
    another = _WHAT_OF.search(reading.utterance.norm) and any(change.kind == "want" for change in found.changes)
    if Act.COMPARE in acts or found.policies or moves or another:   # "what about a pocket square with it?"
        return False
    about = ABOUT_ITEM.search(reading.utterance.norm) is not None
    only_named = bool(reading.titles or UNDECIDED.search(reading.utterance.norm)) and not found.changes
    if about and reading.state.table and not found.changes and not found.like_items:
        return not (_WHAT_OF.search(reading.utterance.norm) and _is_known(reading, found.free_text) and not reading.strong)
    kind = bool(reading.strong) and names_kind(reading) and is_bare(reading, reading.strong) and not found.changes
    named = reading.is_question or about or only_named or asks_on(reading) or (kind and Act.REJECT not in acts)
    return bool(found.references) and named and not found.like_items


def _is_known(reading: Reading, free_text: str) -> bool:
    """Whether words that no slot holds are words of the shop's."""
    words = read_words(free_text).words
    return bool(words) and all(word.stem in reading.vocabulary.known for word in words)


def _for_want_of_others(reading: Reading, free_text: str, acts: Sequence[Act], steering: bool) -> list[Act]:
    """A wish in words no slot holds, talk of other things, or nothing understood."""
    if steering or _INSULTS.search(reading.utterance.norm):
        return [Act.OFF_TOPIC]
    words = read_words(free_text).words
    known = [word for word in words if word.stem in reading.vocabulary.known]
    norm = reading.utterance.norm
    goods = _ASKS_FOR_GOODS.search(norm) is not None
    to_shop = _ADDRESSES_SHOP.search(norm) is not None and not goods
    if reading.state.table and _WISH_FOR_ONE.match(norm):
        return [Act.INFORM]
    if reading.is_question and not reading.mentions and not (to_shop or goods) and _ELSEWHERE.match(norm):
        return [Act.OFF_TOPIC]
    tells = _TELLS.search(norm) is not None and not reading.is_question
    if not to_shop and ((words and (tells or 2 * len(known) >= len(words))) or (tells and not reading.strong and not acts)):
        return [Act.INFORM]
    if acts:
        return []
    if reading.scopes and not reading.is_question and not to_shop:
        return [Act.INFORM]
    if words and 2 * len(known) >= len(words) and not reading.is_question:
        return [Act.INFORM]
    if reading.strong and not reading.is_question:
        return [Act.ASK_ITEM]   # "the bee one's adorable": it is spoken of
    clear = len(words) > 2 or to_shop or (bool(words) and len(reading.utterance.words) > 3)
    return [Act.OFF_TOPIC if clear else Act.UNCLEAR]
