"""How the process takes memory, and gives back what it no longer uses.

glibc gives threads arenas of their own, up to eight a core, and keeps what is freed in them. A server whose engines have some
thirty threads so grows for hours, though what is in use stays the same (490 MB in use, and after two minutes of talk 100, after
four 240 MB free among it). Where the C library is another, nothing here does anything.
"""

from __future__ import annotations

import contextlib
import ctypes

ARENAS = 2
_M_ARENA_MAX = -8
"""The option's number in glibc's malloc.h."""


def few_arenas() -> None:
    """Let all threads share ARENAS pools; to be called before there are many."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def give_back_memory() -> None:
    """Return free pages to the system. Takes some tens of milliseconds, in which other threads may wait for memory."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
