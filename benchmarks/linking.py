"""Measures questions, links and first answerers on annotated chat: `python -m benchmarks.linking DATA [--json]`.

DATA holds `irc`, `gitter`, `molweni` and `question-labels.jsonl` (formats: README.md beside them). Exports are imported
as an operator would, into a database of their own, and read by what `mentor questions` and `mentor replies` list. The
linker's weights were fitted on FITTED_ON; all else was held out, and is told apart.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.peers import linker
from bot.peers.export import open_export
from bot.peers.facts import FactsService
from bot.peers.importing import Importer
from bot.peers.linking import Window
from bot.peers.listing import ListingService
from bot.peers.wording import Gist, gist, question_kind
from bot.storage import links, migrate
from bot.storage.channels import states
from bot.storage.engine import Database
from bot.storage.links import LinkRow
from knowledge.channels import Channels

FITTED_ON = frozenset({"2004-11-15", "2005-08-08", "2009-02-23", "2009-10-01", "2011-11-13", "docker", "angular"})
NOW = datetime(2025, 11, 25, tzinfo=UTC)

Place = tuple[str, str]  # channel's name and ts
Json = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """What an import led to, by channel's name."""

    questions: Mapping[Place, Json]
    replies: Mapping[Place, Json]
    messages: int
    import_s: float  # of the processor
    linking_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures questions, links and first answerers.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = list(measured(arguments.data))
    if arguments.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{row['what']:46} {row['part']:12} {row['value']:8.3f}  n {row['n']}")


def measured(data: Path) -> Iterator[Json]:
    irc, flat = _listed(data / "irc" / "export"), _listed(data / "gitter" / "export-flat")
    threaded = _listed(data / "gitter" / "export-threaded")
    yield from _question_rows(_lines(data / "question-labels.jsonl"), {**irc.questions, **flat.questions})
    yield from _link_rows(_lines(data / "irc" / "gold.jsonl"), irc)
    for name, listed, folder in (("irc", irc, "irc"), ("gitter flat", flat, "gitter"), ("gitter", threaded, "gitter")):
        yield from _answerer_rows(name, _conversations(data / folder), listed)
    yield from _answer_rows(_lines(data / "molweni" / "qa.jsonl"))
    for name, listed in (("irc", irc), ("gitter flat", flat), ("gitter", threaded)):
        yield _row(f"{name}: imported a second of the processor", "all", listed.messages / listed.import_s, 1)
        yield _row(f"{name}: links alone, a second of the processor", "all", listed.messages / listed.linking_s, 1)
    yield _row("load of the machine", "1 minute", os.getloadavg()[0], os.cpu_count() or 0)


def _lines(file: Path) -> list[Json]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _conversations(folder: Path) -> list[Json]:
    """With the part each belongs to: its day's file, or its channel."""
    gold = {(each["channel"], each["ts"]): each for each in _lines(folder / "gold.jsonl")}
    conversations = _lines(folder / "conversations.jsonl")
    return [each | {"part": _part(gold.get((each["channel"], each["root_ts"]), each))} for each in conversations]


def _part(row: Json) -> str:
    source = str(row.get("source", ""))
    return source.rpartition("/")[2][:10] if source.count("/") else str(row["channel"])


def _row(what: str, part: str, value: float, n: int) -> Json:
    return {"what": what, "part": part, "value": round(value, 4), "n": n}


def _listed(folder: Path) -> Listed:
    return asyncio.run(_imported(folder))


async def _imported(folder: Path) -> Listed:
    numbers, clock = count(1), Clock(NOW.timestamp)
    with tempfile.TemporaryDirectory(prefix="mentor-linking-") as place:
        database = Database(f"sqlite+aiosqlite:///{place}/mentor.db")
        await migrate.upgrade(database)
        began = time.process_time()
        with open_export(folder) as export:
            importer = Importer(database, export, channels=Channels(), clock=clock, new_id=lambda: f"p{next(numbers)}")
            done = await importer.run()
        import_s = time.process_time() - began
        async with database.read() as tx:
            names = {each.channel_id: each.name for each in await states(tx)}
        listing = ListingService(database, FactsService(database, channels=Channels, clock=clock), key=None)
        questions = {(names[each["channel"]], each["ts"]): each for each in await listing.questions()}
        replies = {(names[each["channel"]], each["ts"]): each for each in await listing.replies()}
        linking_s = await _relinked(database, names)
        await database.close()
    return Listed(questions, replies, done.messages, import_s, linking_s)


async def _relinked(database: Database, channels: Collection[str]) -> float:
    """How long it takes to decide all links once more; reading and writing them are not in it."""
    seconds = 0.0
    for channel_id in channels:
        rows, after = list[LinkRow](), ""
        async with database.read() as tx:
            while following := await links.following(tx, channel_id, after):
                rows += following
                after = f"{following[-1].ts}~"
        said = [linker.said(row) for row in rows]
        window, began = Window(), time.process_time()
        for each in said:
            window.link(each)
        seconds += time.process_time() - began
    return seconds


