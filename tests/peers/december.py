"""Four weeks in a small company, written down by hand: 27 questions and every trap that counting them has.

All times are London's, which is UTC in winter. Working hours are 9 to 17; the 25th and 26th are holidays.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.calendar import Hours
from bot.model import Deletion, Window
from bot.storage import answers, channels, cross_posts, links, peers, schema, team
from bot.storage.engine import Database, Tx
from bot.storage.links import LinkRow
from bot.storage.peers import MessageRow, QuestionRow, ReactionRow
from bot.storage.team import GROUP, HANDBOOK, Term
from knowledge.channels import Channel, Channels, Keep

ASK, COUNTED, SECRET = "C0ASK", "C0COUNTED", "C0SECRET"
OFFICE = Hours(frozenset(range(1, 6)), time(9), time(17), "Europe/London")
CHANNELS = Channels(
    timezone="Europe/London",
    holidays="GB-ENG",
    channels=(
        Channel(ASK, "ask", hours=OFFICE, holidays="GB-ENG"),
        Channel(COUNTED, "counted", hours=OFFICE, holidays="GB-ENG", keep=Keep.COUNTS),
        Channel(SECRET, "secret", hours=OFFICE, holidays="GB-ENG"),
    ),
)
WINDOW = Window(datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 12, 29, tzinfo=UTC))
NOW = datetime(2025, 12, 29, 12, microsecond=100, tzinfo=UTC)  # as all times here end on that
SOMEONE = "~someone"  # left out
# tom is in the team, tim leaves it on the 10th, and tess joins it that day
TEAM = [Term("tom"), Term("tim", until=date(2025, 12, 10))]
JOINED = [Term("tess", since=date(2025, 12, 10))]


def at(when: str) -> datetime:
    """ "12-01 10:00", with seconds where they matter."""
    return datetime.fromisoformat(f"2025-{when}").replace(tzinfo=UTC)


def ts(when: str) -> str:
    return f"{int(at(when).timestamp())}.000100"


@dataclass(frozen=True)
class Said:
    when: str
    who: str
    gist: str = "says"
    to: str | None = None


@dataclass(frozen=True)
class Asked:
    number: int
    when: str
    who: str
    thread: tuple[Said, ...] = ()
    kind: str = "how-to"
    channel_id: str = ASK


def asked(number: int, when: str, who: str, *thread: Said, kind: str = "how-to", channel_id: str = ASK) -> Asked:
    return Asked(number, when, who, thread, kind, channel_id)


QUESTIONS = (
    asked(  # a bot first; solved by the peer who is thanked
        1,
        "12-01 10:00",
        "ann",
        Said("12-01 10:01", "bot"),
        Said("12-01 10:10", "bob"),
        Said("12-01 10:20", "ann", "thanks"),
    ),
    asked(  # "same here" responds and answers nothing
        2,
        "12-01 11:00",
        "bob",
        Said("12-01 11:05", "cat", "ack"),
        Said("12-01 11:30", "tom"),
        kind="do-it-for-me",
    ),
    asked(  # "which version?" and the asker's own words: no answer
        3, "12-02 09:00", "cat", Said("12-02 09:04", "dan", "asks"), Said("12-02 09:06", "cat"), kind="broken"
    ),
    asked(4, "12-02 14:00", "dan", Said("12-02 14:30", "dan")),  # found it: a check mark on their own reply
    asked(  # thanks to one of two
        5,
        "12-03 10:00",
        "ann",
        Said("12-03 10:02", "bob"),
        Said("12-03 10:03", "tom"),
        Said("12-03 10:10", "ann", "thanks", "bob"),
    ),
    asked(  # a check mark on the question at 15:20; the team writes more afterwards
        6, "12-03 15:00", "ann", Said("12-03 15:10", "bob"), Said("12-03 16:00", "tom")
    ),
    asked(7, "12-04 10:00", "bob", Said("12-04 10:20", "ann")),  # a check mark at 10:25, taken back at 10:26
    asked(  # thanked the team, still broken, then a check mark on a peer's reply
        8,
        "12-04 12:00",
        "cat",
        Said("12-04 12:05", "tom"),
        Said("12-04 12:10", "cat", "thanks"),
        Said("12-04 13:00", "cat", "still"),
        Said("12-04 13:30", "bob"),
    ),
    asked(9, "12-05 16:00", "dan", Said("12-05 16:30", "tim"), kind="do-it-for-me"),  # tim is in the team then
    asked(  # tess is not in the team yet when she answers, and is when she is thanked
        10, "12-09 10:00", "ann", Said("12-09 10:10", "tess"), Said("12-11 09:00", "ann", "thanks")
    ),
    asked(11, "12-10 10:00", "bob", Said("12-10 10:10", "tess"), Said("12-10 10:20", "bob", "thanks")),
    asked(  # the team asks too, and a colleague helps
        12, "12-11 10:00", "tom", Said("12-11 10:05", "tess"), Said("12-11 10:06", "tom", "thanks")
    ),
    asked(13, "12-12 17:30", "bob", Said("12-15 09:30", "tess")),  # over a weekend
    asked(14, "12-15 10:00", "cat"),  # our answer, not read back yet; pressed: solved
    asked(15, "12-15 11:00", "dan", Said("12-15 11:01", "bot", "asks")),  # our answer, read back; nothing pressed
    asked(16, "12-16 10:00", "ann", Said("12-16 18:30", "tom")),  # our answer; pressed: not quite; then the team, late
    asked(17, "12-16 12:00", "ann", Said("12-16 12:30", "bob")),  # both bob's reply and our answer were deleted
    asked(18, "12-17 09:00", "bob", Said("12-17 09:10", "ann")),  # deleted
    asked(19, "12-17 10:00", SOMEONE),  # of somebody left out
    asked(
        20,
        "12-17 10:00:30",
        "bob",
        Said("12-17 10:30:30", "cat"),
        Said("12-17 10:40", "bob", "thanks"),
        channel_id=COUNTED,
    ),
    asked(21, "12-18 10:00", "dan", channel_id=SECRET),
    asked(22, "12-22 12:00", "ann"),  # 24 working hours before now, to the moment: old enough
    asked(23, "12-22 12:00:01", "bob", kind="do-it-for-me"),  # a second younger
    asked(24, "12-24 16:00", "cat", Said("12-29 09:30", "dan")),  # over two holidays and a weekend
    asked(26, "12-19 10:00", "dan"),  # edited: asks nothing any more
    asked(
        27, "12-19 11:00", "cat", Said("12-19 11:15", "ann"), Said("12-19 11:20", "cat", "thanks")
    ),  # edited into one
    asked(28, "12-24 10:00", "ann", Said("12-24 10:05", "bob"), Said("12-24 10:10", "ann", "thanks")),  # young, solved
    asked(32, "12-08 10:00", "ann"),  # answered and thanked for below it in the channel, in no thread (FLAT)
    asked(33, "12-08 14:00", "bob"),  # answered where it was asked again, in another channel (AGAIN)
    asked(30, "11-24 10:00", "ann"),  # before the window: ann is not new in it
    asked(31, "12-29 09:00", "eve"),  # after it
)
BY_NUMBER = {each.number: each for each in QUESTIONS}
FLAT = (Said("12-08 10:07", "dan"), Said("12-08 10:09", "ann", "thanks"))
AGAIN = asked(33, "12-08 14:01", "bob", Said("12-08 14:20", "cat"), channel_id=COUNTED)


async def write_december(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        for name, is_private in ((ASK, False), (COUNTED, False), (SECRET, True)):
            await channels.add(tx, {name: name[2:].lower()}, now=NOW, is_private=is_private)
        await team.replace(tx, HANDBOOK, TEAM)
        await tx.execute(
            schema.memberships.insert(),
            [{"person": each.person, "since": each.since, "source": GROUP} for each in JOINED],
        )
        for question in QUESTIONS:
            await _put(tx, question)
            await _put(tx, question)  # events come twice
        await _in_no_thread(tx)
        await _asked_again(tx)
        await _edits_and_deletions(tx)
        await _marks(tx)
        await _our_answers(tx)

    await database.write(unit)


async def put_reply(tx: Tx, number: int, said: Said) -> None:
    """One more in the question's thread."""
    await peers.put_messages(tx, [_row(said, BY_NUMBER[number])])


