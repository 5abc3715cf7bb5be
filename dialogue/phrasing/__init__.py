"""Phrasing: a plan becomes sentences; every claim in them is read back and compared with the facts before it may be spoken."""

from dialogue.phrasing.phraser import Phraser

__all__ = ["Phraser"]
