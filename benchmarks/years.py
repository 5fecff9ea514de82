"""Fills a database with what three years leave in it: `python -m benchmarks.years FILE_OR_URL [--messages 5000000]`.

An import makes the same rows at 10,000 messages a second; here they are put in directly, in the order of time and past
the triggers, in a tenth of that. They have the form and the shares of rows that an import and a bot made: words of the
last 90 days alone, a case for each question, our answers with their messages, what was done in the last 30 days.
"""

import argparse
import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bot.storage.schema import metadata

CHANNELS, PEOPLE, YEARS = 40, 3_000, 3
END = datetime(2025, 11, 24, tzinfo=UTC)
END_S = END.timestamp()
DAY_S = 86_400
AT_ONCE = 10_000  # talks
WORDS = "the deploy of our service to staging waits for the registry since this morning, and nobody knows why"
Row = dict[str, Any]
Rows = dict[str, list[Row]]
Write = Callable[[str, list[Row]], None]


def main() -> None:
    parser = argparse.ArgumentParser(description="Fills a migrated database that holds nothing.")
    parser.add_argument("database", help="a SQLite file, or postgresql://…")
    parser.add_argument("--messages", type=int, default=5_000_000)
    given = parser.parse_args()
    began = time.perf_counter()
    counts = fill(given.database, given.messages)
    print(json.dumps({"seconds": round(time.perf_counter() - began), "rows": counts}, indent=2))


def fill(database: str, messages: int) -> Mapping[str, int]:
    """How many rows each table got."""
    counts = dict.fromkeys((table.name for table in metadata.sorted_tables), 0)
    put = _postgresql if database.startswith("postgresql") else _sqlite
    with closing(put(database)) as writing:
        write = next(writing)
        for rows in made(messages, random.Random(7)):
            for table, given in rows.items():
                write(table, given)
                counts[table] += len(given)
            print(f"\r{counts['messages']:,} messages", end="", file=sys.stderr, flush=True)
        next(writing, None)
    return {name: count for name, count in counts.items() if count}


def _sqlite(file: str) -> Generator[Write, None, None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-400000")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")

        def write(table: str, rows: list[Row]) -> None:
            names = list(rows[0])
            places = ", ".join("?" * len(names))
            connection.execute("BEGIN")
            connection.executemany(
                f"INSERT INTO {table} ({_quoted(names)}) VALUES ({places})",
                [tuple(_plain(value) for value in row.values()) for row in rows],
            )
            connection.execute("COMMIT")

        yield write
        for _, statement in triggers:
            connection.execute(statement)


