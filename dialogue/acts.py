"""What the shopper does with a turn, read from the closed phrases of talk itself: greeting, thanking, agreeing, asking, choosing.

The vocabulary of dialogue acts follows the field's (Stolcke et al. 2000; Young 2007), cut to what changes what a shop does next.
"""

from __future__ import annotations

import re

from dialogue.english import OPENING
from dialogue.types import Act
from dialogue.words import Utterance

_BASKET = r"(?:my |the )?(?:cart|basket|bag|order|trolley|(?:wish ?)?list)"
_ADDS = (
    r"add (?=(?:it|that|this|them|both|those|these)(?: ones?)?(?: please| then| too| as well)* ?(?:$|[,.!]))|"
    rf"add (?:\w+ ){{0,8}}?(?:to|in|into) {_BASKET}|(?:put|pop|stick|throw|place) (?:\w+ ){{0,9}}?(?:in|into|on) {_BASKET}"
)
""" "Add it", "put the first one in my basket"."""

CHOICE = re.compile(
    r"\b(?:(?:ill|i will|id|i would|well|we will|lets|let us|let me|i think ill|ill just|can i|could i|may i|i want to|"
    r"i wanna|im going to|im gonna|id like to|i would like to|id love to|id rather|happy to|yes|ok|okay)"
    r" (?:just |also |definitely |probably |please |really )?(?:like to |love to )?(?:take|have|buy|get|grab|go (?:for|"
    r"with)|choose|pick|order|purchase|reserve|book|do)|"
    r"(?:wrap|ring) (?:it|that|them|those)(?: \w+)* up|put (?:me down for|it through|that through|it in|that in)|sold(?! out)|"
    rf"{_ADDS}|checkout|check out|give me|i want|ill go for|going with|"
    r"(?<!(?:esnt|dont|wont|ldnt) )go with|(?:is|are) perfect|(?<!^)is the one(?! (?:you|by|with|in|for|from|at|on|made|that)\b)|"
    r"thats the one|it is|please|(?:take|buy|order) (?=(?:it|that|this|the|them|both|those|these)\b))\b"
)
"""Verbs of choosing; they choose only where an item is meant."""

STRONG_CHOICE = re.compile(
    r"\b(?:(?:ill|i will|well|we will|lets|i think ill|ill just|im going to|im gonna) (?:just |also |definitely |probably |"
    r"please )?(?:take|have|buy|get|grab|go (?:for|with)|choose|pick|order|purchase|reserve|do)|"
    r"(?:id|i would|i want|wanna|id like|i would like) (?:like |love )?to (?:buy|take|order|purchase|get|have)|"
    rf"{_ADDS}|"
    r"(?:id|i would|id really) like (?=(?:both|the (?:first|second|third|last))\b)|sold(?! out)|thats the one|"
    r"(?:ill|well) (?:stick|settle) (?:with|for|on|to)|"
    r"(?<!^)is the one(?! (?:you|by|with|in|for|from|at|on|made|that)\b)|wrap (?:it|that|them|those)(?: \w+)* up|"
    r"(?:put|book|sign|pencil) (?:me|us) (?:down|in|up) for|"
    r"(?:put|set|keep|hold) (?:\w+ ){1,4}?(?:aside|for (?:me|us))(?= ?(?:$|[,.!]|please|and\b|then|till))|"
    r"(?<!(?:esnt|dont|wont|ldnt) )(?:go|going) (?:with|for)|"
    r"lets say (?=(?:the|that|this|number|option)\b)|"
    r"(?:i|we)(?:ll| will)? (?:want|need) (?=(?:it|that|this|them|both|those|these)(?: one)?(?: please)? ?(?:$|[,.!]))|"
    r"(?:can|could|may) i (?:please )?(?:have|take|get|buy) (?=(?:it|that|this|them|both|those|these)\b)|"
    r"(?:take|buy|order|get me|grab|book|reserve|choose)(?: (?:me|us))? (?=(?:it|that|this|the|them|both|those|these)\b))\b"
)

