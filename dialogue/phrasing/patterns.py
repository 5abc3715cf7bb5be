"""Turns of phrase that claim something, over an utterance's normalised words (lower case, no apostrophes: "we'll" is "well").

Most are here because plain words alone can lie ("everyone loves it", "in all sizes", "it's on the house"); the rest read stock,
ranks and comparisons of price.
"""

from __future__ import annotations

import re

from dialogue.numbers import ONES, TENS

_END = r"(?=$| [,.;!?]| (?:and|to|for|this|now|but)\b)"


def _phrase(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{part})\b" for part in parts))


STOCK_YES = _phrase(
    r"(?:(?:still )?(?:have|got) (?:it|them|this|that) )?in stock",
    r"(?:its|it is|theyre|they are|thats)(?: right| still| all| just)? here(?=$| [,.;!?]| (?:if|when|for you|now|today)\b)",
    r"you can (?:have|take) (?:it|them|this one|these|that one)(?=$| [,.;!?]| (?:now|today|home|away)\b)",
    r"(?:have|got) (?:it|them|this|that) (?:right|just|all) here",
    r"available(?: now| today)?",
    r"on the shelf|on our shelves|to hand|on hand",
    r"ready to (?:go|take|buy)",
    r"(?:we|weve|we have|i|ive|i have|there is|theres)(?: still| also| do| now)? (?:have |got )?(?:one|some|another|any)"
    r"(?=$| [,.;!?]| (?:left|here|in|at|out|over|upstairs|downstairs|behind|for you|now|today)\b)",
    r"(?:still )?(?:have|got) (?:it|them|this|that) (?:here|in)(?=$| [,.;!?])|still (?:have|got) (?:it|them|this|that)",
)
STOCK_NO = _phrase(
    r"(?:out of|not in|no) stock|sold out|none left|unavailable|no longer available|not available|all gone",
    r"we (?:havent|have not|dont|do not)(?: (?:have|got|have got))? any(?: of (?:it|them|these|those))?(?: left| in| now)?"
    r"(?=$| [,.;!?]| (?:at the moment|and|but|im|sorry)\b)",
    r"(?:arent|isnt|are not|is not) any(?: \w+)? left|none (?:remain|remaining)|no \w+ (?:left|remaining)",
)
STOCK_VAGUE = _phrase(
    r"plenty(?: of (?:it|them))?(?: left)?|lots left|lots of stock|well stocked|few left|running low|low in stock|low stock",
    r"(?:selling|going) fast|sells? (?:fast|well|out)|(?:almost|nearly|all but) gone|last (?:one|few)|the last of",
    r"(?:only|just) a few",
    r"always (?:have|has|got|in)",
)
LEFT = re.compile(
    r"^(?:of them )?(?:\w+ ){0,6}?(?:left(?=$| [,.;:!?]| (?:in|at|for|and|but|of|now|so|with|to|on|just|here|by)\b)"
    r"|remaining|remain|in stock|available|on the shelf|still here|to spare)\b"
)

