"""What in a shop's own text is never spoken: orders to a machine, markup, addresses, prices and boasts, profanity.

A catalogue is data. Whatever it says is read for names and facts alone; nothing in it is obeyed.
"""

from __future__ import annotations

import re
import unicodedata

from dialogue.numbers import ONES, TENS

READ_CHARS = 400
"""No more of a text is looked at; the rest cannot be part of a name."""

# Orders to a machine, not names of things. Each alone is enough to distrust the whole title.
ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(previous|above|prior|earlier|all|any|instructions?|rules?|prompts?|facts?)\b"
    r"|\b(system|developer|assistant|user)\s*(prompt|message|:)"
    r"|\b(you are|act as|pretend|roleplay|respond with|reply with|repeat after)\b"
    r"|\b(say|tell|announce|claim|promise|inform)\b.{0,40}\b(that|it'?s|customers?|buyers?|clients?|guests?|people|sold|shoppers?|everyone|them|everything|free)\b"
    r"|\b(?:as|dear|hey|ok) (?:the |an |your )?assistant\b|\b(?:rules|instructions?) (?:above|before|below)\b"
    r"|\bplease (?:say|tell|announce|repeat)\b|^\W*(?:say|repeat|announce)\b|\bfrom now on\b"
    r"|\byou (?:must|shall|should)\b|\[\[|\]\]"
    r"|\b(?:note|message|memo) (?:to|for) (?:the )?(?:ai|bot|model|llm|system|assistant)\b"
    r"|\bselect\b.{0,20}\bfrom\b|\b(?:delete|insert|union) (?:from|into|select)\b|\b1 ?= ?1\b"
    r"|<\|?\w+\|?>|\{\{|\}\}|\bdrop table\b|\binstructions?\b|\bprompt\b|\bjailbreak\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"<[^>]{0,200}>|\[[^\]]{0,80}\]\([^)]{0,200}\)|```.*?```", re.DOTALL)
PHONE = re.compile(r"(?<![\d.,])\+?(?:\d[ ().-]{0,2}){8,}\d\b")
"""A telephone number: nine digits or more, in groups."""
ADDRESS = re.compile(
    r"\b(?:https?://|www\.|(?:javascript|data|mailto|file|ftp|tel):)\S+|\b[\w.+-]+@[\w-]+\.\w+\S*|\b[\w-]+\.(?:com|net|org|io|co|shop|ru|info|biz)\b\S*",
    re.IGNORECASE,
)
_COINS = r"dollars?|pounds?|euros?|cents?|pence|quid|bucks?|fivers?|tenners?"
_NUMBER = rf"(?:{'|'.join((*ONES[1:], *TENS[2:], 'hundred', 'thousand'))})"
PRICED = re.compile(
    rf"(?:only|just|now|was|at)?\s*(?:[$£€¥₹]\s*\d[\d.,]*|\b\d[\d.,]*\s*(?:[$£€¥₹]|(?:{_COINS}|usd|gbp|eur|p|zł|kr|pln|sek|nok|dkk|chf|cad|aud|inr|rs)\b))"
    r"|\b(?:(?:the )?price is|(?:that |it |which )?costs?|priced(?: at)?|for (?:only|just|a mere))(?: about| around)?"
    rf"(?:\s+(?:an?|\d[\d.,]*|{_NUMBER}))+\s+(?:{_COINS})\b"
    rf"|\b(?:{_NUMBER}[\s-]+)+(?:{_COINS.replace('|pounds?', '')})\b",
    re.IGNORECASE,
)
BOAST = re.compile(
    r"\b(?:\d+\s*(?:%|per ?cent)\s*off|half price|free(?:\s+(?:shipping|delivery|gift|returns?))?|best ?sell(?:er|ing)"
    r"|on sale|sale|discount\w*|(?:the )?(?:best|greatest|cheapest|finest) \w+ ever|guarantee\w*|buy (?:one|now|\d)\b.*"
    r"|(?:visit|call us|click|shop now|order now|see our)\b.*|(?:off )?(?:with|using|promo|coupon) code\b.*|vouchers?|coupons?"
    r"|final sale|no (?:refunds?|returns?|exchanges?)"
    r"|(?:is|are|for|comes?|all|everything|now) free|free of charge|no charge|costs? nothing"
    r"|limited (?:time|offer)|clearance"
    r"|(?:\d+|two|three|four) for (?:the price of )?(?:\d+|one|two|three)|lowest price|cheapest|number one|#1)\b",
    re.IGNORECASE,
)

# Words no shop assistant says. Kept short and blunt; a shop adds its own under [voice] forbidden.
PROFANE = frozenset(
    [
        "arse",
        "arsehole",
        "ass",
        "asshole",
        "bastard",
        "bitch",
        "bollocks",
        "bullshit",
        "cock",
        "crap",
        "cunt",
        "damn",
        "dick",
        "fuck",
        "fucked",
        "fucker",
        "fucking",
        "goddamn",
        "motherfucker",
        "nigger",
        "piss",
        "pissed",
        "prick",
        "pussy",
        "shit",
        "shitty",
        "slut",
        "twat",
        "wank",
        "wanker",
        "whore",
    ]
)
_LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


def profane(text: str) -> bool:
    """True where a word that no shop says stands in the text, be it spelled "sh1t", "f*ck" or "f u c k"."""
    lowered = re.sub(r"(?<![a-z])(?:[a-z][\s.-]){2,}[a-z](?![a-z])", _joined, text.lower())
    words = re.findall(r"[a-z][a-z0-9@$!*]*", lowered)
    return any(word.translate(_LOOKALIKES) in PROFANE or ("*" in word and _masked(word)) for word in words)


def _joined(match: re.Match[str]) -> str:
    return re.sub(r"[\s.-]", "", match[0])


def _masked(word: str) -> bool:
    pattern = re.compile("".join(r"[a-z]" if char == "*" else re.escape(char) for char in word))
    return any(pattern.fullmatch(bad) for bad in PROFANE)


def hostile(text: str) -> bool:
    """True where catalogue text talks to the machine instead of describing a thing."""
    return ORDERS.search(unicodedata.normalize("NFKC", text[: READ_CHARS * 5])) is not None
