"""Words that claim nothing: a sentence made of these alone says nothing that could be false of an item.

The checker's rule is a closed world: a word that is neither here, nor in the facts, is a claim without support. So no word belongs
here that could carry a fact (a material, a place, a time of delivery), a promise (send, hold, wrap, refund), a quantity or a rank.
Words of taste ("lovely", "charming") are the shop's manner and claim nothing that a row could deny.
"""

from __future__ import annotations

from dialogue.words import normal, stem_of

_GRAMMAR = """
a an the this that these those it its it's that's there there's here here's he she they them their theirs who which what whatever where when
whose why how i i'm i've i'd you your you're you've you'd yours we our we're we've we'd us my me mine myself yourself itself one's
is are was were be been being am isn't aren't wasn't weren't do does did doing done don't doesn't didn't have has had having haven't hasn't
can can't cannot could couldn't may might must should shouldn't would wouldn't will won't shall i'll it'll that'll you'll they're
and or but nor so yet if then than though although while whereas because since as until unless whether
of to in on at by for from with into onto about over under around between among through across along against within without off up down out
not no yes nor neither either both each every any some all such same other another else own more less much very quite rather really too also just
simply even still again once already almost nearly well perhaps maybe certainly indeed actually honestly oh ah okay ok right sure please
thank thanks hello hi hey goodbye bye welcome sorry
"""
_TALK = """
ask asks asking look looks looking see sees seeing seen show shows shown showing think thinks thought know knows let lets let's say says said
saying tell tells mention mentioned hear find finds found want wants wanted wish wishes wished like likes liked love loves prefer prefers
preferred need needs needed hope hopes fancy suit suits suited suiting fit fits fitting match matches matching go goes going gone come comes
coming came get gets getting got make makes making pick picks picked choose chooses chosen choice choices option options idea ideas suggest suggests
suggestion suggestions suggested recommend recommends recommended recommendation consider considering considered start starts started try
mean means meant feel feels call calls called name named names describe described put brings help helps take takes taken keep mind
stand stands standing turn turns work works worth sit sits lean leans tend tends seem seems talk talking spoken speak
cost costs costing price prices priced pay paying spend spends spending budget total sum comes set back run runs land lands ask asking tag
range ranges figure amount money yours offer
"""
_THINGS = """
thing things item items piece pieces something anything nothing everything someone anyone somebody everyone person people kind kinds sort
sorts type types way ways bit lot touch hint note look detail details reason reasons point points side part parts case time times moment place
list lists question questions answer word words line lines occasion occasions colour color colours colors material materials size sizes style styles
shade tone shape design use uses using used made theme feature features selection collection shop store catalogue shelf shelves row record
difference differences main one ones rest pair couple first second third fourth last next former latter
"""
_TASTE = """
good great nice fine lovely beautiful pretty handsome charming delightful pleasing pleasant attractive gorgeous wonderful splendid
fitting ideal perfect suitable apt appropriate easy simple special thoughtful sweet smart neat tasteful welcome worthy happy glad
interesting different similar alike possible likely clear true certain sensible solid nicely beautifully perfectly easily happily clearly
straight plain particular particularly especially close near nearer little small-talk favour favourably admirable tempting
winner treat find pick bet contender candidate beauty gem joy delight pleasure charm appeal appeals appealing eye eyes catch catches catching

"""
PLAIN: frozenset[str] = frozenset(
    stem for word in f"{_GRAMMAR} {_TALK} {_THINGS} {_TASTE}".split() for stem in (stem_of(word), normal(word))
)
"""Stems, and plain spellings without apostrophes."""
