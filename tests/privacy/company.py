"""A small company in a database: a person of whom something stands in every table, and colleagues who name them."""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, insert, select

from bot.audit import Audit
from bot.case_row import CaseRow
from bot.clock import Clock
from bot.model import Json
from bot.privacy.service import PrivacyService
from bot.seals import Key
from bot.slack import Slack
from bot.storage import decided
from bot.storage.engine import Database, Tx
from bot.storage.people import stand_ins
from bot.storage.schema import (
    answers,
    article_looks,
    bet_reviews,
    capability_cards,
    capability_people,
    channels,
    choices,
    controller_reports,
    decisions,
    digest_presses,
    digest_takes,
    digests,
    drafts,
    evidence,
    follow_ups,
    friction,
    friction_themes,
    gaps,
    git_accounts,
    incident_updates,
    incidents,
    invitations,
    kind_corrections,
    memberships,
    messages,
    model_use,
    notice_wishes,
    on_duty,
    outbox,
    people,
    proposals,
    questions,
    reactions,
    requests,
    stories,
    story_people,
    survey_answers,
    survey_themes,
    talk_draws,
    talk_notes,
    talk_wishes,
    talks,
    thanks,
    thanks_wishes,
    threads,
    verdicts,
    waves,
    work,
)
from bot.surveys.rules import tag
from knowledge.channels import Channel, Channels

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
USER, OTHER = "U0CANARYID", "U0OTHER"
ME, YOU = "11aa22bb", "99ff88ee"  # their pseudonyms
DIRECT = "D0CANARYDM"
ASK, DEPLOYS = "C0ASK", "C0DEPLOYS"
HANDLE, DISPLAY, REAL = "canaryhandle", "Cänarina", "Canarina de la Voz"
WORDS = "canarywords"  # in everything the person wrote
AUDIT = Audit(Key("canary" * 6), clock=Clock(NOW.timestamp))
WAVE_KEY = "4b" * 32
CHANNELS = Channels(channels=(Channel(ASK, "ask"), Channel(DEPLOYS, "deploys")))


@dataclass
class QuietSlack(Slack):
    """Knows the person's names and direct messages, and what was forgotten."""

    names: frozenset[str] = frozenset({HANDLE, DISPLAY, REAL})
    direct: frozenset[str] = frozenset({DIRECT})
    forgotten: list[str] = field(default_factory=list)

    async def names_of(self, user_id: str) -> frozenset[str]:
        return self.names

    async def direct_channel(self, user_id: str) -> frozenset[str]:
        return self.direct

    async def publish_home(self, user_id: str, view: Json) -> None:
        """tests/journeys/test_home.py looks at what comes of it."""

    def forget(self, user_id: str) -> None:
        self.forgotten.append(user_id)


def privacy(database: Database, slack: Slack | None = None, *, clock: Clock | None = None) -> PrivacyService:
    numbers = count(1)
    return PrivacyService(
        database,
        slack,
        channels=lambda: CHANNELS,
        clock=clock or Clock(NOW.timestamp),
        new_id=lambda: "{0:06x}{0:026x}".format(next(numbers)),
        audit=AUDIT,
    )


async def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    async with database.read() as tx:
        found = (await tx.execute(select(table).order_by(*table.primary_key.columns))).mappings()
        return [dict(row) for row in found]


async def values(database: Database, table: Table, column: str) -> list[Any]:
    return [row[column] for row in await rows(database, table)]


async def stand_in(database: Database, channel_id: str) -> str:
    return (await database.write(stand_ins)).stand_in(USER, channel_id)


async def seed(database: Database) -> None:
    """Rows as the bot leaves them; the person's id, names and words stand wherever they may."""
    await database.write(_seed)