LIKENESS = re.compile(
    r"\b(?:(?:more |something |anything |one |ones |a bit |much |quite |others? |another )?(?:like|"
    r"similar to|resembling|along the "
    r"lines of|in the (?:style|spirit|vein) of|comparable to|reminiscent of|close to|in keeping with)|"
    r"the same (?:\w+ )?as|matching (?:\w+ ){1,2}(?:for|with|to)|"
    r"(?:something|anything|one|ones) (?:just |nearly |almost |about )?as \w+ as|(?:version|alternative|equivalent)s? (?:of|to)|"
    r"(?:some|any)thing to (?:put|keep|go|hang|plant|wear|serve)(?: \w+){0,2}? (?:in(?:to)?|on(?:to)?|with|under|over|by)|"
    r"(?:that|what|something|to|would|which) (?:goes|go) with|goes with|to match|matching|matches|"
    r"what (?:would|could|should|can|do) (?:you|i|we|she|he) (?:wear|put|pair|serve) with)\s*$"
)
"""Just before a named or meant item: find its like."""

GOES_WITH = re.compile(r"\b(?:go(?:es)? with|to match|matching|matches)\b")
"""What goes with a thing is no likeness of it."""

VARIANT = re.compile(
    r"\b(?:come in|comes in|available in|(?:have|got|do|get|make|sell|stock|see|show me) (?:it|that|this|them|those|"
    r"these|that one|this one|one|the same(?: one| thing)?|(?:the|that|this|those|these|number|option)(?: [\w$£€]+){1,7}?|"
    r"any of (?:them|those)) in(?! stock\b)|but in|only in|just in|"
    r"(?:want|like|prefer|need|love|fancy) (?:it|that|them|those|that one|this one) in|"
    r"same (?:one|thing) in|same in|(?:can|could|would|might) (?:it|that|they|those) (?:be|come)(?! (?:for|a|an|with|too|any)\b)"
    r"(?! \w+ for\b)(?! (?:\w+ )?(?:enough|suitable|good|ok|okay|all ?right|right|fine)\b)|"
    r"if (?:it|that|they|those) (?:was|were|came|had)(?! not\b)|there (?:a|another) (?:one in|version in))\b"
)
"""Asks for an item at hand in another value."""

TAG = (
    r"(?:\b(?:isnt it|arent they|isnt that|doesnt it|dont they|wasnt it|werent they|(?:wouldnt|wont|couldnt) (?:it|they)|"
    r"am i right|innit)|\b(?:is|are|was|were|has|have|its|theyre|"
    r"\w+s)\b.*(?<!sounds)(?<!looks)(?<!feels)(?<!seems)(?<!thats)(?<!is)(?<!be)(?<!just)(?<!about),? (?:right|correct|"
    r"surely|is it|are they|does it|do they|can it|can they|are there|is there)) ?\??$"
)
""" "The middle one is silk, isn't it?": what is said is asked."""

QUESTION = re.compile(
    OPENING + r"(?:what|whats|which|how|hows|is|are|isnt|arent|does|do|did|can|could|has|have|will|would|who|whos|where|"
    r"wheres|when|whens|why)\b|"
    r"\b(?:tell me|do you know|can you tell|could you tell|id like to know|i would like to know|let me know|i wonder|wondering|"
    r"what about|how about|what is|whats|what are|what was|how much|how many|how long|how big|give me (?:the|its|their|that)|"
    r"(?:i need|i want|id like|i would like|can i have|could i have|can i get|could i get|may i have|may i get|"
    r"please give me|get me) (?:to (?:know|get|have) )?(?:the|its|their|that|his|her)|"
    r"which (?:ones? (?:is|are|was|were|has|have)|(?:one |ones )?(?:would|should|do|does|costs?|comes?|suits?|looks?))|"
    r"what (?:do|does|did|would)|(?:is|are|was|were|does|will) (?:it|they)|(?:do|can|could|would) they)\b|"
    rf"{TAG}|\b(?:between|of|out of) (?:the|those|these|them)\b.*\bwhich(?: ones?)? (?:is|are)\b|"
    r"(?:[,.;!]|\band|\bso|\bbut) (?:(?:is|are|was|were|does|do|did|can|could|will|would|has|have) "
    r"(?:you|it|they|that|this|those|these)|"
    r"(?:and |so )?(?:what|whats|when|whens|where|wheres|how|hows|why|who|whos|whose)|which(?: ones?)?(?: is| are|"
    r" was)? (?:the|more|less|\w+er))\b|\?"
)

