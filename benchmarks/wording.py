"""Measures `bot.peers.wording`: precision and recall on labelled messages, and the worst time on hostile texts.

The labels are JSON lines of {source, position, text, label}; label Q asks, N does not, A (ambiguous) is left out.

    python -m benchmarks.wording LABELS [--texts 10000]
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bot.peers.wording import CLASSIFIER, gist, question_kind

LONGEST = 40_000  # characters, Slack's limit
# What the patterns look for, so that many of them nearly match.
PIECES = (
    *(
        "hi ",
        "good morning ",
        "thanks ",
        "same ",
        "still ",
        "i have ",
        "my ",
        "the ",
        "can anyone ",
        "how ",
        "what ",
        "and ",
    ),
    *(
        "but ",
        "so ",
        "ok ",
        "?",
        "!",
        ". ",
        ", ",
        "\n",
        "<",
        "<@",
        ">",
        "`",
        "```",
        "&gt;",
        ":a",
        "x",
        "error ",
        "is ",
        "not ",
    ),
    *(
        "name: ",
        "looking ",
        "let me ",
        "no ",
        "it ",
        "would be ",
        "please ",
        "help ",
        "http://",
        "which ",
        "-",
        "_",
        "any ",
    ),
    *("to ", "-- ", "( ", "you ", "one ", "\u0130", "i'll ", "thank you for your ", "we ", "\ud83d", "\u202e"),
)


def main() -> None:
    arguments = _arguments()
    rows = [json.loads(line) for line in arguments.labels.read_text().splitlines()]
    _print_quality([row for row in rows if row["label"] != "A"])
    texts = list(_hostile(random.Random(7), arguments.texts))
    for name, read in (("question_kind", question_kind), ("gist", gist)):
        print(f"{name:<24} worst of {len(texts)} hostile texts {max(_times_ms(read, texts)):7.1f} ms")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures what is read out of people's wording.")
    parser.add_argument("labels", type=Path)
    parser.add_argument("--texts", type=int, default=10_000)
    return parser.parse_args()


def _print_quality(rows: list[dict[str, str]]) -> None:
    print(f"{CLASSIFIER:<24} precision recall   right missed wrong")
    _print_line("all", rows)
    for part in sorted({(row["source"], row["position"]) for row in rows}):
        _print_line("/".join(part), [row for row in rows if (row["source"], row["position"]) == part])
    kinds = Counter((question_kind(row["text"]), row["label"]) for row in rows)
    for kind, count in sorted(kinds.items(), key=str):
        print(f"  said {kind[0] or 'no question':<14} labelled {kind[1]} {count:5}")


def _print_line(name: str, rows: Iterable[dict[str, str]]) -> None:
    judged = Counter((row["label"] == "Q", question_kind(row["text"]) is not None) for row in rows)
    right, missed, wrong = judged[True, True], judged[True, False], judged[False, True]
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    print(f"{name:<24} {precision:9.3f} {recall:6.3f} {right:7} {missed:6} {wrong:5}")


def _hostile(rng: random.Random, count: int) -> Iterator[str]:
    """Texts of a few pieces over and over: each piece alone first."""
    for number in range(count):
        unit = PIECES[number] if number < len(PIECES) else "".join(rng.choices(PIECES, k=rng.choice([2, 3, 4, 6, 200])))
        yield (unit * (LONGEST // len(unit) + 1))[: rng.choice([LONGEST, 2_000, 1_990])]


def _times_ms(read: Callable[[str], object], texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        started = time.perf_counter()
        read(text)
        yield (time.perf_counter() - started) * 1_000


if __name__ == "__main__":
    main()