async def _put(tx: Tx, question: Asked) -> None:
    said = [Said(question.when, question.who, "asks"), *question.thread]
    await peers.put_messages(tx, [_row(each, question) for each in said])
    row = QuestionRow(question.channel_id, ts(question.when), question.who, question.kind, "by hand")
    if question.number != 27:
        await peers.put_questions(tx, [row])


def _row(said: Said, question: Asked, edited: str | None = None) -> MessageRow:
    return MessageRow(
        channel_id=question.channel_id,
        ts=ts(said.when),
        thread_ts=None if said.when == question.when else ts(question.when),
        author=said.who,
        author_kind="bot" if said.who == "bot" else "person",
        text=None,
        gist=said.gist,
        addressee=said.to,
        edited_ts=ts(edited) if edited else None,
    )


async def _in_no_thread(tx: Tx) -> None:
    question = BY_NUMBER[32]
    await peers.put_messages(tx, [_row(said, question)._replace(thread_ts=None) for said in FLAT])
    root = LinkRow(ts(question.when), question.who, is_bot=False, gist="asks", addressee=None, text=None)
    said = [root._replace(ts=ts(each.when), author=each.who, gist=each.gist) for each in FLAT]
    linked = [each._replace(answers_ts=root.ts, talk_ts=root.ts, confidence=0.8, linker="by hand") for each in said]
    await links.put(tx, ASK, [root._replace(talk_ts=root.ts, confidence=1.0, linker="by hand"), *linked])


