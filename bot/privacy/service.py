"""Export, erase, leaving out: over all pillars and past every cache. What people see of it is `privacy.settings`'.

Works without Slack too (`mentor privacy`): then the names to look for are only those given.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.audit import Audit
from bot.bet_button import Source, subject_of
from bot.clock import Clock
from bot.errors import SlackError
from bot.privacy import blocks
from bot.privacy.rules import FOR_EVER, Kept, Traces, usable_names
from bot.slack import Slack
from bot.storage import (
    adoption,
    answers,
    decided,
    digests,
    drafts,
    gaps,
    inbox,
    links,
    listening,
    model_use,
    notices,
    outbox,
    peers,
    people,
    personal,
    proposals,
    request_privacy,
    surveys,
    talks,
    team,
    thanks,
    work,
)
from bot.storage import channels as channel_rows
from bot.storage.engine import Database, Tx
from bot.storage.scrub import scrub
from bot.surveys.blocks import in_words
from bot.surveys.rules import Why, tag
from bot.wanted import Due, Kind
from bot.work import LEASE, apart, enqueue
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

AT_ONCE = 500  # values changed in one transaction, so that others get to write in between
ROUNDS = 5  # of looking for traces, as others write meanwhile
BUSY_FOR = LEASE + timedelta(seconds=30)  # work in hand is finished by then, or was left by a process that died


@dataclass(frozen=True)
class Erased:
    """What was done. `left` are lines for the operator: what the bot had no right to do."""

    was_known: bool
    changed: int  # values in which the person was named
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Told:
    """What Slack says of the person."""

    names: frozenset[str] = frozenset()
    direct: frozenset[str] = frozenset()


class PrivacyService:
    def __init__(
        self,
        database: Database,
        slack: Slack | None,
        *,
        channels: Callable[[], Channels],
        clock: Clock,
        new_id: Callable[[], str],
        audit: Audit | None = None,  # without its key, as on another machine, no row is added
    ) -> None:
        self._database = database
        self._slack = slack
        self._audit = audit
        self._channels = channels
        self._clock = clock
        self._new_id = new_id

    async def kept(self, user_id: str) -> Kept:
        names = await self._database.write(people.stand_ins)  # makes the key, if this is the first look ever
        async with self._database.read() as tx:
            named = await personal.identities(tx, user_id, names, self._watched())
            is_left_out = await people.who_is_left_out(tx, [user_id], names)
            refusal = await surveys.refusal(tx, user_id, names, now=self._clock.now())
            counts, no_surveys = await personal.counts(tx, named), self._in_words(refusal)
            return Kept(not is_left_out, counts, no_surveys, await self._wants_no_thanks(tx, user_id))

    async def _wants_no_thanks(self, tx: Tx, user_id: str) -> bool:
        known = await people.known_pseudonyms(tx, [user_id])
        return bool(known) and (await thanks.wishes_of(tx, known[user_id])).wants_none

    def _in_words(self, refusal: surveys.Refusal | None) -> str:
        if refusal is None:
            return ""
        zone = ZoneInfo(self._channels().timezone)
        return in_words(refusal.until.astimezone(zone).date()) if refusal.until else FOR_EVER

    async def export(self, user_id: str) -> dict[str, Any]:
        """All that is kept about the person, as JSON takes it: by part, each row that names them."""
        names = await self._database.write(people.stand_ins)
        async with self._database.read() as tx:
            named = await personal.identities(tx, user_id, names, self._watched())
            kept = await personal.export(tx, user_id, named, names)
            kept["survey_answers"] = await self._own_survey_answers(tx, user_id)
            kept["said_of_digests"] = await self._said_of_digests(tx, user_id)
        return {
            "user": user_id,
            "exported_at": self._clock.now().isoformat(),
            "is_counted": not kept["left_out"],
            "kept": kept,
        }

    async def _own_survey_answers(self, tx: Tx, user_id: str) -> list[dict[str, Any]]:
        """What the person said in surveys that are still open; after that nobody can find it."""
        person = (await people.known_pseudonyms(tx, [user_id])).get(user_id)
        tags = await _survey_tags(tx, person) if person else {}
        found = [await surveys.answer(tx, wave_id, each) for wave_id, each in tags.items()]
        return [{"wave_id": row.wave_id, "scores": row.scores, "comment": row.comment} for row in found if row]

    async def _said_of_digests(self, tx: Tx, user_id: str) -> list[dict[str, str]]:
        """Whether they were useful, of those of the last weeks; after that nobody can find it."""
        person = (await people.known_pseudonyms(tx, [user_id])).get(user_id)
        found = await digests.presses_under(tx, await _digest_tags(tx, person)) if person else ()
        return [{"week": week, "reader": reader, "said": said} for week, reader, said in found]

    async def leave_out(self, user_id: str) -> None:
        """From now on the person is "someone"; what they wrote before becomes someone's, and its words go."""
        await self._database.write(lambda tx: self._leave_out(tx, user_id))
        await inbox.forget_of(self._database, user_id)

    async def take_in(self, user_id: str) -> None:
        """Counted again from now on; what became someone's stays so."""

        now, direct = self._clock.now(), await self._direct(user_id)

        async def unit(tx: Tx) -> None:
            await people.take_in(tx, user_id, await people.stand_ins(tx))
            # of somebody erased nothing tells any more that what they asked there before was answered
            await channel_rows.add_direct(tx, dict.fromkeys(direct, f"{now.timestamp():.6f}"), now=now)

        await self._database.write(unit)

    async def _direct(self, user_id: str) -> frozenset[str]:
        try:
            return await self._slack.direct_channel(user_id) if self._slack else frozenset()
        except SlackError as error:
            log.warning("privacy.direct_unknown", reason=str(error))
            return frozenset()

    async def erase(self, user_id: str, names: Collection[str] = ()) -> Erased:
        """Nothing here leads to the person any more, and they are left out from then on. Safe to repeat."""
        forgotten = await self.forget(user_id, names)
        await self._empty_home(user_id)
        left = await scrub(self._database)
        return replace(forgotten, left=[*forgotten.left, *left])

    async def forget(self, user_id: str, names: Collection[str] = ()) -> Erased:
        """The same as far as rows go; what files still hold of their older states is `erase`'s to overwrite."""
        told, left = await self._ask_slack(user_id)
        traces = await self._traces(user_id, names, told)
        # not read back any more: what was asked there would be news, once its key has another name
        await self._database.write(lambda tx: personal.forget_direct(tx, traces.direct))
        await self._until_idle(user_id)
        changed = await self._remove(traces)  # first, so that a run cut short can be taken up again
        was_known = await self._database.write(lambda tx: self._forget(tx, traces))
        changed += await self._remove(traces)
        await inbox.forget_of(self._database, user_id)
        if self._slack is not None:
            self._slack.forget(user_id)
        return Erased(was_known, changed, left)

    async def _empty_home(self, user_id: str) -> None:
        """What the app showed the person under Home stands in Slack until they open it again."""
        if self._slack is None:
            return
        try:
            await self._slack.publish_home(user_id, blocks.empty_home())
        except SlackError as error:
            log.warning("privacy.home_left", reason=str(error))

    async def finish_erasing(self) -> Sequence[str]:
        """For a run that was cut short after the person had been forgotten."""
        return await scrub(self._database)

    async def _leave_out(self, tx: Tx, user_id: str) -> None:
        now, names = self._clock.now(), await people.stand_ins(tx)
        await people.leave_out(tx, user_id, names, now=now)
        person = (await people.known_pseudonyms(tx, [user_id])).get(user_id)
        if person is None:
            return
        asked_in = await gaps.gaps_with_words_of(tx, person)  # before the words are someone's
        wrote = await peers.channels_of(tx, person)
        for channel_id in sorted(wrote):
            await links.forget_kin(tx, person, channel_id)
            await peers.stand_in_for(tx, person, channel_id, names.stand_in(user_id, channel_id))
        await peers.forget_addressee(tx, person)
        await decided.forget_answers_of(tx, person)
        await answers.forget_questions_of(tx, person)
        drafted = await drafts.leave_out(tx, person)
        told = await listening.leave_out(tx, person)
        bets = [subject_of(Source.GAP, each) for each in asked_in]
        await proposals.forget_words_of(tx, [*asked_in, *bets, *drafted, *told], now=now)
        everywhere = sorted(wrote | self._watched())
        await team.stand_in_for(tx, person, [names.stand_in(user_id, each) for each in everywhere])
        await work.drop_overheard(tx, person)
        await outbox.drop_unasked(tx, person, now=now)
        await surveys.put_off(tx, person, because=Why.LEFT_OUT)
        await adoption.forget_person(tx, person)
        await talks.leave_out(tx, person)

    async def _forget(self, tx: Tx, traces: Traces) -> bool:
        """Whether the person was known."""
        await self._leave_out(tx, traces.user_id)
        await people.begin_anew(tx, traces.user_id, await people.stand_ins(tx), now=self._clock.now())
        await personal.forget_direct(tx, traces.direct)
        person = (await people.known_pseudonyms(tx, [traces.user_id])).get(traces.user_id)
        if person is None:
            return False
        direct = {*traces.direct, *traces.direct.values()}  # their keys have their new names by now
        await outbox.forget_person(tx, person, direct, now=self._clock.now())
        await work.forget_person(tx, person, but=Kind.ERASE)
        await model_use.forget_person(tx, person)
        await listening.forget_person(tx, person)
        await notices.forget_person(tx, person)
        await talks.forget_person(tx, person)
        await surveys.forget_person(tx, person, await _survey_tags(tx, person))
        await self._forget_in_digests(tx, person)
        withdrawn = await request_privacy.forget_person(tx, person, now=self._clock.now())
        await people.forget(tx, person)
        await self._seal_withdrawn(tx, withdrawn)
        return True

    async def _forget_in_digests(self, tx: Tx, person: str) -> None:
        """What they took on is free again, and the digests that name them are shown anew without."""
        now = self._clock.now()
        for week in await digests.weeks_taken_by(tx, person):
            again = Due(f"{week}:{self._new_id()}", now.isoformat())
            await enqueue(tx, Kind.DIGEST_AGAIN, again, due_at=now, now=now)
        await digests.forget_person(tx, person, await _digest_tags(tx, person))

    async def forget_requests_of_nobody(self) -> None:
        """What erased people had asked for: begun then and ended since, or come to nothing."""

        async def unit(tx: Tx) -> None:
            withdrawn = await request_privacy.withdraw_nobodys(tx, now=self._clock.now())
            await request_privacy.forget_words_of_nobody(tx)
            await self._seal_withdrawn(tx, withdrawn)

        await self._database.write(unit)

    async def _seal_withdrawn(self, tx: Tx, request_ids: Sequence[str]) -> None:
        if self._audit is None:
            return
        for each in request_ids:
            await self._audit.add(tx, "request.withdrawn", person=None, subject=each, facts={"because": "erased"})

    async def _ask_slack(self, user_id: str) -> tuple[Told, Sequence[str]]:
        """What Slack knows the person by; a line for the operator when it does not say."""
        if self._slack is None:
            return Told(), ()
        try:
            names = await self._slack.names_of(user_id)
            return Told(names, await self._slack.direct_channel(user_id)), ()
        except SlackError as error:
            return Told(), [f"Slack did not tell the person's names ({error}); erase again and give them with --name"]

    async def _traces(self, user_id: str, names: Collection[str], told: Told) -> Traces:
        async with self._database.read() as tx:
            known = await people.known_pseudonyms(tx, [user_id])
            direct = await personal.direct_channels(tx, known[user_id]) if known else frozenset()
        found = Traces(user_id, usable_names(names, told.names), dict.fromkeys(sorted(direct | told.direct), ""))
        return self._renamed(found)

    def _renamed(self, traces: Traces) -> Traces:
        """With new names for the ids."""
        new = {each: f"x{self._new_id()}"[: len(each)] for each in traces.direct}
        return replace(traces, direct=new, new_id=f"x{self._new_id()[1 - len(traces.user_id) :]}")

    async def _until_idle(self, user_id: str) -> None:
        """Work in hand for the person would write down after the erasing what it began before."""
        until = self._clock.now() + BUSY_FOR + apart(self._database)
        while self._clock.now() < until:
            async with self._database.read() as tx:
                known = await people.known_pseudonyms(tx, [user_id])
                now = self._clock.now()
                if not known or not await work.is_in_hand(tx, known[user_id], now=now, but=Kind.ERASE):
                    return
            await self._clock.sleep(1)

    async def _remove(self, traces: Traces) -> int:
        """How many values the traces were taken out of."""
        changed, ids = 0, {traces.user_id, *traces.direct}
        for _ in range(ROUNDS):
            renamer, otherwise = traces.renamer(), self._renamed(traces).renamer()
            searches = (
                (traces.needles, personal.WORDS, traces.remover(), otherwise),
                (ids, personal.PLACES, renamer, otherwise),
            )
            now_changed = sum([await self._take_out(*search) for search in searches])
            changed += now_changed
            if not now_changed:
                break
        return changed

    async def _take_out(
        self,
        needles: Collection[str],
        columns: personal.Columns,
        change: Callable[[str], str],
        otherwise: Callable[[str], str],
    ) -> int:
        """How many values of these columns were changed. Looks without holding up who writes."""
        async with self._database.read() as tx:
            found = await personal.find(tx, needles, columns, change)
        changed = 0
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            part = partial(personal.replace_found, found=some, change=change, otherwise=otherwise)
            changed += await self._database.write(part)
        return changed

    def _watched(self) -> frozenset[str]:
        return frozenset(channel.id for channel in self._channels().channels)


async def _survey_tags(tx: Tx, person: str) -> dict[str, str]:
    """By wave, under what the person's answer stands as long as it can be found."""
    return {wave_id: tag(key, person) for wave_id, key in await surveys.open_waves_of(tx, person)}


async def _digest_tags(tx: Tx, person: str) -> dict[str, str]:
    """By week, under what the person's presses stand as long as they can be found."""
    return {week: tag(key, person) for week, key in (await digests.keys(tx)).items()}
