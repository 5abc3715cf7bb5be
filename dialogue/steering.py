"""Words that try to steer the machine rather than shop: orders to it, and what no shelf holds."""

from __future__ import annotations

import re

from dialogue.words import Utterance

_ORDERING = (
    r"ignore (?:all |any |your |the |every )?(?:previous |prior |above |earlier )?(?:rules?|instructions?|prompts?|"
    r"guidelines|limits|orders)|system prompt|your (?:instructions|prompt|rules|"
    r"programming)|you are now|pretend (?:to be|you|that)|act as|jailbreak|developer mode|override|disregard|"
    r"sudo|drop table|admin (?:mode|access)|api key|password"
)
_ORDERS = re.compile(rf"\b(?:{_ORDERING})\b")
_STEERING = re.compile(
    rf"\b(?:{_ORDERING}|for free|"
    r"make it free|free of charge|"
    r"(?:give|gimme)(?: me| us)? (?:(?:a|an|some|my|the|one) )?free\b|"
    r"(?:give|gimme) (?:me )?(?:a )?(?:100|ninety|"
    r"hundred|90|fifty|50)? ?(?:percent|%)? ?(?:discount|off)|discount code)\b"
)


def is_steering(utterance: Utterance) -> bool:
    """Whether the words try to steer the machine rather than shop: instructions to it, or asking for what no shelf holds."""
    return _STEERING.search(utterance.norm) is not None


def gives_orders(utterance: Utterance) -> bool:
    """Whether the words are instructions to the machine itself, which nothing of the shop's answers."""
    return _ORDERS.search(utterance.norm) is not None
