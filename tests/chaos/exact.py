"""What stands at the end of a day, held against what people did: each thing once, and as they left it.

The workspace's ledger, the repositories and Slack's own messages tell it; the database has to agree. "Once" is what
has a key or can be looked up; what has neither (private words, forms) is seen at most once for each time it was asked
for.
"""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.storage.outbox import SENT_OTHERWISE
from bot.storage.schema import metadata, outbox
from sandbox import Effect
from tests.chaos import company
from tests.chaos.asking import TAKEN, TITLES
from tests.chaos.day import COMMANDS, LEAVER, NEXT_ON_DUTY, QUEUES, QUOTAS, SECRET, Day
from tests.chaos.rehearsal import CHANNELS, PLATFORM
from tests.peers.reading import Kept, kept, kept_reactions, standing, standing_reactions

LATE = "The form could not be opened in time"


@dataclass
class Findings:
    """What is not as it must be, by what it concerns."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def once(self, what: str, times: int) -> None:
        self.exactly(what, times, 1)

    def exactly(self, what: str, times: int, wanted: int) -> None:
        if times < wanted:
            self.lost.append(f"{what}: {times} of {wanted}")
        if times > wanted:
            self.doubled.append(f"{what}: {times} in place of {wanted}")

    def at_most(self, what: str, times: int, most: int) -> None:
        if times > most:
            self.doubled.append(f"{what}: {times}, and {most} at most")

    def holds(self, what: str, is_so: object) -> None:
        if not is_so:
            self.wrong.append(what)


async def look(day: Day) -> Findings:
    found = Findings()
    look_at_answers(day, found)
    look_at_private_words(day, found)
    look_at_slots(day, found)
    look_at_marks(day, found)
    await look_at_requests(day, found)
    await look_at_the_pulse(day, found)
    await look_at_what_is_kept(day, found)
    await look_at_the_outbox(day, found)
    await look_for_who_left(day, found)
    return found


def look_at_answers(day: Day, found: Findings) -> None:
    answers = {place: len(posts) for place, posts in company.answers_in(day.sandbox).items()}
    for asked in day.asked:
        found.once(f"the answer to {asked.text!r}", answers.get(company.place_of(asked), 0))
    for asked in day.solved:
        answer = day.answer_to(asked)
        found.holds(f"the press under {asked.text!r}", answer and "Solved" in str(answer.blocks))
    for asked in day.strange:
        found.exactly(f"answers to {asked.text!r}", answers.get(company.place_of(asked), 0), 0)
    for asked in day.direct:
        stands = [each for each in day.sandbox.person("hugo").sees_in_dm() if each.thread_ts == asked.ts]
        whole = [each for each in stands if each.bot_id and each.metadata]
        found.once(f"the answer to {asked.text!r}", len(whole))
        found.exactly(f"remains under {asked.text!r}", len([each for each in stands if each.bot_id]) - len(whole), 0)


def look_at_private_words(day: Day, found: Findings) -> None:
    gita = day.sandbox.person(COMMANDS).id
    shown = [each for each in day.sandbox.ledger.of_kind("respond") if each.user == gita]
    told = day.sandbox.ledger.posts(day.sandbox.workspace.dm_of(gita).id)
    found.at_most("private answers", len(shown), day.typed)
    found.at_most("private answers as direct messages", len(told), day.typed)
    found.holds("each command is answered", len(shown) + len(told) >= day.commands)
    whispered = Counter(
        (each.user, each.channel, each.thread_ts, each.text) for each in day.sandbox.ledger.of_kind("ephemeral")
    )
    for (user, _, __, text), times in whispered.items():
        found.at_most(f"the word to {user}, {text!r}", times, 1)
    for name in day.homes:
        found.holds(f"the home of {name}", day.sandbox.person(name).home())


def look_at_slots(day: Day, found: Findings) -> None:
    in_platform = [each.text for each in day.sandbox.ledger.posts(PLATFORM)]
    found.once("the digest", sum(text.startswith("The week in our channels") for text in in_platform))
    found.once("its details", sum(text.startswith("*Who answered*") for text in in_platform))
    chidi = day.sandbox.workspace.dm_of(company.user_id(NEXT_ON_DUTY)).id
    told = [each.text for each in day.sandbox.ledger.posts(chidi)]
    found.once("the handover", sum(text.startswith("*You are on duty now.*") for text in told))


def look_at_marks(day: Day, found: Findings) -> None:
    """Whatever was posted, by the key it bears in Slack."""
    marks = Counter(_mark(each) for each in day.sandbox.ledger.posts())
    found.exactly("posts without a mark", marks.pop("", 0), 0)
    for post in day.sandbox.ledger.posts():
        if marks[_mark(post)] > 1:
            found.doubled.append(f"{post.text[:60]!r} in {post.channel}")


async def look_at_requests(day: Day, found: Findings) -> None:
    made, at = await day.at.requests(), day.at
    found.exactly("requests", len(made), day.size.queues + day.size.quotas)
    for request in made:
        is_quota = request.action == "raise-quota"
        acts = ["asked", *(["waiting", "approved"] if is_quota else []), "going", "open", "merged", "live"]
        found.holds(f"the acts of {request.id}: {await at.acts(request)}", await at.acts(request) == acts)
        where = day.world.live if is_quota else day.world.pages.remote
        found.once(f"the commit of {request.id}", at.world.commits_of(request, repository=where))
    heads = Counter(pull["head"]["ref"] for pull in day.world.pages.server.pulls)
    found.exactly("pull requests", heads.total(), day.size.queues)
    for name, count in ((QUOTAS, day.size.quotas), (QUEUES, day.size.queues)):
        dm = day.sandbox.workspace.dm_of(company.user_id(name)).id
        told = [each for each in day.sandbox.ledger.posts(dm) if any(title in each.text for title in TITLES)]
        taken = [each for each in told if TAKEN in each.text and not each.thread_ts]
        found.exactly(f"requests told to {name}", len(taken), count)
        late = [each for each in told if LATE in each.text]  # and they asked again
        found.at_most(f"forms that came too late for {name}", len(late), at.repeated)
        outcomes = [each.text for each in told if each not in [*taken, *late]]
        found.exactly(f"outcomes told to {name}: {outcomes}", len(outcomes), count)
    cards = [each for each in day.sandbox.ledger.posts(PLATFORM) if " asks: " in each.text]
    found.exactly("cards for approvers", len(cards), day.size.quotas)
    askers = {company.user_id(QUOTAS), company.user_id(QUEUES)}
    forms = [each for each in day.sandbox.ledger.of_kind("view_open") if each.user in askers]
    found.at_most("forms", len(forms), len(made) + at.repeated)


async def look_at_the_pulse(day: Day, found: Findings) -> None:
    asked = Counter(day.wave.asked())
    for person in day.wave.people:
        found.once(f"the invitation of {person}", asked[person])
    kept_of_them, said = await day.wave.kept(), day.wave.said
    for person in kept_of_them.keys() | said.keys():
        was, now = said.get(person), kept_of_them.get(person)
        found.holds(f"{person} said {was}, and {now} is kept", was == now)


async def look_at_what_is_kept(day: Day, found: Findings) -> None:
    """Messages as they stand, but those of who left; and reactions."""
    leaver = company.user_id(LEAVER)
    theirs = {
        (channel_id, each.ts)
        for channel_id in CHANNELS
        for each in day.sandbox.workspace.channels[channel_id].messages.values()
        if each.user == leaver
    }
    stands = {_seen(day, each) for each in standing(day.sandbox, CHANNELS) if each[:2] not in theirs}
    known = {
        _seen(day, each) for each in await kept(day.run.database) if each[0] in CHANNELS and each[:2] not in theirs
    }
    found.lost += [f"message {each}" for each in sorted(map(str, stands - known))]
    found.wrong += [f"kept, and not so: {each}" for each in sorted(map(str, known - stands))]
    reacted = await kept_reactions(day.run.database) ^ standing_reactions(day.sandbox, CHANNELS)
    found.wrong += [f"reaction {each}" for each in sorted(reacted)]


def _seen(day: Day, message: Kept) -> Kept:
    """The bot's own edits, of buttons alone, are seen when their thread is read again: by night at the latest."""
    stands = day.sandbox.workspace.channels[message[0]].messages.get(message[1])
    return (*message[:4], None) if stands and stands.bot_id else message


