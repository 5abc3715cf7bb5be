"""Memory that is free goes back to the system when nobody is in."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FREED = """
from server.allocating import few_arenas, give_back_memory
import ctypes
few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
def resident_mb():
    return int(open('/proc/self/statm').read().split()[1]) * 4096 / 2**20
blocks = [libc.malloc(100_000) for _ in range(1_000)]
for block in blocks:
    ctypes.memset(block, 1, 100_000)
last = libc.malloc(100_000)          # above them, so that the heap cannot shrink
for block in blocks:
    libc.free(block)
before = resident_mb()
give_back_memory()
print(before - resident_mb())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas to give back")
def test_freed_memory_is_given_back() -> None:
    said = subprocess.run([sys.executable, "-c", FREED], check=True, capture_output=True, text=True, timeout=60).stdout
    assert float(said) > 80