def _case(channel_id: str, ts: str, *, answers: tuple[tuple[str, str], ...]) -> CaseRow:
    said: dict[str, Any] = dict.fromkeys(CaseRow._fields, False) | {"young_until": 0, "reopened": 0}
    said |= dict.fromkeys(
        ("solver", "solved_s", "solved_working_s", "response_s", "working_s", "is_at_work", "untouched")
    )
    said |= {"responder": "none", "answerer": "none", "asker": ME, "kind": "how-to", "topic": "", "basis": "b"}
    return CaseRow(**said | {"channel_id": channel_id, "ts": ts, "answers": answers})


async def _seed(tx: Tx) -> None:
    await _put(tx, people, {"id": ME, "slack_id": USER, "created_at": NOW}, {"id": YOU, "slack_id": OTHER})
    await _put(tx, memberships, {"person": ME, "since": date(2026, 1, 5), "until": None, "source": "handbook"})
    await _put(tx, on_duty, {"person": ME, "is_there": True})
    await _put(
        tx,
        messages,
        said(ASK, 1, ME, f"How do I see {WORDS}?"),
        said(ASK, 2, YOU, f"<@{USER}> or <@{USER}|{HANDLE}>: thanks {DISPLAY.upper()}!", thread=1, to=ME),
        said(ASK, 3, YOU, f"canarina  de la voz knows, {USER} too. Canarinas do not."),
        said(DEPLOYS, 4, ME, f"{WORDS} by me, {REAL}"),
        said(DEPLOYS, 5, YOU, "nothing of anybody"),
    )
    await _put(
        tx,
        questions,
        {"channel_id": ASK, "ts": ts(1), "asker": ME, "kind": "how-to", "classifier": "c", "asked_at": NOW},
    )
    await decided.put(tx, [_case(ASK, ts(1), answers=((ME, "peer"),))])
    corrected = {"old_kind": "unsure", "new_kind": "how-to", "corrected_at": NOW}
    await _put(tx, kind_corrections, {"channel_id": ASK, "ts": ts(1), "person": ME, **corrected})
    reacted = {"name": "tada", "changed_ts": ts(9), "is_there": True, "seen_ts": "", "was_there": False}
    await _put(tx, reactions, {"channel_id": ASK, "ts": ts(2), "person": ME, **reacted})
    await _put(tx, answers, _answer("a1", f"{DIRECT}:{ts(6)}", DIRECT), _answer("a2", f"{ASK}:{ts(1)}", ASK))
    await _put(tx, verdicts, {"answer_id": "a1", "person": ME, "verdict": "solved", "by_asker": True, "given_at": NOW})
    used = {"day": NOW.date(), "calls": 2}
    await _put(tx, model_use, {**used, "person": ME}, {**used, "person": YOU}, {**used, "person": ""})
    closed = {"state": "closed", "closed_at": NOW, "closed_because": "dismissed", "reason": "not ours"}
    await _put(tx, gaps, {"id": "g1", "owner": ME, "closed_by": ME, "opened_at": NOW, **closed})
    look = {"id": "l1", "article": "a.md", "slot": "2026-W47", "place": 0, "reasons": [], "said": "needs work"}
    await _put(tx, article_looks, {**look, "recipient": ME, "said_by": ME, "said_at": NOW})
    await _put(
        tx,
        drafts,
        _draft("d1", saver=ME),
        _draft("d2", asker=ME, words={"title": WORDS, "questions": [WORDS], "body": f"Ask {REAL}."}),
        _draft("d3", solver=ME, state="proposed", words={"title": "t", "questions": [], "body": WORDS}),
        _draft("d4", solver=ME, state="proposed", credit="yes"),
    )
    proposed = {"title": WORDS, "body": WORDS, "files": {"articles/a.md": WORDS}}
    await _put(tx, proposals, proposal("d3", "waiting", ME, **proposed), proposal("d4", "open", YOU, **proposed))
    await _put(
        tx,
        outbox,
        _effect(f"answer:{DIRECT}:{ts(6)}", "sent", channel_id=DIRECT, recipient=ME, slack_channel=DIRECT),
        _effect(f"settings:{DIRECT}:{ts(7)}", "sending", recipient=ME, response_url=f"https://hooks.slack.com/{WORDS}"),
        _effect(f"answer:{DIRECT}:{ts(6)}:edit", "sent", channel_id=DIRECT, edits=f"answer:{DIRECT}:{ts(6)}"),
        _effect(f"answer:{ASK}:{ts(1)}", "sent", channel_id=ASK, slack_channel=ASK, text=f"Ask {REAL}, says the page."),
    )
    await _put(
        tx,
        work,
        _job(f"{DIRECT}:{ts(6)}", "done", None),
        _job(f"{DIRECT}:{ts(8)}", "waiting", {"asker": ME, "text": WORDS, "channel_id": DIRECT, "asked": True}),
        _job(
            f"{ASK}:{ts(3)}",
            "waiting",
            {"asker": YOU, "text": f"where is {DISPLAY}?", "channel_id": ASK, "asked": False},
        ),
    )
    await _seed_self_service(tx)
    await _seed_surveys(tx)
    await _seed_listening(tx)
    await _seed_notices(tx)
    await _seed_digests(tx)
    await _seed_talks(tx)
    place = {"is_private": True, "is_direct": True, "is_read_back": False, "is_whole_due": False, "due_at": NOW}
    await _put(tx, channels, {"channel_id": DIRECT, "name": "", **place})
    await _put(tx, threads, {"channel_id": DIRECT, "ts": ts(6), "reply_count": 1, "latest_reply": ts(7)})