SUPERLATIVE = _phrase(
    r"costs? (?:the )?(?:least|most)(?= of\b| here\b|$| [,.;])",
    r"(?:the |our |your |its )?(?:most|least) (?!of\b|people\b)\w+",
    r"(?:the |our |your |its )?(?:best(?: seller| selling| loved| value| known)?|top(?: seller| rated| pick| choice)?|\w{2,}est)",
    r"number one|favourite|favorite|ultimate|unbeatable|unrivalled|unique|one of a kind|only one|the only|unmatched",
    r"(?:another|anything|nothing|none|many|much)(?: else)?(?: quite| at all)? like (?:it|this|them|these)",
    r"second to none|popular|famous|like no other|in a class|pick of the (?!two|three|lot|bunch|pair)\w+",
    r"(?:no|nothing|none|never an?)(?: other| else)?(?: \w+)? "
    r"(?:comes? close|close|better|compares?|beats?|like it|matches|to beat)",
)
_NOT_RANKS = """
rest interest guest honest forest west modest harvest contest request suggest invest test vest nest quest protest arrest chest
digest earnest crest zest breast priest pest fest jest manifest
"""
NOT_RANKS = frozenset(_NOT_RANKS.split())
"""Words that end as ranks do."""
CHEAPEST = _phrase("costs? (?:the )?least|cheapest|least expensive|lowest|most affordable|least costly")
DEAREST = _phrase("costs? (?:the )?most|most expensive|dearest|priciest|highest|most costly|costliest")
CHEAPER = _phrase(
    r"cheaper|less (?:expensive|costly)|more affordable|costs?(?: you| me)? (?:a (?:bit|little|touch) )?less",
    r"lower (?:in )?priced?|saves? you",
    r"easier on the budget|a (?:little|bit) less|for less|(?:spend|pay)(?: a (?:bit|little))? less(?: (?:for|on))?",
)
DEARER = _phrase(
    r"dearer|pricier|costlier|more (?:expensive|costly)",
    r"costs?(?: you| me)? (?:a (?:bit|little|touch) )?more|higher (?:in )?priced?",
    r"a (?:little|bit) more|(?:spend|pay)(?: a (?:bit|little))? more(?: (?:for|on))?",
)
SAME_PRICE = _phrase(
    r"same (?:price|money)|costs? (?:(?:about|roughly|almost|nearly|exactly|just) )?(?:the same|as much)",
    r"as (?:cheap|dear|expensive|affordable) as",
    r"equally priced|priced (?:the same|alike)|no difference in price",
)