async def _asked_again(tx: Tx) -> None:
    await _put(tx, AGAIN)
    await cross_posts.put(tx, {(COUNTED, ts(AGAIN.when)): (ASK, ts(BY_NUMBER[33].when))})


async def _edits_and_deletions(tx: Tx) -> None:
    out, into = BY_NUMBER[26], BY_NUMBER[27]
    await peers.put_messages(tx, [_row(Said(out.when, out.who), out, edited="12-19 10:05")])
    await peers.drop_questions(tx, ASK, [ts(out.when)])
    await peers.put_messages(tx, [_row(Said(into.when, into.who, "asks"), into, edited="12-19 11:01")])
    await peers.put_questions(tx, [QuestionRow(ASK, ts(into.when), into.who, into.kind, "by hand")])
    gone = ["12-16 12:30", "12-16 12:01", "12-17 09:00"]
    await peers.put_deletions(tx, [Deletion(ASK, ts(when), ts("12-17 16:00")) for when in gone])


async def _marks(tx: Tx) -> None:
    async def mark(on: str, who: str, when: str, name: str = "white_check_mark", *, is_there: bool = True) -> None:
        row = ReactionRow(ASK, ts(on), who, name, changed_ts=ts(when), is_there=is_there)
        await peers.put_reaction_changed(tx, row)

    await mark("12-02 14:30", "dan", "12-02 14:31", "heavy_check_mark")
    await mark("12-03 15:00", "ann", "12-03 15:20")
    await mark("12-04 10:20", "bob", "12-04 10:26", is_there=False)  # told in the wrong order
    await mark("12-04 10:20", "bob", "12-04 10:25")
    await mark("12-04 13:30", "cat", "12-04 14:00")
    await mark("12-01 11:30", "cat", "12-01 11:31")  # no asker's, so no signal
    await mark("12-02 09:04", "cat", "12-02 09:05", "eyes")  # no check mark


async def _our_answers(tx: Tx) -> None:
    await put_answer(tx, 14, "12-15 10:01", verdict="solved", pressed="12-15 10:05")
    await put_answer(tx, 15, "12-15 11:01")
    await put_answer(tx, 16, "12-16 10:01", verdict="not quite", pressed="12-16 10:02")
    await put_answer(tx, 17, "12-16 12:01", verdict="not quite", pressed="12-16 12:02")
    await put_answer(tx, 17, "", verdict="solved", pressed="12-16 12:03", is_next=True)
    await put_answer(tx, 22, "", outcome="silent")
    await put_answer(tx, 21, "", surface="shadow", verdict="right", pressed="12-18 10:05")


async def put_answer(
    tx: Tx,
    number: int,
    when: str,
    *,
    asked_in_thread: Said | None = None,
    surface: str = "thread",
    outcome: str = "answered",
    verdict: str = "",
    pressed: str = "",
    state: str = "sent",
    is_next: bool = False,
) -> None:
    """The bot's to the question, or to what somebody asked it in the question's thread; or the next, in its place."""
    question = BY_NUMBER[number]
    root, asking = ts(question.when), asked_in_thread or Said(question.when, question.who)
    key = f"{'hint:' * (surface == 'hint')}{question.channel_id}:{ts(asking.when)}"
    answer = answers.Answer(
        id=f"{'n' if is_next else 'a'}{key}"[:40],
        key=f"{key}:next" if is_next else key,
        channel_id=question.channel_id,
        question_ts=ts(asking.when),
        thread_ts=root if asked_in_thread else None,
        asker=asking.who,
        surface=surface,
        outcome=outcome,
        reason="",
        text="",
        confidence=0.9,
        sources=[],
        handbook_revision="r1",
        created_at=at(question.when) + timedelta(seconds=59),
        stands_in=key if is_next else "",
    )
    await answers.add(tx, answer)
    if verdict:
        await answers.put_verdict(tx, answer, asking.who, verdict=verdict, now=at(pressed))
    if when:
        await tx.execute(
            schema.outbox.insert().values(
                key=f"answer:{key}",
                mark=f"m{key}"[:40],
                kind="answer",
                purpose="asked",
                channel_id=question.channel_id,
                thread_ts=None if surface == "hint" else root,
                version=1,
                state=state,
                attempts=1,
                due_at=NOW,
                created_at=NOW,
                slack_channel="" if surface == "hint" else question.channel_id,
                slack_ts="" if surface == "hint" else ts(when),
            )
        )