async def _seed_surveys(tx: Tx) -> None:
    """A wave under way, in which the person and a colleague were asked and answered; and a theme the person linked."""
    open_until = {"opened_at": NOW, "closes_at": NOW + timedelta(days=7), "state": "open", "frame": 2}
    drawn = {"definition": {}, "revision": "r1", "seed": "5e" * 32, "key": WAVE_KEY}
    await _put(tx, waves, {"id": "w1", "survey": "pulse", "slot": "2026-W48", **drawn, **open_until})
    asked = {"wave_id": "w1", "due_at": NOW, "state": "asked", "because": "", "has_answered": True, "strata": {}}
    await _put(tx, invitations, {**asked, "person": ME}, {**asked, "person": YOU})
    said = {"wave_id": "w1", "scores": {"satisfied": 2}, "strata": {}}
    await _put(tx, survey_answers, {**said, "tag": tag(WAVE_KEY, ME), "comment": WORDS})
    await _put(tx, survey_answers, {**said, "tag": tag(WAVE_KEY, YOU), "comment": f"ask {REAL}"})
    theme = {"id": "t1", "survey": "pulse", "title": "docs", "state": "linked", "url": "", "opened_at": NOW}
    await _put(tx, survey_themes, {**theme, "linked_by": ME})


async def _seed_listening(tx: Tx) -> None:
    """What the person found hard, told and was told; and a colleague's words that name them."""
    theme = {"title": f"{DISPLAY}, builds", "state": "linked", "url": "", "opened_at": NOW, "linked_by": ME}
    await _put(tx, friction_themes, {**theme, "id": "ft1"})
    at = {"stage": "build", "is_stage_said": False, "source": "words", "channel_id": "", "ts": "", "capability": ""}
    at |= {"topic": "", "team": "shop", "is_named": True, "is_readied": True, "theme_id": "ft1", "logged_at": NOW}
    await _put(tx, friction, {**at, "id": "f1", "key": f"{DIRECT}:{ts(6)}", "person": ME, "text": WORDS})
    await _put(tx, friction, {**at, "id": "f2", "key": "k2", "person": YOU, "text": f"{REAL} reviews late"})
    told = {"names_teller": True, "team": "shop", "file": "a.md", "url": "", "told_at": NOW}
    mine = {"hard": WORDS, "did": WORDS, "came": WORDS}
    await _put(
        tx, stories, {**told, "id": "s1", "key": "k1", "teller": ME, "title": WORDS, "words": mine, "state": "shown"}
    )
    theirs = {"hard": "slow", "did": f"{REAL} helped", "came": "fast"}
    await _put(
        tx, stories, {**told, "id": "s2", "key": "k2", "teller": YOU, "title": "t", "words": theirs, "state": "shown"}
    )
    await _put(tx, story_people, {"story_id": "s2", "person": ME, "said": "yes"})
    brought = {"told_in": "thanks:brought", "given_at": NOW}
    await _put(tx, thanks, {**brought, "id": "t1", "key": "k1", "giver": ME, "receiver": YOU, "words": WORDS})
    await _put(tx, thanks, {**brought, "id": "t2", "key": "k2", "giver": YOU, "receiver": ME, "words": "the review"})
    await _put(tx, thanks_wishes, {"person": ME, "wants_none": False, "may_be_public": True, "said_at": NOW})


