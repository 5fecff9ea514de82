"""The bot's threads share one of glibc's heaps, and what lies free in it goes back to the machine."""

import ctypes
import subprocess
import sys

import pytest

ON_GLIBC = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not glibc")
COUNT = """
import ctypes, sys, threading
from bot.cli.running import _share_one_heap
if sys.argv[1] == "shared":
    _share_one_heap()
together = threading.Barrier(8)
def hold():
    held = bytearray(50_000)
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""
FREE = """
from pathlib import Path
from bot.cli.running import _give_back_heap
def held_kib():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])
taken = [bytearray(20_000) for _ in range(2_000)]
del taken[:-1]  # what is taken last keeps all below it
before = held_kib()
_give_back_heap()
print(before - held_kib())
"""


@ON_GLIBC
@pytest.mark.parametrize(("how", "is_one"), [("shared", True), ("each its own", False)])
def test_threads_share_one_heap(how: str, is_one: bool) -> None:
    assert (_told(COUNT, how).count("<heap nr=") == 1) is is_one


@ON_GLIBC
def test_what_lies_free_is_given_back() -> None:
    assert int(_told(FREE)) > 30_000  # of 40,000


def _told(program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    ).stdout