def _question_rows(labels: Sequence[Json], listed: Collection[Place]) -> Iterator[Json]:
    """Of messages that two readings would call the same: by the words alone, and as they are listed after import."""
    clear = [each for each in labels if each["label"] != "A"]
    for part in ("all", "irc", "gitter", "root", "other"):
        here = [each for each in clear if part in ("all", each["source"], each["position"])]
        yield from _detection(
            "questions, by their words", part, here, lambda each: question_kind(each["text"]) is not None
        )
        yield from _detection("questions, as listed", part, here, lambda each: (each["channel"], each["ts"]) in listed)


def _detection(what: str, part: str, labels: Sequence[Json], is_found: Callable[[Json], bool]) -> Iterator[Json]:
    found = {each["ts"] for each in labels if is_found(each)}
    asked = {each["ts"] for each in labels if each["label"] == "Q"}
    yield _row(f"{what}: precision", part, len(found & asked) / (len(found) or 1), len(found))
    yield _row(f"{what}: recall", part, len(found & asked) / (len(asked) or 1), len(asked))


def _link_rows(gold: Sequence[Json], listed: Listed) -> Iterator[Json]:
    for part, here in _parts([each | {"part": _part(each)} for each in gold]):
        answered = {(each["channel"], each["ts"]): set(each["reply_to"]) for each in here}
        said = {place: listed.replies[place]["answers_ts"] for place in answered if place in listed.replies}
        right = sum(ts in answered[place] for place, ts in said.items())
        number = sum(map(len, answered.values()))
        precision, recall = right / (len(said) or 1), right / (number or 1)
        yield _row("irc links: precision", part, precision, len(said))
        yield _row("irc links: recall", part, recall, number)
        yield _row("irc links: F1", part, 2 * precision * recall / ((precision + recall) or 1), len(answered))


def _parts(rows: Sequence[Json]) -> Iterator[tuple[str, list[Json]]]:
    yield "all", list(rows)
    yield "fitted on", [each for each in rows if each["part"] in FITTED_ON]
    yield "held out", [each for each in rows if each["part"] not in FITTED_ON]


def _answerer_rows(name: str, conversations: Sequence[Json], listed: Listed) -> Iterator[Json]:
    """Of conversations somebody answered: by the links alone, and as `mentor questions` lists those it finds."""
    for part, here in _parts([each for each in conversations if each["first_reply_user"]]):
        by_links = [_first_answerer(each, listed.replies) == each["first_reply_user"] for each in here]
        yield _row(f"{name}: first answerer by links", part, sum(by_links) / (len(here) or 1), len(here))
        asked = [each for each in here if (each["channel"], each["root_ts"]) in listed.questions]
        right = [_told(each, listed) == each["first_reply_user"] for each in asked]
        yield _row(f"{name}: first responder as listed", part, sum(right) / (len(asked) or 1), len(asked))


def _told(conversation: Json, listed: Listed) -> str | None:
    told: str | None = listed.questions[conversation["channel"], conversation["root_ts"]]["first_responder"]
    return told


def _first_answerer(conversation: Json, replies: Mapping[Place, Json]) -> str | None:
    """The first one but its author in what answers the root, or answers that."""
    channel, root = conversation["channel"], conversation["root_ts"]
    reached = {root}
    for (where, ts), reply in sorted(replies.items()):
        if where == channel and reply["answers_ts"] in reached:
            reached.add(ts)
            if reply["user"] != conversation["root_user"]:
                return str(reply["user"])
    return None


def _answer_rows(dialogs: Sequence[Json]) -> Iterator[Json]:
    """How often a reply is called an answer: one that is, one that asks back, and one that acknowledges."""
    shares = {}
    for kind, pairs in _pairs(dialogs).items():
        called = [gist(text) is Gist.SAYS for text in pairs]
        shares[kind] = sum(called) / (len(called) or 1)
        yield _row("molweni: called an answer", kind, shares[kind], len(called))
    for kind in ("asks back", "acknowledges"):
        yield _row("molweni: answers told apart (0.5 is chance)", kind, (1 + shares["answer"] - shares[kind]) / 2, 2)


def _pairs(dialogs: Iterable[Json]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"answer": [], "asks back": [], "acknowledges": []}
    for dialog in dialogs:
        texts = [each["text"] for each in dialog["messages"]]
        found["answer"] += [texts[reply] for _, reply in dialog["answers"]]
        found["asks back"] += [texts[reply] for _, reply in dialog["clarification_questions"]]
        found["acknowledges"] += [texts[reply] for _, reply, kind in dialog["reply_to"] if kind == "Acknowledgement"]
    return found


if __name__ == "__main__":
    main()