async def _seed_notices(tx: Tx) -> None:
    """An incident that the person opened and ended, with a colleague named in it; and no more notices in private."""
    opened = {
        "id": "i1",
        "key": f"{ME}:view:1",
        "title": f"{DISPLAY}'s builds hang",
        "capability": "",
        "topics": ["builds"],
    }
    over = {"next_word_at": None, "opened_by": ME, "opened_at": NOW, "ended_by": ME, "ended_at": NOW, "state": "over"}
    await _put(tx, incidents, {**opened, **over, "known": f"{REAL} looks at it", "url": ""})
    said = {"incident_id": "i1", "key": f"{ME}:view:1", "known": f"{REAL} looks at it", "said_at": NOW}
    await _put(tx, incident_updates, said)
    await _put(tx, notice_wishes, {"person": ME, "said_at": NOW})


async def _seed_talks(tx: Tx) -> None:
    """The person talked with a colleague, and a colleague with them; of both there are notes."""
    await _put(tx, talk_draws, {"id": "d1", "seed": "5e" * 32, "frame": 9, "drawn_at": NOW})
    drawn = {"draw_id": "d1", "team": "shop", "state": "accepted", "invited_at": NOW, "said_at": NOW}
    await _put(tx, talks, {**drawn, "id": "k1", "place": 1, "person": ME, "interviewer": YOU})
    await _put(tx, talks, {**drawn, "id": "k2", "place": 2, "person": YOU, "interviewer": ME})
    noted = {"team": "shop", "is_named": False, "state": "kept", "written_at": NOW, "settled_at": NOW}
    await _put(tx, talk_notes, {**noted, "id": "n1", "talk_id": "k1", "person": ME, "words": WORDS})
    await _put(tx, talk_notes, {**noted, "id": "n2", "talk_id": "k2", "person": YOU, "words": f"{REAL} is quick"})
    await _put(tx, talk_wishes, {"person": ME, "until": None, "said_at": NOW})


async def _seed_digests(tx: Tx) -> None:
    """The person took one thing on, and said that the digest was useful; so did a colleague."""
    made = {"week": "2026-W47", "facts": {}, "handbook_revision": "r1", "made_at": NOW, "key": WAVE_KEY}
    await _put(tx, digests, made)
    asked = {"review_on": NOW.date(), "channel_id": ASK, "news": ["not asked since"], "asked_at": NOW}
    await _put(
        tx, bet_reviews, {**asked, "id": "b1", "bet": "runners", "choice": "keep", "decided_by": ME, "decided_at": NOW}
    )
    await _put(tx, digest_takes, {"week": "2026-W47", "place": 1, "person": ME, "taken_at": NOW})
    for person in (ME, YOU):
        pressed = {"week": "2026-W47", "reader": "team", "tag": tag(WAVE_KEY, person), "said": "useful"}
        await _put(tx, digest_presses, pressed)


