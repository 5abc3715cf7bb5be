"""Words that claim nothing: a sentence made of these alone says nothing that could be false of an item.

The checker's rule is a closed world: a word that is neither here, nor in the facts, is a claim without support. So no word
belongs here that could carry a fact (a material, a place, a time, a part of the body), a promise (send, hold, wrap, refund), a
quantity or a rank. Words of taste ("lovely", "charming") are the shop's manner: they claim nothing that a row could deny.
Phrases that lie with plain words alone ("everyone loves it", "money back", "in all sizes") are read in
`dialogue.phrasing.claims`; plain verbs and nouns that state something of an item ("it turns by itself") in
`dialogue.phrasing.frames`.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.words import normal, stem_of

_GRAMMAR = """
a an the this that these those it its it's itself that's there there's here here's he she they them their theirs who which
what whatever
where when whose why how i i'm i've i'd i'll me my you you're you've you'd you'll your yours yourself we we're we've we'd
we'll our ours us
is are was were be been being am isn't aren't wasn't weren't do does did don't doesn't didn't have has had having haven't
hasn't hadn't
can can't cannot could couldn't may might must should shouldn't would wouldn't will won't shall it'll it'd that'll there'll
they're they'll they've
who's what's let's and or but nor so yet if then than though although while whereas whilst because as whether either neither
both each every
any some such same other others another else of to in on at by for from with into onto about over under around between among
through across
along against without off up down out per via towards toward upon besides alongside not no yes none more less much very quite
rather fairly
really truly too also just simply even still again already almost nearly well perhaps maybe certainly surely indeed actually
honestly frankly
basically essentially overall altogether anyway instead especially particularly exactly precisely oh ah okay ok right sure
please thanks
thank hello hi hey goodbye bye welcome sorry meanwhile namely plus minus now next again together apart away along ahead
forward all
yourself herself himself themselves oneself her hers his
one ones once myself whichever wherever whoever however therefore hence thus otherwise
likewise apiece afterwards beforehand
afraid course fact word words far slightly somewhat enough since during beyond beside they'd he'd she'd that'd there'd who'd
"""
_VERBS = """
cover grab adore admire recognise recognize remind brighten catch reward shop wear rush matter sound
worry bother remember treat fancy confirm explain consist contain mix wander browse ponder decide
settle
continue repeat mind understand hear assume say mark narrow sum state sense occur
ask give look see show think know let say tell mention hear find want wish like love prefer need hope suit fit match go come
get make pick choose
suggest recommend consider start try mean feel call name describe help take keep mind stand turn work sell buy sit lean tend
seem talk speak cost price
pay spend run land tag total sum feature offer bring add reflect
favour favor answer question wonder imagine picture guess believe agree admit figure reckon note notice point propose present
introduce
check list compare differ vary range depend happen end begin follow lead leave stay stick hit meet tick share belong serve
deserve enjoy appeal attract tempt please delight impress charm complement pair combine blend echo nod
lie rest count amount relate apply concern involve regard expect anticipate appreciate
finish style design shape play strike fall catch draw carry
"""
_IRREGULAR = """
given gave bought seen saw shown thought knew known said told heard found went gone came got gotten made picked chose chosen
meant felt took taken kept stood
sat leant spoke spoken paid spent ran brought began begun led left met fell fallen caught drew drawn lay lain read rang
struck
"""
_NOUNS = """
thing item piece option choice idea kind sort type way bit lot touch hint look detail reason point side part case place answer
word line
difference pick suggestion selection collection catalogue shelf record row list question match fit style shape design feature
theme note
something anything nothing everything someone anyone somebody person shop store price cost budget total sum figure amount
limit range tag
mark colour color shade tone material fabric occasion event purpose use size brand maker label category department mood feel
spirit
character personality flavour flavor sense mind taste liking preference time request wish need brief bill description
number name title answer offering candidate contender example instance matter moment term sake mention nod
"""
_TASTE = """
unfortunately sadly luckily fortunately incidentally evidently obviously naturally typically exact precise accurate rough mere
plainly
fond tidy jolly dear lucky sad sorry shame pity alas hooray wow ooh aha gladly kindly warm-hearted brief slight modest humble
evening evenings morning mornings afternoon afternoons moody tricky clever wise good-natured fitting considerate
good great nice fine lovely beautiful pretty handsome charming delightful pleasing pleasant attractive gorgeous wonderful
splendid marvellous
fitting ideal perfect suitable apt appropriate easy simple special thoughtful sweet neat tasteful welcome worthy happy glad
worth worthwhile
interesting different similar alike possible likely clear true certain sensible nicely beautifully perfectly easily happily
clearly well
straight straightforward particular close near closer nearer little tempting admirable agreeable appealing eye-catching striking
winner treat find bet candidate beauty gem joy delight pleasure charm appeal love lover fan fun impressive memorable
distinctive stunning
stylish graceful fabulous fantastic terrific superb excellent exquisite enchanting adorable cute cheerful joyful lively inviting
cheering fetching smashing brilliant dandy super decent fair reasonable keen eager proper main key
handy gracious amusing likeable nifty dapper dainty darling refreshing heavenly divine welcoming
unusual unexpected surprising curious satisfying rewarding enjoyable funnily oddly curiously surprisingly
unexpectedly
thankfully hopefully happily admittedly strictly frankly truthfully usefully cleverly neatly sweetly wonderfully delightfully
beautifully remarkably properly nicely decidedly distinctly pleasingly undeniably unmistakably
additional further separate respective own whole entire general usual common obvious personal
beautiful-looking good-looking nice-looking lovely-looking quietly gently pleasantly charmingly handsomely
"""


def inflected(verb: str) -> tuple[str, ...]:
    """A regular verb's forms; a few that no one says do no harm."""
    if verb.endswith("e"):
        return verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    es = "es" if verb.endswith(("s", "x", "ch", "sh", "o")) else "s"
    doubled = (
        f"{verb}{verb[-1]}"
        if verb[-1] in "bdgmnprt" and verb[-2] in "aeiou" and (len(verb) < 3 or verb[-3] not in "aeiou")
        else verb
    )
    return verb, f"{verb}{es}", f"{verb}ed", f"{verb}ing", f"{doubled}ed", f"{doubled}ing"


def stemmed(words: Iterable[str]) -> frozenset[str]:
    """Words as the checker compares them: stems, and spellings without apostrophes."""
    return frozenset(stem for word in words for stem in (stem_of(word), normal(word)))


VERBS, NOUNS = tuple(_VERBS.split()), tuple(_NOUNS.split())
FUNCTION_WORDS: frozenset[str] = stemmed((*_GRAMMAR.split(), *(form for verb in VERBS for form in inflected(verb)), *NOUNS))
"""Plain words that are no adjective: where a catalogue value is spelled like one, the word is usually meant."""
VERB_FORMS: frozenset[str] = stemmed((*(form for verb in VERBS for form in inflected(verb)), *_IRREGULAR.split()))
GRAMMAR: frozenset[str] = stemmed(_GRAMMAR.split())
"""Words that name nothing and do nothing."""
TASTE: frozenset[str] = stemmed(_TASTE.split())
PLAIN: frozenset[str] = FUNCTION_WORDS | TASTE | stemmed(_IRREGULAR.split())
"""Stems, and plain spellings without apostrophes."""