async def look_at_the_outbox(day: Day, found: Findings) -> None:
    """What the bot believes to be sent stands there, and edited messages have their newest words."""
    marks = {_mark(each) for each in day.sandbox.ledger.posts()}
    async with day.run.database.read() as tx:
        rows = (await tx.execute(select(outbox))).all()
        for row in rows:
            is_known = row.slack_channel and row.slack_ts  # not of a private word, nor of somebody erased
            if row.state == "sent" and row.edits is None and is_known:
                found.holds(f"{row.key} is there", row.mark in marks)
            if row.state == "failed" and row.manner != "whisper" and row.problem != SENT_OTHERWISE:
                found.lost.append(f"{row.key}: {row.problem}")
    for row in rows:
        if row.edits and row.state == "sent" and row.text is not None:
            message = day.sandbox.workspace.message(row.slack_channel, row.slack_ts)
            found.holds(f"{row.key} has its newest words", message.text == row.text)


async def look_for_who_left(day: Day, found: Findings) -> None:
    leaver = company.user_id(LEAVER)
    needles = (leaver, day.sandbox.workspace.dm_of(leaver).id, SECRET)
    async with day.run.database.read() as tx:
        for table in metadata.sorted_tables:
            held = str((await tx.execute(select(table))).all())
            found.holds(f"{table.name} holds something of who left", not any(each in held for each in needles))


def _mark(post: Effect) -> str:
    return str(((post.metadata or {}).get("event_payload") or {}).get("mark") or "")
