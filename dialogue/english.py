"""Closed lists of English that several readers share. No word here belongs to a trade."""

from __future__ import annotations

STOP = frozenset(
    """
a about above actually after again all also am an and any anybody anyone anything are arent around as at away back be because
been before being below best better between both but by can cannot cant come could couldnt did didnt do does doesnt doing done
dont down each either else even ever every everything exactly except few find first for from get getting give go going gonna
good got great had has have havent having he hello help her here hers hey hi him his hiya how i id if ill im in into is isnt
it item items its ive just keep kind kinda know lady last least less let lets like likes little long look looking looks lot
lots made make many maybe me mean meant might mind mine more most much must my need needs neither never new next nice no none
nor not nothing now of off ok okay on once one ones only option options or other others our out over own perhaps please
possible possibly prefer preferably pretty probably put quite rather really recommend right said same say second see seem
shall she should show so some somebody someone something sometimes somewhat somewhere soon sorry sort still stuff such suggest
suggestion sure take tell than thank thanks that thats the their them then there these they theyre thing things think third
this those though through to today together too try two under until up us use used very wait want wanted wants was wasnt way
we well were what whatever whats when where whether which while who whole whom whose why will with within without wont would
wouldnt yeah yep yes yet you youd youll your youre yours
    """.split()  # noqa: SIM905
)
"""Words too common to be a wish by themselves, as norms."""

SMALL_WORDS = STOP | {
    "ideally",
    "hopefully",
    "basically",
    "honestly",
    "literally",
    "buy",
    "buying",
    "order",
    "shopping",
    "shop",
    "wanna",
    "hoping",
    "after",
    "search",
    "searching",
    "browse",
    "browsing",
    "pick",
    "choose",
    "idea",
    "ideas",
    "anyway",
    "bit",
    "tad",
    "guess",
    "suppose",
    "feel",
    "day",
    "morning",
    "afternoon",
    "evening",
    "lovely",
    "perfect",
    "wonderful",
    "fine",
}
"""STOP and other words that say nothing of what is wanted."""

OPENING = (
    r"^(?:(?:well|so|and|but|right|okay|ok|actually|(?:hi|hello|hey)(?: there)?|please|thanks|sorry|cool|great|"
    r"nice|alright|then|yeah|yes|yep|no|wait|hang on|listen|look) ,? ?)*"
)
"""What may stand before a turn says anything, as the beginning of a pattern over norms."""

APPRAISING = frozenset(
    """
nice lovely little dear sweet pretty gorgeous beautiful fancy funny cute adorable old big good clever silly posh smashing fine
proper fabulous handsome splendid awful ugly horrible blooming bloody daft wonderful perfect
    """.split()  # noqa: SIM905
)
"""Adjectives of how something strikes the speaker, which tell no item from another."""

CANCELLING = "cancel|remove|take off|scrap"
"""Verbs that take back what was chosen, as alternatives of a pattern."""

BEHAVES = (
    r"(?:slip|stain|fade|break|crumble|shrink|itch|scratch|chip|rust|bobble|smell|give|make|get|show|mark|crease|tear|wear|dent|wobble|"
    r"squeak|fray|pill|tarnish|bruise|melt|leak|snag|stretch|crack)(?:e?s)?"
)
"""What things do in use, as a pattern over norms: what is said so is said of a thing at hand, and wished for by nobody."""

DETERMINERS = frozenset(
    {"a", "an", "the", "my", "your", "his", "her", "their", "our", "this", "that", "these", "those", "some", "any"}
)

UNFINISHED_ENDINGS = DETERMINERS - {"that", "this", "these", "those", "her", "any", "some"} | {
    "and",
    "or",
    "but",
    "for",
    "with",
    "without",
    "under",
    "over",
    "about",
    "around",
    "between",
    "from",
    "to",
    "of",
    "in",
    "into",
    "at",
    "by",
    "like",
    "than",
    "because",
    "so",
    "if",
    "maybe",
    "um",
    "uh",
    "er",
    "is",
    "are",
    "im",
    "ive",
    "id",
    "ill",
    "very",
    "more",
    "less",
    "not",
    "no more",
    "up",
    "looking",
    "want",
    "need",
    "its",
    "thats",
    "i",
    "we",
    "she",
    "he",
    "they",
    "some",
    "something",
    "preferably",
    "also",
    "plus",
    "except",
    "the",
    "as",
    "my",
    "$",
    "£",
    "€",
    "that is",
    "which",
    "who",
    "actually",
}
"""A transcript that ends so is likely to go on."""
