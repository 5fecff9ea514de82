"""Count me out: what was said becomes someone's at once, and stays so whatever is said and read back later."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from bot.bet_button import Source, subject_of
from bot.clock import Clock
from bot.model import Author, Message, Reaction, Standing, Workspace
from bot.peers.service import PeerService, Request
from bot.storage.engine import Database, Tx
from bot.storage.peers import ReactionRow
from bot.storage.schema import (
    drafts,
    friction,
    gap_members,
    gaps,
    memberships,
    messages,
    outbox,
    people,
    proposals,
    questions,
    reactions,
    stories,
    story_people,
    talk_notes,
    talks,
    thanks,
    work,
)
from bot.wanted import Kind
from knowledge.channels import AnswerMode, Channel, Channels
from tests.privacy.company import (
    ASK,
    DEPLOYS,
    DIRECT,
    ME,
    NOW,
    OTHER,
    REAL,
    USER,
    WORDS,
    YOU,
    privacy,
    proposal,
    rows,
    seed,
    stand_in,
    ts,
    values,
)

AT_ONCE = Channels(channels=(Channel(ASK, "ask", AnswerMode.AT_ONCE), Channel(DEPLOYS, "deploys")))
TS = "1795600100.000100"  # a minute and a half before NOW
QUESTION = Message(ASK, TS, Author(USER, team_id="T1"), f"How do I see {WORDS}?")


@pytest.fixture
async def seeded(database: Database) -> Database:
    await seed(database)
    return database


def peers(database: Database) -> PeerService:
    return PeerService(
        database,
        channels=lambda: AT_ONCE,
        workspace=Workspace("T1", None, "UBOT", "B1"),
        clock=Clock(NOW.timestamp),
        new_id=iter("abcdefgh").__next__,
        wake=lambda: None,
    )


async def row_of(database: Database, ts_: str) -> dict[str, Any]:
    return next(row for row in await rows(database, messages) if row["ts"] == ts_)


async def test_what_was_said_becomes_someones_and_the_words_go(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)

    mine, there = await stand_in(seeded, ASK), await stand_in(seeded, DEPLOYS)
    assert mine != there
    assert await values(seeded, messages, "author") == [mine, YOU, YOU, there, YOU]
    assert [row["text"] for row in await rows(seeded, messages) if row["author"] in (mine, there)] == [None, None]
    assert await values(seeded, messages, "addressee") == [None] * 5
    assert await values(seeded, questions, "asker") == [mine]
    assert await values(seeded, reactions, "person") == [mine]
    assert set(await values(seeded, memberships, "person")) == {mine, there}


async def test_what_was_not_asked_for_is_dropped_and_what_was_asked_goes_on(seeded: Database) -> None:
    overheard = {"asker": ME, "text": WORDS, "channel_id": ASK, "asked": False}
    waiting = {"kind": "answers.answer", "key": "C0:1", "payload": overheard, "due_at": NOW, "state": "waiting"}
    prompt = {"key": "pulse:1", "mark": "m", "kind": "pulse", "purpose": "unasked", "channel_id": "", "recipient": ME}
    state = {
        "text": "?",
        "blocks": [],
        "version": 1,
        "state": "waiting",
        "attempts": 0,
        "due_at": NOW,
        "created_at": NOW,
    }
    await seeded.write(lambda tx: tx.execute(insert(work).values(**waiting, attempts=0, created_at=NOW)))
    await seeded.write(lambda tx: tx.execute(insert(outbox).values(**prompt, **state)))

    await privacy(seeded).leave_out(USER)

    assert sorted(await values(seeded, work, "key")) == [f"{ASK}:{ts(3)}", f"{DIRECT}:{ts(6)}", f"{DIRECT}:{ts(8)}"]
    [dropped] = [row for row in await rows(seeded, outbox) if row["key"] == "pulse:1"]
    assert (dropped["state"], dropped["text"]) == ("skipped", None)


async def test_what_is_said_from_then_on_is_someones_without_words(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)
    await peers(seeded).record_message(QUESTION)

    row = await row_of(seeded, TS)
    assert (row["author"], row["text"], row["gist"]) == (await stand_in(seeded, ASK), None, "asks")
    assert [each["asker"] for each in await rows(seeded, questions) if each["ts"] == TS] == [row["author"]]


async def test_an_overheard_question_of_theirs_is_not_answered_and_a_mention_is(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)
    overheard, asked = replace(QUESTION, ts="1795600100.000100"), replace(QUESTION, ts="1795600101.000100")
    await peers(seeded).record_message(overheard)
    await peers(seeded).record_message(asked, Request(Kind.ANSWER, "how do I?"))

    keys = await values(seeded, work, "key")
    assert f"{ASK}:{overheard.ts}" not in keys
    assert f"{ASK}:{asked.ts}" in keys


async def test_others_words_that_are_kept_do_not_name_them(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)
    text = f"<@{OTHER}> or <@{USER}|canary>, where are the logs?"
    await peers(seeded).record_message(Message(ASK, TS, Author("U0THIRD"), text))

    row = await row_of(seeded, TS)
    assert (row["text"], row["addressee"]) == (f"<@{OTHER}> or someone, where are the logs?", YOU)
    [owed] = [each for each in await rows(seeded, work) if each["key"] == f"{ASK}:{TS}"]
    assert owed["payload"]["text"] == row["text"]


async def test_who_is_only_mentioned_gets_no_pseudonym(seeded: Database) -> None:
    await peers(seeded).record_message(Message(ASK, TS, Author(OTHER), f"<@{USER}> and <@U0FOURTH> are away."))

    assert await values(seeded, people, "slack_id") == [USER, OTHER]


async def test_reading_history_again_does_not_bring_an_erased_person_back(seeded: Database) -> None:
    await privacy(seeded).forget(USER)
    before = await rows(seeded, messages)
    page = [
        Standing(Message(ASK, ts(1), Author(USER), f"How do I see {WORDS}?")),
        Standing(Message(ASK, ts(2), Author(OTHER), f"<@{USER}> thanks!", thread_ts=ts(1)), (("tada", (USER,), True),)),
        Standing(Message(ASK, TS, Author(USER), f"{WORDS} never read before")),
    ]
    await peers(seeded).record_page(ASK, page, read_ts="1795600200.000100")

    assert [row for row in await rows(seeded, messages) if row["ts"] != TS] == before
    new = await row_of(seeded, TS)
    assert (new["author"], new["text"]) == (await stand_in(seeded, ASK), None)
    assert await values(seeded, people, "slack_id") == [OTHER]
    assert await values(seeded, reactions, "person") == [await stand_in(seeded, ASK)]


async def test_counted_in_again_is_counted_from_then_on(seeded: Database) -> None:
    service = privacy(seeded)
    await service.leave_out(USER)
    await service.take_in(USER)
    await peers(seeded).record_message(QUESTION)

    assert (await row_of(seeded, TS))["author"] == ME
    assert (await row_of(seeded, ts(1)))["author"] == await stand_in(seeded, ASK)
    assert (await service.kept(USER)).is_counted


async def test_out_and_in_and_out_again_holds_where_the_same_reaction_was_seen_both_times(seeded: Database) -> None:
    service = privacy(seeded)
    await service.leave_out(USER)
    await service.take_in(USER)
    await peers(seeded).record_reaction(Reaction(ASK, ts(2), USER, "tada", at_ts="1795600100.000100"))
    assert len(await rows(seeded, reactions)) == 2

    await service.leave_out(USER)

    [reaction] = await rows(seeded, reactions)
    assert (reaction["person"], reaction["changed_ts"]) == (await stand_in(seeded, ASK), "1795600100.000100")


async def test_reaction_of_before_that_somebody_counted_in_again_takes_away_is_gone(seeded: Database) -> None:
    service = privacy(seeded)
    await service.leave_out(USER)
    await service.take_in(USER)
    gone = Reaction(ASK, ts(2), USER, "tada", at_ts="1795600100.000100", is_there=False)
    await peers(seeded).record_reaction(gone)

    assert [each for each in await rows(seeded, reactions) if ReactionRow(**each).holds] == []


async def test_reaction_of_before_stays_someones_when_history_shows_it_again(seeded: Database) -> None:
    service = privacy(seeded)
    await service.leave_out(USER)
    await service.take_in(USER)
    shown = Standing(Message(ASK, ts(2), Author(OTHER), "thanks!", thread_ts=ts(1)), (("tada", (USER,), True),))
    await peers(seeded).record_page(ASK, [shown], read_ts="1795600200.000100")

    assert await values(seeded, reactions, "person") == [await stand_in(seeded, ASK)]


async def test_how_much_is_kept_is_counted_by_kind(seeded: Database) -> None:
    kept = await privacy(seeded).kept(USER)

    assert kept.is_counted
    assert kept.counts == {
        "people": 1,
        "memberships": 1,
        "on_duty": 1,
        "messages": 2,
        "words": 2,
        "mentions": 1,
        "questions": 1,
        "questions_you_answered": 1,
        "corrections": 1,
        "reactions": 1,
        "answers": 2,
        "verdicts": 1,
        "gaps": 1,
        "gaps_closed": 1,
        "drafts": 1,
        "drafts_of_your_questions": 1,
        "drafts_of_your_replies": 2,
        "proposals": 1,
        "articles_to_look_at": 1,
        "articles_looked_at": 1,
        "requests": 8,
        "decisions": 1,
        "git_accounts": 1,
        "follow_ups_settled": 1,
        "evidence": 2,
        "evidence_owned": 1,
        "evidence_judged": 1,
        "policy_choices": 1,
        "capabilities_used": 1,
        "cards_decided": 1,
        "audit": 1,
        "messages_to_you": 2,
        "model_use": 1,
        "survey_invitations": 1,
        "survey_themes_linked": 1,
        "friction": 1,
        "bets_decided": 1,
        "friction_themes_linked": 1,
        "stories": 1,
        "stories_that_name_you": 1,
        "thanks_you_gave": 1,
        "thanks_you_got": 1,
        "wishes_about_thanks": 1,
        "digest_tasks_taken": 1,
        "incidents_opened": 1,
        "incidents_ended": 1,
        "wishes_about_notices": 1,
        "talks_with_you": 1,
        "talks_you_invited_to": 1,
        "notes_of_talks_with_you": 1,
        "wishes_about_talks": 1,
    }


async def test_nothing_the_person_said_in_a_talk_stays(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)

    assert [row["id"] for row in await rows(seeded, talk_notes)] == ["n2"]
    assert {row["id"]: row["state"] for row in await rows(seeded, talks)} == {"k1": "skipped", "k2": "accepted"}


async def test_friction_stories_and_thanks_lose_the_persons_words(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)

    logged = {row["id"]: row for row in await rows(seeded, friction)}
    assert (logged["f1"]["text"], logged["f1"]["is_named"], logged["f1"]["stage"]) == (None, False, "build")
    assert logged["f2"]["text"] == f"{REAL} reviews late"  # a colleague's words say someone once they are erased
    told = {row["id"]: row for row in await rows(seeded, stories)}
    assert (told["s1"]["state"], told["s1"]["words"], told["s1"]["title"]) == ("dropped", None, "")
    assert [row["said"] for row in await rows(seeded, story_people)] == ["no"]
    assert [row["words"] for row in await rows(seeded, thanks)] == [None, None]


async def test_drafts_made_of_the_persons_words_are_gone_and_nobody_is_named(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)

    found = {row["id"]: row for row in await rows(seeded, drafts)}
    assert {id_: (row["state"], row["words"], row["credit"]) for id_, row in found.items()} == {
        "d1": ("shown", None, "unasked"),
        "d2": ("dropped", None, "no"),
        "d3": ("proposed", None, "no"),
        "d4": ("proposed", None, "no"),
    }
    assert {found[id_]["asker" if id_ == "d2" else "solver"] for id_ in ("d2", "d3", "d4")} == {None}


async def test_what_was_not_proposed_yet_is_not_and_what_is_open_is_followed_without_its_words(
    seeded: Database,
) -> None:
    await privacy(seeded).leave_out(USER)

    found = {row["subject"]: row for row in await rows(seeded, proposals)}
    kept = {id_: (row["state"], row["title"], row["body"], row["files"]) for id_, row in found.items()}
    assert kept == {
        "d3": ("failed", "", None, None),
        "d4": ("open", "", None, {"articles/a.md": ""}),
    }


@pytest.mark.parametrize("subject", ["{}", subject_of(Source.GAP, "{}")], ids=["an action", "a bet"])
async def test_what_is_proposed_from_the_persons_questions_goes_and_one_from_others_stays(
    seeded: Database, subject: str
) -> None:
    made = {"title": WORDS, "files": {"actions/a.yaml": WORDS}, "created_at": NOW}

    async def unit(tx: Tx) -> None:
        for gap_id, message in (("theirs", ts(1)), ("others", ts(3))):
            member = {"key": f"{ASK}:{message}", "channel_id": ASK, "ts": message, "kind": "how-to", "asked_at": NOW}
            await tx.execute(insert(gaps).values(id=gap_id, state="open", opened_at=NOW))
            await tx.execute(insert(gap_members).values(gap_id=gap_id, **member))
            await tx.execute(insert(proposals).values(**proposal(subject.format(gap_id), "waiting", YOU, **made)))

    await seeded.write(unit)

    await privacy(seeded).leave_out(USER)

    found = {row["subject"].rpartition(":")[2]: row for row in await rows(seeded, proposals)}
    assert (found["theirs"]["state"], found["theirs"]["title"], found["theirs"]["files"]) == ("failed", "", None)
    assert (found["others"]["state"], found["others"]["title"]) == ("waiting", WORDS)