async def _seed_self_service(tx: Tx) -> None:
    """Requests of the person's in each state that matters, one of a colleague's who names them, and what followed."""
    states = ("preparing", "waiting", "void", "expired", "going", "open", "live", "done")
    await _put(tx, requests, *(request(f"r-{state}", ME, state) for state in states))
    of_other = request("r-other", YOU, "open", words="of another", author={"name": "Other", "email": "o@example.com"})
    await _put(tx, requests, of_other | {"problem": f"{DISPLAY} has to look", "shown": f"+owner: {REAL}"})
    decided = {"request_id": "r-other", "digest": "d", "choice": "approve", "because": "platform-approvers", "at": NOW}
    await _put(tx, decisions, {**decided, "person": ME})
    proven = {"host": "github.com", "name": REAL, "email": f"{HANDLE}@example.com", "proven_at": NOW}
    await _put(tx, git_accounts, {**proven, "person": ME, "account": HANDLE})
    await _put(tx, git_accounts, {**proven, "person": YOU, "account": "other", "name": "Other", "email": "o@e.com"})
    left = {"url": "", "number": "", "opened_at": NOW, "files": {"a.yaml": f"owner: {REAL}"}}
    await _put(tx, follow_ups, {**left, "request_id": "r-done", "state": "open"})
    settled = {"state": "declared", "settled_by": ME, "settled_at": NOW}
    await _put(tx, follow_ups, {**left, "request_id": "r-other", **settled})
    report = {
        "reporter": "argocd",
        "object": "shop",
        "revision": "",
        "state": "failed",
        "said_at": NOW,
        "heard_at": NOW,
    }
    await _put(tx, controller_reports, {**report, "id": "c1", "said": f"commit by {REAL}"})
    await _put(tx, evidence, _evidence("e1", ME, "waiting"), _evidence("e2", ME, "accepted", judge=YOU))
    await _put(tx, evidence, _evidence("e3", YOU, "declined", judge=ME, words="of another", owner=ME))
    way = {"policy": "attestation", "team": "shop", "way": "platform", "subject": "r-live", "at": NOW}
    await _put(tx, choices, {**way, "id": "w1", "person": ME})
    card = {"capability": "buckets", "seen_on": NOW.date(), "days": 30, "shown": {}, "shown_at": NOW, "choice": "keep"}
    await _put(tx, capability_cards, {**card, "words": "because", "decided_by": ME, "decided_at": NOW})
    await _put(tx, capability_people, {"capability": "buckets", "week": "2026-W47", "person": ME})
    await AUDIT.add(tx, "request.approved", person=ME, subject="r-other", facts={"digest": "d"})
    await AUDIT.add(tx, "request.open", person=None, subject="r-other", facts={})


def request(id_: str, person: str, state: str, *, words: str = WORDS, **more: Any) -> dict[str, Any]:
    """As it would stand in that state. What is proposed goes on, and holds none of the words looked for here."""
    is_begun = state in ("going", "open", "done")
    ended = {"ended_at": NOW} if state in ("live", "done") else {}
    what = {"action": "create-bucket", "mode": "proposal", "backend": "git", "channel_id": "", "is_urgent": False}
    told = {
        "entry": {"title": "A bucket"},
        "inputs": {"bucket": words},
        "values": {"bucket": words if not is_begun else "it"},
        "shown": f"+bucket: {words}",
        "problem": words,
    }
    proposed = {"files": {"a.yaml": "in: it" if is_begun else words}, "blobs": {"a.yaml": None}, "digest": "d"}
    author = {"author": {"name": REAL, "email": f"{HANDLE}@example.com"}}
    where = {"url": f"https://git.example.com/{id_}", "number": "7", "merge_revision": "", "execution": ""}
    row = {"id": id_, "key": f"form:{id_}", "person": person, "state": state, "revision": "r1", "created_at": NOW}
    return {**row, **what, **told, **proposed, **author, **where, **ended, "problem": "" if is_begun else words, **more}


