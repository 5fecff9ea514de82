"""The bot's threads share one of glibc's heaps."""

import ctypes
import subprocess
import sys

import pytest

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


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not glibc")
@pytest.mark.parametrize(("how", "is_one"), [("shared", True), ("each its own", False)])
def test_threads_share_one_heap(how: str, is_one: bool) -> None:
    told = subprocess.run([sys.executable, "-c", COUNT, how], capture_output=True, text=True, check=True)

    assert (told.stdout.count("<heap nr=") == 1) is is_one