_SAFE_VERBS = """
show tell look say find suggest recommend help pick choose start go think see like love prefer have know name mention ask list
describe compare talk speak hear be been try consider note got offer point enjoy want need is are do also not only s a the at in
of for end come pay sit catch tuck advise answer discuss
"""
"""What an assistant may say that it or the shopper can do, promising nothing."""
PROMISE = _phrase(
    r"(?:we|well|we will|we can|we could|ill|i will|i can|i could|you can|you will|youll|they will|theyll)"
    r"(?: \w+ly| also| even| always| still| just)?"
    rf" (?!(?:\w+ly|also|even|always|still|just|give you|{'|'.join(_SAFE_VERBS.split())})\b)\w+",
    r"(?:money|cash) back|(?:get|take|bring|send) it back|get (?:another|one more|a second|both for|it for)",
    r"(?:costs?|pay|paying|for) nothing|nothing (?:more )?to pay|no (?:extra |added )?(?:cost|charge|price)|on (?:us|the house)",
    r"(?:one of )?our own|(?:made|designed|printed|woven|chosen) (?:just )?(?:for|with) us",
    r"(?:id|ive|i would|i have|i)(?: \w+){1,4} myself",
    rf"(?:i|we|theyll|they) (?:cant|cannot|wont|couldnt|will not) (?!(?:{'|'.join(_SAFE_VERBS.split())})\b)\w+",
    r"you (?:dont |do not |wont |will |only |just |still )*(?:need|have) to "
    r"(?!(?:be|know|say|tell|choose|pick|decide|spend|pay|look|think|start|ask|go)\b)\w+",
    r"i (?:own|bought|use|wear)|have one (?:myself|at home)|mine|my own",
    r"i(?:ve| have)?(?: also| even| just)? (?:tried|had (?:one|mine|it|this)|made|felt)",
    r"(?:we|people here) (?:make|made) (?:it|them|this|these)",
    r"(?:made|make|making|designed|shaped|finished) (?:it |them |this )?(?:by (?:us|me|people|one person)|ourselves|here)",
    r"(?:made|shaped|finished) (?:it |them )?for you",
    r"as \w+ as you (?:like|want|please|wish)",
    r"(?:i|you|we|one|id|youd|wed)(?: really| personally| certainly)? (?:would|should|must|can|could)(?:nt| not|not)"
    r"(?: really| ever)? (?:bring|take|wear|use|give|recommend|put|let|leave|carry|call|buy)",
    r"(?:when|how|wher|what)ever(?: \w+)? you (?:like|want|please|wish|need)",
    r"in no time|(?:on|just in) time|at (?:any|all) times?|on (?:its|their|the|your) way",
    r"(?:with|to) you (?:by|in|within|before|the same)",
    r"(?:is|are|its|theyre|be) (?:with you|at your door|in your hands)",
    r"(?:than|what) (?:it|they) (?:was|were|used)",
    r"(?:was|were) (?:more|less|higher|lower|dearer|cheaper)|for (?:more|less) (?:elsewhere|than)",
    r"(?:on|special|limited|todays) offer|offers? (?:ends?|runs?|prices?)|on special",
    r"prices? (?:\w+ )?(?:went|gone|goes|going|came|comes|fell|falls|drop\w*|rises?|rose|cut|down|up)(?: down| up)?",
    r"(?:half|twice|double|a third|a quarter) (?:of )?(?:the|its|their|that) (?:price|cost|size|weight|length)"
    r"|(?:twice|half|three times) as \w+",
    r"worth (?:double|twice|triple|far|much|a lot|more)(?: more| than)?",
    r"(?<![a-z] )free(?=$| [,.;!?])",
    r"last chance|(?<!in a )(?<!no )hurry|be quick|dont miss",
    r"while (?:it|they|stocks?) lasts?|before (?:its|theyre|they are|it is) gone",
    r"(?:cheaper|less|better|lower)(?: \w+)? than (?:ever|before|anywhere|elsewhere|usual|other|most|last)",
)
POPULAR = _phrase(
    r"(?:everyone|everybody|people|others|nobody|no one|most|anyone)(?: \w+ly| who \w+| really| always)? "
    r"(?:loves?|likes?|picks?|choos?es?|chose|prefers?|wants?|takes?|asks?|recommends?|agrees?|enjoys?|regrets?)",
    r"(?:sell|sold|sells)(?: \w+)? (?:more|most|lots|many|so many|a lot)",
    r"more of (?:these|this|it|them) than|(?:by|from) the same \w+",
    r"(?:someone|somebody|anyone) else|(?:another|one other) (?:person|shopper|customer)|other (?:people|shoppers|customers)",
)
_KINDS = r"(?:colou?rs?|sizes?|shades?|styles?|materials?|lengths?|finishe?s?|tones?|fabrics?|occasions?|events?)"
OFFERED = _phrase(
    rf"(?:all|every|other|more|different|various|your|any|(?:a )?(?:range|choice|selection|lot|number) of)(?: \w+)? {_KINDS}",
    r"(?:the|of one) same(?: (?:people|person|hand|set|maker|brand|label|piece|one)|$| [,.;!?])",
    rf"same {_KINDS}",
    r"(?:only|just) (?:have|do|does|come|comes|got|get|make|makes|stock|sell)(?: (?:it|them|this|these|that))? in(?! stock)",
    r"(?:the|looks|look) same (?:on|in|at|from|all|inside|either)",
    r"match(?:es|ing)? (?:in|each other|one another|the)",
    r"(?:fits?|suits?) (?:all(?! of)|everyone|everybody|anyone|any|every)|(?:goes|works|pairs) with (?:everything|anything)",
)
QUOTED = _phrase(
    r"an? (?:second|minute|hour|day|week|fortnight|month|year|decade|century)(?! (?:or|out|off)\b)",
    r"(?<!for )(?:every|each|per) (?:minute|hour|day|night|week|fortnight|month|year)",
    r"(?:come|comes|came|coming|lift|lifts|pull|pulls|take|takes|fall|falls) (?:right |straight )?(?:off|out|apart|undone|away)"
    r"(?=$| [,.;!?]| (?:and|but|or|when|if|easily|so|for)\b)",
    r"(?:runs?|fits?|comes? up|cut) (?:a (?:little|bit|touch) )?(?:small|large|big|short|long|wide|narrow|true|tight|loose)",
    r"(?<=\ba )pair(?= of\b|$| [,.;])",
    r"wears? (?:well|badly|in|out|thin)|good for (?:you|your)(?=$| [,.;!?])",
    r"by (?:itself|themselves)|on (?:its|their) own",
    r"(?:well|badly|nicely|beautifully|properly|carefully|poorly) (?:made|done|put together)|made (?:well|properly|with care)",
    r"(?:each|every)(?: one| piece)?(?: of them)?(?: is|s) (?:a (?:little|bit) |slightly |quite )?(?:different|its own|special)",
    r"s?he (?:wouldnt|wont|doesnt|cant|couldnt|never|would never|will never)",
    r"comes? as (?:a (?:pair|single|couple)|one|two|three)",
    r"for (?:one|a single) person|nothing(?: \w+)? to (?:be|worry|fear|mind)",
    r"true to (?:size|form|life|type|fit)|one size|\w+ free(?=$| [,.;!?])",
    r"(?:hand|home|machine|custom|tailor|well|man) ?(?:made|crafted|sewn|woven|knitted|painted|stitched|finished|built|cut)",
    r"for an? (?:run|play|rest|show|match|meet|stay|drive|fall|catch|draw|read|visit|call|party|feast)",
    r"made (?:to|for) (?:last|measure|order|share|stay)|built to last",
)
"""Plain words that state a fact together; they hold where the row says them so."""
TAKEN_OFF = re.compile(r"(?:come|comes|lift|lifts|pull|pulls|take|takes) (?:right |straight )?(?:off|out)")
"""What is said so of what the row calls removable."""
WITH = re.compile(r"\b(?:comes?|supplied|arrives?|sold) (?:together )?with\b")
INCLUDED = re.compile(
    r"\b(?:comes?|supplied|goes|arrives?|sold) (?:together )?with (?:a|an|its|the|your|matching|two|three)(?: \w+){1,3}"
)
NEW = re.compile(
    rf"\b(?:just (?:come |came )?in|just (?:landed|added)|back in|new in|brand new){_END}"
    r"|\b(?:came|arrived|landed)(?: in)? (?:just|this|last|yesterday|today)\b"
)
MORE_HERE = re.compile(
    r"\b(?:have|got|are|is) (?:some |a lot |lots |plenty )?(?:more|others)(?: of (?:it|them|these|those))?"
    rf"(?: like (?:it|them|this|that))?(?: (?:coming|due|arriving|on (?:the|their) way)(?: in| soon)?)?{_END}"
)
PLAIN_TURNS = _phrase(
    r"sets? you back|set you back|in short",
    r"only (?:got|have|a|know|say|tell|now and then|rarely|sometimes|once in a while|when|if)|best (?:to|if)|day one",
    r"by (?:a long way|far|a mile|miles)",
    r"a (?:good|great) deal(?= \w+er\b| more\b| less\b)|round(?= (?:the|its|their|an?)\b)",
    r"its set (?:in|on|at|during|among|around)(?= the| an?\b)",
    r"matters? (?:the )?most|most of all|(?:youre|you are|you were) after|among other times",
    rf"(?:rated (?:at )?|measur(?:es?|ing) )(?=a hundred|{'|'.join((*ONES[1:], *TENS[2:], '[0-9]'))})",
)
"""Plain, though "back", "only" and "short" alone are not."""
IGNORANCE = re.compile(
    r"\b(?:i|we) (?:dont|do not|cant|cannot|couldnt|could not) (?:know|say|tell(?: you)?|see|check)\b(?: (?!but\b)[^ ,.;:?!]+)*"
    r"|\b(?:im|i am|were|we are) not (?:sure|certain)\b(?: (?!but\b)[^ ,.;:?!]+)*"
)
"""What is not known claims nothing: "I don't know whether it can be washed"."""

NOT_FOR = re.compile(
    r"\b(?:isnt|arent|not|never|hardly)(?: \w+ly| really| quite| so much)? (?:one |a thing |something |the thing )?"
    r"for (?!(?:you|me|us|sure|long|nothing|the (?:price|money))\b)(?:\w+ )?\w+\b"
)
"""Whom it is not for; where a value says who, the value is the claim."""

WISHED = _phrase(
    r"(?:you|youd|youve)(?: had| have)? (?:\w+ )?"
    r"(?:ask\w*|want\w*|wish\w*|mention\w*|said|say|told me|named|like\w*|need\w*|look\w*|hop\w+|prefer\w*|fancy|had in mind)"
)
NOTHING = _phrase(r"nothing|none|no one|not one")