def _postgresql(url: str) -> Generator[Write, None, None]:
    address = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers

        def write(table: str, rows: list[Row]) -> None:
            names = _quoted(list(rows[0]))
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))

        yield write
        connection.execute("VACUUM ANALYZE")  # as its own upkeep would have done long ago


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _plain(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


def made(messages: int, rng: random.Random) -> Iterator[Rows]:
    """Page by page, tables in an order in which what is named is there."""
    channels, people = [f"C{n:08}" for n in range(CHANNELS)], [f"{rng.getrandbits(128):032x}" for _ in range(PEOPLE)]
    yield {
        "people": [{"id": each, "slack_id": f"U{n:08}", "created_at": END} for n, each in enumerate(people)],
        "memberships": [{"person": each, "source": "handbook"} for each in people[:12]],
        "channels": [_channel(each) for each in channels],
        "gaps": [_gap(n, rng) for n in range(2_000)],
    }
    talks = _Talks(channels, people, rng)
    made_so_far, roots = 0, round(messages / 2.5)  # a talk has so many messages
    while made_so_far < messages:
        rows: Rows = {name: [] for name in TABLES}
        for _ in range(AT_ONCE):
            talks.put(END_S - YEARS * 365 * DAY_S * (1 - talks.number / roots), rows)
        made_so_far += len(rows["messages"])
        yield {name: given for name, given in rows.items() if given}


TABLES = (
    *("messages", "links", "questions", "cases", "case_answers", "reactions", "cross_posts"),
    *("answers", "verdicts", "outbox", "work", "events", "gap_members", "requests", "audit"),
)


def _channel(channel_id: str) -> Row:
    read = {"watermark": f"{END_S:.6f}", "read_back_to": f"{END_S - 90 * DAY_S:.6f}", "is_read_back": True}
    named = {"channel_id": channel_id, "name": f"channel-{channel_id}", "is_private": False, "is_direct": False}
    return {**named, **read, "is_whole_due": False, "due_at": END}


def _gap(number: int, rng: random.Random) -> Row:
    is_open = number >= 1_900
    opened = END - timedelta(days=rng.uniform(0, 30) if is_open else rng.uniform(30, 1_000))
    closed = None if is_open else opened + timedelta(days=30)
    return {"id": f"g{number}", "state": "open" if is_open else "closed", "opened_at": opened, "closed_at": closed}


class _Talks:
    """Talk by talk: a first message, and what is said to it in its thread or below it."""

    def __init__(self, channels: list[str], people: list[str], rng: random.Random) -> None:
        self._channels = channels
        self._people = people
        self._rng = rng
        self.number = self._sealed = 0

    def put(self, root_s: float, rows: Rows) -> None:
        rng, self.number = self._rng, self.number + 1
        channel_id, asker = rng.choice(self._channels), rng.choice(self._people)
        asks, in_thread = rng.random() < 0.6, rng.random() < 0.7
        replies = rng.randrange(6) if asks else 0
        root = self._message(rows, channel_id, root_s, asker, "asks" if asks else "says", None)
        self._link(rows, channel_id, root, root, has_thread=in_thread and replies > 0)
        answerer, now_s = "", root_s
        for _ in range(replies):
            now_s += rng.expovariate(1 / 1_200)
            author = asker if rng.random() < 0.3 else rng.choice(self._people)
            gist = rng.choice(("says", "says", "ack", "thanks", "still"))
            ts = self._message(rows, channel_id, now_s, author, gist, root if in_thread else None)
            if not in_thread:
                self._link(rows, channel_id, ts, root, has_thread=False)
            answerer = answerer or (author if author != asker and gist == "says" else "")
        if asks:
            self._question(rows, channel_id, root, asker, answerer)
        if rng.random() < 0.005:
            self._request(rows, root_s, asker)

    def _message(self, rows: Rows, channel_id: str, at_s: float, author: str, gist: str, root: str | None) -> str:
        rng = self._rng
        ts = f"{at_s + rng.random():.6f}"  # Slack's last digits tell messages of one second apart
        words = WORDS[: rng.randrange(20, len(WORDS))] if at_s > END_S - 90 * DAY_S else None
        named = {"channel_id": channel_id, "ts": ts, "thread_ts": root, "author": author, "author_kind": "person"}
        rows["messages"].append({**named, "text": words, "gist": gist, "posted_at": moment(ts)})
        if rng.random() < 0.15:
            seen = {"changed_ts": "", "is_there": False, "seen_ts": ts, "was_there": True}
            by = author if rng.random() < 0.3 else rng.choice(self._people)
            name = rng.choice(("+1", "eyes", "white_check_mark"))
            rows["reactions"].append({"channel_id": channel_id, "ts": ts, "person": by, "name": name, **seen})
        if at_s > END_S - 7 * DAY_S:
            rows["events"].append({"event_id": f"Ev{rng.getrandbits(64):016X}", "received_at": moment(ts)})
        return ts

    def _link(self, rows: Rows, channel_id: str, ts: str, root: str, *, has_thread: bool) -> None:
        kin = json.dumps({f"{float(ts) - self._rng.uniform(60, 90_000):.6f}": 1 for _ in range(3)})
        answers_ts = root if ts != root else None
        said = {"form": "?9", "kin": kin, "has_thread": has_thread, "answers_ts": answers_ts, "talk_ts": root}
        rows["links"].append({"channel_id": channel_id, "ts": ts, **said, "confidence": 1.0, "linker": "weights-1"})

    def _question(self, rows: Rows, channel_id: str, ts: str, asker: str, answerer: str) -> None:
        rng, at, here = self._rng, moment(ts), {"channel_id": channel_id, "ts": ts}
        kind = {"kind": rng.choice(("how-to", "broken", "do-it-for-me")), "classifier": "rules-2", "topic": ""}
        rows["questions"].append({**here, "asker": asker, **kind, "asked_at": at})
        rows["cases"].append({**here, **_case(answerer, rng)})
        if answerer:
            rows["case_answers"].append({**here, "person": answerer, "answerer": "peer"})
        if rng.random() < 0.01:
            first = {"first_channel_id": rng.choice(self._channels), "first_ts": f"{float(ts) - 60:.6f}"}
            rows["cross_posts"].append({**here, **first})
        if rng.random() < 0.05:
            member = {"key": f"{channel_id}:{ts}", "gap_id": f"g{rng.randrange(2_000)}", "kind": "how-to"}
            rows["gap_members"].append({**member, **here, "asked_at": at})
        if rng.random() < 0.7:
            self._answer(rows, channel_id, ts, asker)

    def _answer(self, rows: Rows, channel_id: str, ts: str, asker: str) -> None:
        """What we looked up; two of five are shown, below the question."""
        rng, at, key = self._rng, moment(ts), f"{channel_id}:{ts}"
        is_shown = rng.random() < 0.4
        answer_id, sources = f"{rng.getrandbits(128):032x}", [{"id": f"article-{rng.randrange(100)}", "title": "Logs"}]
        where = {"channel_id": channel_id, "question_ts": ts, "asker": asker, "surface": "thread"}
        what = {"outcome": "answered" if is_shown else "silent", "reason": "sure enough", "text": WORDS * 5}
        how = {"confidence": 0.8, "sources": json.dumps(sources), "handbook_revision": f"{rng.getrandbits(160):040x}"}
        rows["answers"].append({"id": answer_id, "key": key, **where, **what, **how, "created_at": at})
        if is_shown:
            rows["outbox"].append(_post(f"answer:{key}", channel_id, ts, rng))
            if rng.random() < 0.2:
                said = {"verdict": "solved", "by_asker": True, "given_at": at + timedelta(minutes=5)}
                rows["verdicts"].append({"answer_id": answer_id, "person": asker, **said})
        if float(ts) > END_S - 30 * DAY_S:
            ended = {"state": "done", "attempts": 1, "created_at": at, "finished_at": at}
            rows["work"].append({"kind": "answers.answer", "key": key, "due_at": at, **ended})

    def _request(self, rows: Rows, at_s: float, person: str) -> None:
        rng, at = self._rng, datetime.fromtimestamp(at_s, UTC)
        request_id = f"{rng.getrandbits(128):032x}"
        what = {"id": request_id, "key": request_id, "person": person, "action": f"action-{rng.randrange(20)}"}
        how = {"mode": "proposal", "backend": "git", "channel_id": "", "entry": "{}", "inputs": "{}"}
        ended = {"is_urgent": False, "revision": "", "state": "live", "problem": "", "url": "", "number": ""}
        nothing = {"merge_revision": "", "execution": "", "created_at": at, "ended_at": at}
        rows["requests"].append({**what, **how, **ended, **nothing})
        for act in ("request.asked", "request.opened", "request.merged", "request.live"):
            sealed = {"subject": request_id, "facts": "{}", "key": "k", "seal": f"{rng.getrandbits(256):064x}"}
            self._sealed += 1
            rows["audit"].append({"number": self._sealed, "at": at, "act": act, "person": person, **sealed})


def _case(answerer: str, rng: random.Random) -> Row:
    took = rng.randrange(60, 9_000) if answerer else None
    who = "peer" if answerer else "none"
    said = {"basis": "b7f63cba3f7cb9f74e29", "is_part": False, "young_until": 0, "responder": who, "response_s": took}
    solved = {"answerer": who, "solver": who if answerer else None, "solved_s": took, "reopened": 0}
    shown = dict.fromkeys(("was_shown", "was_hinted", "is_hint_confirmed", "said_not_quite", "is_thanked"), False)
    return {**said, **solved, **shown, "was_looked_up": True, "is_repeat": False}


def _post(key: str, channel_id: str, ts: str, rng: random.Random) -> Row:
    at, is_young = moment(ts), float(ts) > END_S - 30 * DAY_S
    what = {"key": key, "mark": f"{rng.getrandbits(128):032x}", "kind": "answer", "purpose": "asked"}
    where = {"channel_id": channel_id, "thread_ts": ts, "slack_channel": channel_id}
    words = {"text": WORDS if is_young else None, "blocks": json.dumps([WORDS] * 3) if is_young else None}
    sent = {"version": 1, "state": "sent", "attempts": 1, "due_at": at, "first_tried_at": at, "sent_at": at}
    return {**what, **where, **words, **sent, "slack_ts": f"{float(ts) + 2:.6f}", "created_at": at}


def moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


if __name__ == "__main__":
    main()