ABOUT_ITEM = re.compile(
    r"\b(?:(?:tell|remind) me (?:more|a bit more|a little more|something|all)? ?(?:about|of)|(?:hear|know|say|see)"
    r"(?: \w+){0,2} about|more about|tell me more(?= ?(?:$|[.,!?]))|(?:see|hear) (?:it|that|them|those)(?: ones?)? again|"
    r"like the (?:sound|look|idea) of|(?:say|read) (?:it|that|them|those)(?: one)?(?: out)?(?: to me)? again|"
    r"more (?:details?|info|information)|describe|what is (?:it|that)|whats (?:it|that) like|what (?:does|do) (?:it|that|they|"
    r"the \w+ one) look like|how (?:is|are) (?:it|that|they)|how \w+ (?:is|are|was) (?:it|that|they|this|these|those|the)|"
    r"what about|how about|what was)\b"
)

FAULT = re.compile(
    r"^(?:(?:oh|no|ok|well|nah) ,? ?)*too (?!much|many)\w+(?= ?(?:$|[.,!]))|"
    r"\b(?:is|are|was|were|bit|far|way|much|all|\w+s) too (?!much|many)\w+|[,.;] too (?!much|many|please)\w+(?= ?(?:$|[.!]))|"
    r"\b(?:is|are|was|were|s|re|theyre|its|thats|looks?|sounds?|seems?|feels?)(?: both| all)? (?:just )?(?:a bit|a little|"
    r"a tad|a touch|rather)(?: too)? (?!like\b|of\b|more\b|less\b|special\b|nice\b|lovely\b|good\b|different\b|\w+er\b)\w+"
)
""" "The first one's too plain", "both are a bit dull": a fault found, whatever the word for it."""
STOCK = re.compile(
    r"\b(?:in stock|out of stock|(?:is|are) (?:it|that|this|they|those|these|"
    r"the [\w ]{1,24}) (?:still )?available(?! in (?!stock\b|store\b))|available (?:now|today|right now|yet)|"
    r"still available|sold out|(?:any|many|got any|have any|how many)(?: of (?:them|those|these|it))? left|"
    r"still (?:have|got|selling) "
    r"(?:it|that|this|them|those)|(?<!if )you (?:still )?(?:have|got) (?:it|that|them|those)(?: one)? ?(?=\?|$)|"
    r"(?:have|got) (?:it|that|them|those|that one|this one)(?: one)? (?:in|now|right now|there)\b(?= ?(?:$|[,.?!]|stock))|"
    r"run out|you (?:have|got) (?!any\b|none\b|one\b)\w+ of (?:them|those|these)\b|"
    r"how many (?:of (?:them|those|these) )?(?:do you|have you|are there))\b"
)

