"""Whether words are of another language than the shop's: by the small words that every sentence of a language is built with."""

from __future__ import annotations

from dialogue.english import SMALL_WORDS
from dialogue.words import Utterance

_SMALL_WORDS_ELSEWHERE = frozenset(
    """
je tu il elle nous vous une des du les est ce cette que qui pour avec sans mon ma mes votre cherche voudrais bonjour merci
oui dans sur pas plus moins ich du wir sie eine einen einem der das und oder nicht mit ohne fur mein meine hatte gern mochte
suche bitte danke guten tag ja nein ist haben quiero busco tengo para mi una unos el los las con sin por favor hola gracias
tiene algo mas menos no es vorrei cerco ho per mia mio un gli della con senza ciao grazie prego che molto ik een het voor
mijn zoek graag met zonder dank eu quero procuro minha meu com sem obrigado obrigada ola nao jag vill ha en ett till min tack
hej och inte
    """.split()  # noqa: SIM905
) - SMALL_WORDS
"""French, German, Spanish, Italian, Dutch, Portuguese and Swedish, as norms; what is also English is left out."""


def is_foreign(utterance: Utterance) -> bool:
    """Whether a turn is plainly not English: at least two small words of other languages and more of them than of English."""
    words = [word.norm for word in utterance.words if not word.is_mark]
    foreign = sum(word in _SMALL_WORDS_ELSEWHERE for word in words)
    other_script = sum(not word.isascii() for word in words)
    return (foreign >= 2 and foreign > sum(word in SMALL_WORDS for word in words)) or other_script * 2 > len(words)