def _evidence(
    id_: str, person: str, state: str, *, judge: str | None = None, words: str = WORDS, owner: str = YOU
) -> dict[str, Any]:
    said = {"link": f"https://e.example.com/{words}", "points": {"sbom": words}, "reason": WORDS if judge == ME else ""}
    what = {"policy": "attestation", "team": "shop", "expires_on": date(2027, 5, 1), "state": state}
    people_ = {"person": person, "owner": owner, "judge": judge}
    return {"id": id_, "key": f"form:{id_}", **what, **people_, **said, "judged_at": NOW if judge else None}


async def _put(tx: Tx, table: Table, *given: dict[str, Any]) -> None:
    for row in given:
        await tx.execute(insert(table).values({"created_at": NOW} | row if "created_at" in table.c else row))


def ts(number: int) -> str:
    return f"1795600000.{number:06}"


def said(
    channel_id: str, number: int, author: str, text: str, *, thread: int = 0, to: str | None = None
) -> dict[str, Any]:
    return {
        "channel_id": channel_id,
        "ts": ts(number),
        "thread_ts": ts(thread) if thread else None,
        "author": author,
        "author_kind": "person",
        "text": text,
        "gist": "says",
        "addressee": to,
        "posted_at": NOW - timedelta(days=1),
    }


def _answer(id_: str, key: str, channel_id: str) -> dict[str, Any]:
    told = {"surface": "direct", "outcome": "answered", "reason": "", "text": f"Ask {REAL}.", "confidence": 0.9}
    cited = {"sources": [{"title": f"By {DISPLAY}"}], "handbook_revision": "r1"}
    asked = {"asked": True, "asked_in": ASK, "question": f"How do I see {WORDS}?"}
    return {"id": id_, "key": key, "channel_id": channel_id, "asker": ME, **told, **cited, **asked}


def _draft(id_: str, **more: Any) -> dict[str, Any]:
    place = {"channel_id": ASK, "root": ts(1), "reply_ts": ts(2), "file": "a.md", "owner": "", "tags": []}
    people = {"saver": YOU, "asker": YOU, "solver": YOU, "credit": "unasked", "state": "shown", "words": None}
    return {"id": id_, "key": f"shortcut:{id_}", **place, **people, **more}


def proposal(subject: str, state: str, person: str, **more: Any) -> dict[str, Any]:
    place = {"branch": f"mentor/article-{subject}", "url": "", "number": "", "looked_at": None, "settled_at": None}
    return {
        "id": f"p{subject}",
        "kind": "article",
        "subject": subject,
        "state": state,
        "person": person,
        **place,
        **more,
    }


def _effect(key: str, state: str, *, text: str = WORDS, **more: Any) -> dict[str, Any]:
    sent = {"kind": "answer", "purpose": "asked", "version": 1, "attempts": 1, "due_at": NOW, "state": state}
    lease = {"lease": "theirs", "leased_until": NOW + timedelta(seconds=60)} if state == "sending" else {}
    row = {"channel_id": "", "recipient": None, "edits": None, "response_url": None, "slack_channel": None}
    return {
        "key": key,
        "mark": f"{zlib.crc32(key.encode()):x}",
        "text": text,
        "blocks": [{"text": text}],
        **row,
        **sent,
        **lease,
        **more,
    }


def _job(key: str, state: str, payload: dict[str, Any] | None) -> dict[str, Any]:
    return {"kind": "answers.answer", "key": key, "payload": payload, "due_at": NOW, "state": state, "attempts": 0}


def traces() -> set[str]:
    """What must be nowhere after the erasing, in small letters; JSON writes some letters as escapes."""
    escaped = DISPLAY.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    return {each.lower() for each in (USER, DIRECT, HANDLE, DISPLAY, escaped, "Canarina de la", WORDS)}
