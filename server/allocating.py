"""How the process takes memory: from few pools, so that hours of talk do not leave each thread one of its own, half empty.

glibc gives threads arenas of their own, up to eight a core, and returns little of them. A server whose engines have some thirty
threads so grows for hours, though nothing is kept.
"""

from __future__ import annotations

import contextlib
import ctypes

ARENAS = 2
_M_ARENA_MAX = -8
"""The option's number in glibc's malloc.h."""


def few_arenas() -> None:
    """Let all threads share ARENAS pools; to be called before there are many. Does nothing where the C library is another."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
