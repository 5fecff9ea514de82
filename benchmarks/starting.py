"""How long from the start of the process to the first answer, and what it takes at rest.

`python -m benchmarks.starting`, on a migrated, empty SQLite database with the embedded handbook. The question is asked
in the bot's direct messages as soon as it is connected. Written is JSON with what is wanted; exit status 1 where it is
missed.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from sandbox import Clock
from tests.chaos import company, shipped
from tests.told import told_long_ago

QUESTION = "How do I get a TLS certificate?"
SETTLES_S = 10.0
WANTED = {"first_answer_s": 3.0, "rss_mib": 200.0, "idle_cores": 0.01}


async def start(folder: Path, *, idle_s: float) -> dict[str, float]:
    url = f"sqlite+aiosqlite:///{folder / 'mentor.db'}"
    await told_long_ago(url, "")
    async with company.workspace([], clock=Clock(start_s=company.STARTS_AT.timestamp())) as sandbox:
        began = time.perf_counter()
        async with shipped.mentor(sandbox, folder, database_url=url) as bot:
            connected_s = time.perf_counter() - began
            sandbox.person("ada").dm(QUESTION)
            await sandbox.wait_for(sandbox.ledger.posts, shipped.STARTS_WITHIN_S)
            answered_s = time.perf_counter() - began
            spent_s = bot.footprint.cpu_s
            await asyncio.sleep(SETTLES_S)
            before = bot.footprint
            await asyncio.sleep(idle_s)
            after = bot.footprint
    return {
        "connected_s": connected_s,
        "first_answer_s": answered_s,
        "first_answer_cpu_s": spent_s,
        "rss_mib": after.rss_mib,
        "idle_cores": (after.cpu_s - before.cpu_s) / idle_s,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starting", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="starts, of which the middle one is told (3)")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds at rest (60)")
    options = parser.parse_args()
    load, runs = os.getloadavg()[0], []
    for _ in range(options.times):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(asyncio.run(start(Path(folder), idle_s=options.idle)))
    middle = {name: round(median(run[name] for run in runs), 4) for name in runs[0]}
    held = all(middle[name] < most for name, most in WANTED.items())
    machine = {"cores": os.cpu_count(), "load_before": round(load, 2), "load_after": round(os.getloadavg()[0], 2)}
    told: dict[str, Any] = {"machine": machine, "runs": len(runs), **middle, "wanted": WANTED, "is_held": held}
    print(json.dumps(told, indent=2))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