_PATTERNS: tuple[tuple[Act, re.Pattern[str]], ...] = tuple(
    (act, re.compile(pattern))
    for act, pattern in (
        (
            Act.START_OVER,
            r"\b(?:start (?:over|again|afresh|from scratch|fresh)|from the (?:beginning|start|top)|begin again|"
            r"reset|forget (?:all that|everything|"
            r"all of that|it all)(?! about me)|scrap (?:all that|everything)|new search|clear (?:everything|all))\b",
        ),
        (
            Act.UNDO,
            r"^(?:oh )?(?:never ?mind|forget it) ?[.!]?$|\b(?:undo|go back(?: to (?:before|what (?:you|we) had|"
            r"the (?:previous|last|earlier|other) (?:ones?|list|lot|results|suggestions)))?|take that back|never ?mind that|"
            r"scratch that|scrap that|cancel that|i take (?:that|it) back|forget (?:that|i said that|what i (?:just )?said|"
            r"the last (?:thing|bit))|ignore (?:that|my last|what i just said)|"
            r"as (?:it was|we were) before|back to (?:before|the (?:previous|last|earlier) (?:ones?|list|lot|results)))\b",
        ),
        (
            Act.REPEAT,
            r"\b(?:say (?:that|it|them|those)(?: one)? again|repeat|come again|pardon(?: me)?|say again|didnt (?:catch|"
            r"hear|get) (?:that|you|it|what)|"
            r"couldnt (?:catch|hear)|what did you say|what was that(?! \w)|one more time|once more|what were (?:they|"
            r"those|these|the (?:options|choices)|my options)"
            r"(?: again)?|again please|speak up|louder|(?:more )?slow(?:er|ly)|slow down|read (?:them|that|those|"
            r"it) (?:out )?again|sorry what)\b|^(?:what|sorry|huh|eh|again) ?[?.!]?$",
        ),
        (
            Act.FORGET_ME,
            r"\b(?:forget (?:about )?me|forget (?:everything|all|what|"
            r"anything)(?: that)?(?: you)?(?: \w+)? (?:know |remember(?:ed)? |have |saved )?(?:about|on) me|"
            r"(?:delete|erase|remove|wipe|clear) (?:all )?(?:of )?(?:my|everything about me|"
            r"what you know about me)(?: (?:data|details|information|info|profile|history|"
            r"preferences|memory|account|record|records))*|dont remember (?:me|anything|any of this)|stop remembering(?: me)?)\b",
        ),
        (
            Act.SHOW_MEMORY,
            r"\b(?:what (?:do|did|have) you (?:know|remember|stored?|saved?|kept|keep|got|have|"
            r"hold)(?: \w+)?(?: \w+)? (?:about|on|of) me|what you (?:know|remember) about me|"
            r"do you (?:remember|know) (?:me|who i am|my \w+|what i (?:like|bought|said|told))|"
            r"show (?:me )?(?:my (?:profile|memory|data|preferences|details)|what you (?:know|remember)))\b",
        ),
        (
            Act.REMEMBER_ME,
            r"\b(?:(?:please |you can |you may |can you |could you )?remember (?:me|that for (?:next time|me)|"
            r"this for (?:next time|me)|my \w+|that i|what i like|it for next time)|"
            r"keep (?:that|this|it) (?:in mind )?for next time|save (?:my (?:details|preferences|size|sizes|"
            r"tastes)|that for next time)|make a note (?:of|that))\b",
        ),
        (
            Act.HELP,
            r"\b(?:what can (?:you|i) (?:do|say|ask|help)|how (?:does|do) (?:this|it|you) work|"
            r"can you help(?: me)?(?= ?(?:$|[.?!]))|how can you help|i need (?:some )?help(?= ?(?:$|[.!,]))|"
            r"what do you (?:do|sell)|what (?:kind|sort|type)s? of (?:things?|stuff|items?|products?) (?:do you|"
            r"have you)|what have you got(?= ?(?:$|[.?!])))\b|^help ?(?:me)? ?(?:please)? ?[.!]?$",
        ),
        (
            Act.COMPARE,
            r"\b(?:torn between|(?:decide|deciding|choose|choosing|not sure) (?:between|which)|compare[ds]?|comparison|differ|"
            r"difference(?:s)? between|how (?:do|does|are) (?:they|those|these|the two|"
            r"both) (?:differ|compare|different)|whats the difference|"
            r"what is the difference|versus|vs|which (?:ones?|of (?:them|those|these|the two|"
            r"the three))?(?: \w+)? ?(?:is|are|was|would be|do you (?:think|recommend|prefer)|"
            r"would you (?:choose|pick|recommend|go for|wear|buy|give)|should i)|"
            r"what would you (?:choose|pick|go for|take)|better than|(?:is|"
            r"are) (?:the )?(?:\w+ ){0,3}(?:better|nicer|bigger|cheaper|warmer|lighter) than|side by side|which ones? \w+er)\b",
        ),
        (
            Act.GOODBYE,
            r"\b(?:bye|goodbye|good bye|good night|see you(?: later| soon)?|see ya|cheerio|farewell|take care|"
            r"have a (?:nice|good|great|lovely) (?:day|one|evening|night|weekend)|"
            r"thats (?:all|it|everything)(?: (?:for (?:now|today)|i (?:need|needed|wanted)|thanks|"
            r"thank you))?(?= ?(?:$|[,.!;]))|that (?:is|will be|would be) (?:all|everything)|"
            r"that(?:ll)? be all|nothing else(?: thanks)?|im (?:all )?(?:done|set|good)(?= ?(?:$|[,.!]))|"
            r"all the information i need(?:ed)?|leave it(?: (?:for (?:now|today)|there))?(?= ?(?:$|[.,!]))|"
            r"(?:ill|well|i will|we will|(?:need|have|want) to|let me) (?:have a (?:little )?think|come back|sleep on it|"
            r"think it over|mull it over)|(?:ill|well|(?:need|have|want) to) think about (?:it|that)|"
            r"maybe (?:later|another time|next time)|not today)\b",
        ),
        (
            Act.THANK,
            r"\b(?:thanks|thank you|thankyou|cheers|ta|much appreciated|i appreciate|appreciated|youre (?:a star|"
            r"very kind|great)|that(?:s| is| was) (?:very |really |so )?(?:helpful|kind))\b",
        ),
        (
            Act.GREET,
            r"^(?:well )?(?:(?:morning|afternoon|evening)(?= ?[.!,])|hi|hello|hiya|hey|good (?:morning|afternoon|evening|"
            r"day)|greetings|howdy|hello there|hi there|hey there)\b",
        ),
        (
            Act.MORE,
            r"\b(?:what (?:do|would|can|could|should) (?:you|i) (?:recommend|suggest|advise|get|buy)|(?:any|"
            r"your) (?:recommendations?|"
            r"suggestions?|best ?sellers?|favou?rites?)|(?:recommend|suggest) (?:me )?(?:something|anything)|"
            r"whats (?:popular|new(?! about)|good|hot|trending|selling)|"
            r"what (?:do you have|have you got|do you sell)(?: in)?(?: thats| that is| which is)? (?:popular|new|good|nice)|"
            r"(?:anything|something|whats) (?:brand )?new(?: in)?(?= ?(?:$|[.?!]))|"
            r"whats (?:your|the) (?:best|most popular|bestselling|favou?rite)(?: \w+)?(?= ?(?:$|[,.?!]))|what sells|"
            r"where else\b|(?:some|any)where else\b|if not (?:that|those|them|it)(?: one)?\b.*\b(?:what|whats|which|"
            r"anything)|(?:the )?(?:nearest|next best|"
            r"closest) (?:thing|one)\b|"
            r"what else(?! (?:is|are|comes) (?:in|on|with|about)\b)(?! (?:is|does|do|can|has|have) (?:it|they|that|the)\b)|"
            r"anything else(?! (?:i|to)\b)|something else|some(?:thing)? (?:others?|different)|"
            r"show me (?:some )?(?:more|others?|another)|any more(?= ?(?:$|[,.?!]|options|ideas|like|suggestions))|"
            r"more (?:options|choices|ideas|suggestions|please|of (?:them|those|these|that|the same))|"
            r"(?:any|some|(?<!over )(?<!to )(?<!than )the|see|show|few|have|got) (?:(?<!the )others?|"
            r"others?(?! (?:ones?|two|three|day|night|week|month|shop|store|place|were|are|was|is|look)\b)|"
            r"different|alternatives?)(?: \w+)?|"
            r"another (?:one|option|suggestion|idea|choice)|(?<!not the )other (?:options|ones|choices|ideas|suggestions|things)|"
            r"keep going|next (?:ones?|please|option)|(?<!yeah )(?<!yes )go on(?! then)|carry on|different ones?|"
            r"(?:the|a|another) other ones?(?= you)|more like (?:this|that|these|those|it))\b|^(?:more|next|others|"
            r"another)\b ?(?:please)? ?[.!?]?$",
        ),
        (
            Act.AFFIRM,
            r"^(?:(?:oh|um|well|ah) )?(?:yes|(?:yeah|yep)(?! ,? ?no\b)|yup|yea|aye|sure|ok|okay|right|correct|exactly|absolutely|"
            r"definitely|certainly|indeed|of course|thats (?:right|correct|it|fine|ok|okay|alright)|"
            r"that is (?:right|correct)|please do|go (?:ahead|on)|sounds? (?:good|great|lovely|perfect|nice|fine)|"
            r"that (?:sounds|would be|works|is fine)|works for me|perfect|great|lovely|"
            r"fine|(?:cool|brilliant|super|awesome)(?= ?(?:$|[,.!]))|why not|you got it|spot on|i do|it is|id (?:like|"
            r"love) that|please)\b",
        ),
        (
            Act.DENY,
            r"^(?:(?:oh|um|well|ah|er|sorry) ,? ?)*(?:no|nope|nah|not really|not quite|wrong|incorrect|negative|"
            r"thats (?:not|wrong)|that is (?:not|wrong)|i (?:didnt|did not) (?:say|mean|ask)|"
            r"not (?:that(?! one)|what i))\b(?! (?:more|less|problem|worries|idea|preference|rush|doubt))",
        ),
        (
            Act.REJECT,
            r"\b(?:none of (?:them|those|these)|neither(?: of)?|not (?:really )?(?:for (?:me|her|him|them|"
            r"us)(?! ?,? ?(?:its|it is|but) for\b)|"
            r"my (?:thing|style|taste|cup of tea)|her (?:thing|style|taste)|his (?:thing|style|taste)|"
            r"what (?:i (?:want|wanted|need|had in mind|meant|am after|was after)|im (?:after|looking for))|"
            r"right|quite right|keen|convinced|sold|a fan|those|these|them|that one|this one|the (?:first|second|third|last)|it)|"
            r"(?<!if i )(?<!if he )(?<!if she )(?<!if they )(?:dont|doesnt|do not|didnt|cant say i) (?:really |"
            r"much )?(?:like|love|want|fancy|care for|need) (?:it|"
            r"that|this|them|those|these|any|either|the (?:first|second|third|last|look)|that one|this one)|"
            r"(?<!if it )(?<!if they )(?<!if that )(?<!if this )(?<!if one )(?<!in case it )"
            r"(?:doesnt|dont|wont|isnt going to) (?:really )?(?:work|suit|fit|do|appeal|grab)|hates? (?:it|that|them|"
            r"those|these)|no thanks|no thank you|"
            r"(?:has|have|got|owns?|bought) (?:it|that|that one|this one|one of those|one like that|one|"
            r"those)(?: one)? already|already (?:has|have|got|owns?|bought) (?:it|that|that one|one|this one|those|them)|"
            r"(?:arent|isnt|wasnt|werent) (?:quite |really |exactly )?(?:right|what|it)\b|no good(?! \w)|"
            r"not one of (?:them|those|these)|(?:forget|never ?mind|drop|ditch|scrap|lose)(?: about)? "
            r"(?:them|those|these)(?: ones?)?(?= ?(?:$|[.,!]))|(?:is|are) out(?= ?(?:$|[.,!]))|"
            r"(?<!\bi )(?<!\bill )(?:take|cross|strike|leave|rule) (?:\w+ ){1,5}(?:off|out|away)\b(?! of the)|"
            r"(?:so|but) (?:its |thats )?(?:a )?no(?= ?(?:$|[.,!]))|(?!no |yes |well |sorry |oh )\w+ , no(?: thanks|"
            r" way)?(?= ?(?:$|[.!]))|nothing (?:quite |really )?(?:right|suitable|that grabs|grabs|takes my fancy)|"
            r"boring|ugly|hideous|awful|horrible|rule (?:it|that|them|those|out)|skip (?:it|that|them|those|that one|the))\b",
        ),
    )
)


def find_acts(utterance: Utterance) -> list[Act]:
    """Acts that the phrases of talk show by themselves; wishes, questions and choices are added later."""
    norm = utterance.norm
    found = [act for act, pattern in _PATTERNS if pattern.search(norm)]
    if Act.DENY in found and Act.AFFIRM in found:
        found.remove(Act.AFFIRM)
    if Act.FORGET_ME in found:
        found = [act for act in found if act not in {Act.START_OVER, Act.UNDO}]
    return found
