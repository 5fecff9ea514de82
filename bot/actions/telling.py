"""What is seen of a request: the message of who asked, the cards of who may approve, and the outcome in the thread.

Makes messages from how a request stands, or is about to; sends none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import effects
from bot.actions import blocks, rules
from bot.actions.blocks import Request
from bot.blockkit import Shown
from bot.desk import Desk
from bot.doing import REQUEST_MESSAGE
from bot.errors import SlackError
from bot.model import Effect, Json
from bot.storage import outbox as outbox_rows
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.outbox import Put
from bot.storage.people import slack_id_of
from bot.storage.requests import RequestRow

SOMEONE = "Someone"
STANDINGS = {  # after the action's title and a colon, before a full stop
    rows.PREPARING: "is being prepared",
    rows.VOID: "was not done: what it changes is not as it was when you asked",
    rows.EXPIRED: "was not done: nobody decided in time",
    rows.DECLINED: "declined",
    rows.WITHDRAWN: "withdrawn",
    rows.OPEN: "waits for the repository's reviewers",
    rows.RUNNING: "is being done",
    rows.MERGED: "merged; it becomes live now",
    rows.LIVE: "live",
    rows.UNOBSERVED: "merged. Nothing tells me here when it is live",
    rows.DONE: "done",
    rows.FAILED: "could not be done",
    rows.CLOSED: "was closed by its reviewers, and not merged",
}
TOLD_APART = frozenset({*rows.ENDED, *rows.LAPSING} - {rows.WITHDRAWN})  # who asked looks elsewhere
HAS_PAGE = (rows.OPEN, rows.MERGED, rows.LIVE, rows.UNOBSERVED, rows.CLOSED)
REVIEWED = "Somebody else must also agree on the pull request itself."
MERGED_BY_BOT = "Once this is approved I merge it, and nobody looks at it again."


@dataclass(frozen=True)
class Scene:
    """All that is seen of a request, ready to be put into the outbox."""

    messages: tuple[Effect, ...]

    async def put(self, tx: Tx, desk: Desk) -> None:
        for effect in self.messages:
            await desk.outbox.put(tx, effect)


class Telling:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def taken(self, row: RequestRow) -> Scene:
        """The message of who asked, before anything is known of the change; later states take its place."""
        return Scene((self._message(row, blocks.taken(row.entry["title"], STANDINGS[row.state])),))

    async def scene(self, row: RequestRow, *, by: str | None = None) -> Scene:
        """Everything as the row says it, in place of what stood there. `by` is who moved it."""
        told = await self.told(row)
        if row.state == rows.DECLINED and by is not None:  # not kept as words: they may be erased one day
            told = replace(told, problem=f"{await self.name_of(by)} declined it.")
        seen = [effects.newest(self._message(row, blocks.request(told))), *await self._cards(row, told)]
        if row.state in TOLD_APART:
            seen.append(await self._outcome(row, told))
        return Scene(tuple(seen))

    async def told(self, row: RequestRow) -> Request:
        async with self._desk.database.read() as tx:
            agreed = await rows.approved_by(tx, row.id, row.digest or "")
        labels = {each["name"]: each["label"] or each["name"] for each in row.entry["inputs"]}
        inputs = [
            (labels.get(name, name), await self._readable(row, name, value)) for name, value in row.inputs.items()
        ]
        return Request(
            id=row.id,
            title=row.entry["title"],
            name=await self.name_of(row.person),
            mode=row.mode,
            state=row.state,
            standing=self.standing(row),
            inputs=[(label, value) for label, value in inputs if value],
            shown=row.shown or "",
            digest=row.digest or "",
            url=row.url if row.state in HAS_PAGE else "",
            problem=row.problem,
            agreed=[await self.name_of(each) for each in agreed],
            notes=_notes(row),
            is_hard=_is_hard(row),
        )

    async def asked(self, row: RequestRow, needed: rules.Need, *, to: Sequence[str], channel_id: str) -> Scene:
        """The cards for who may approve: in the group's channel, else to each of them by pseudonym."""
        shown = blocks.approval(await self.told(row), **self._needed(row, needed))
        places = [channel_id] if channel_id else list(to)
        return Scene(tuple(_card(row, shown, place, is_channel=bool(channel_id)) for place in places))

    async def name_of(self, person: str) -> str:
        """Someone, where Slack does not say or the person was erased: a name holds up no request."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person)
        return await self._real_name(slack_id) if slack_id else SOMEONE

    async def _real_name(self, slack_id: str) -> str:
        try:
            return await self._desk.slack.real_name(slack_id) or SOMEONE
        except SlackError:
            return SOMEONE

    def moment(self, at: datetime) -> str:
        local = self._local(at)
        return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"

    def deadline(self, at: datetime) -> str:
        """With its zone: who has until then may be elsewhere."""
        return f"{self.moment(at)} {self._local(at):%Z}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self._desk.shelf.library.handbook.channels.timezone))

    def _message(self, row: RequestRow, shown: Shown) -> Effect:
        return effects.privately(message_key(row.id), row.person, shown, kind=blocks.REQUEST)

    async def _cards(self, row: RequestRow, told: Request) -> list[Effect]:
        async with self._desk.database.read() as tx:
            there = await outbox_rows.put_under(tx, card_prefix(row.id))
        needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
        if not there or needed is None:
            return []
        shown = blocks.approval(told, **self._needed(row, needed))
        return [effects.newest(_again(each, shown)) for each in there]

    def _needed(self, row: RequestRow, needed: rules.Need) -> Json:
        when = (row.entry.get("approval") or {}).get("when") or {}
        labels = {each["name"]: each["label"] or each["name"] for each in row.entry["inputs"]}
        because = ", ".join(f"{labels.get(name, name)} is {row.inputs.get(name, '')}" for name in when)
        why = f", because {because}" if because else ""
        urgent = ", and it is urgent" if needed.is_urgent else ""
        return {
            "by": needed.by,
            "people": needed.people,
            "until": self.deadline(needed.expires_at),
            "why": f"{why}{urgent}",
        }

    async def _outcome(self, row: RequestRow, told: Request) -> Effect:
        """Below the request's message; by itself where that is not there."""
        async with self._desk.database.read() as tx:
            message = next(iter(await outbox_rows.put_under(tx, message_key(row.id))), None)
        shown = blocks.outcome(told)
        effect = effects.privately(f"outcome:{row.id}:{row.state}", row.person, shown, kind=blocks.ENDED)
        return effects.below(effect, message.slack_ts if message else None)

    def standing(self, row: RequestRow) -> str:
        match row.state:
            case rows.WAITING if row.expires_at:
                needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
                by = f" of {needed.by}" if needed else ""
                return f"waits for the agreement{by}, until {self.deadline(row.expires_at)}"
            case rows.GOING:
                return "is being written to Git" if row.backend == "git" else "is being started"
            case rows.LIVE if row.ended_at:
                return f"live, {_span(row.ended_at - row.created_at)} after you asked"
            case rows.OPEN if not row.url:
                return f"waits on the branch {row.branch} for the repository's reviewers"
            case rows.CLOSED if not row.url:
                return f"was not merged: the branch {row.branch} is gone"
            case rows.FAILED if row.started_at:
                return "has not succeeded, as far as I can see"
        return STANDINGS[row.state]

    async def _readable(self, row: RequestRow, name: str, value: str) -> str:
        """A person's id as the name people know."""
        is_person = any(each["name"] == name and each["type"] == "person" for each in row.entry["inputs"])
        return await self._real_name(value) if is_person and value else value


def message_key(request_id: str) -> str:
    return f"{REQUEST_MESSAGE}{request_id}"


def card_prefix(request_id: str) -> str:
    return f"approval:{request_id}:"


def _card(row: RequestRow, shown: Shown, place: str, *, is_channel: bool) -> Effect:
    key = f"{card_prefix(row.id)}{(row.digest or '')[:16]}:{place}"
    if is_channel:
        return effects.in_channel(key, blocks.APPROVAL, place, shown)
    return effects.privately(key, place, shown, kind=blocks.APPROVAL)


def _again(card: Put, shown: Shown) -> Effect:
    if card.recipient is None:
        return effects.in_channel(card.key, blocks.APPROVAL, card.channel_id, shown)
    return effects.privately(card.key, card.recipient, shown, kind=blocks.APPROVAL)


def _is_hard(row: RequestRow) -> bool:
    """Whether people may want to say what was hard: not where it was only refused."""
    was_in_vain = row.state in (rows.FAILED, rows.CLOSED) and row.started_at is not None
    return was_in_vain or row.state == rows.EXPIRED or row.stuck_told_at is not None


def _notes(row: RequestRow) -> list[str]:
    """What approvers should know of what comes after them."""
    backend, is_ahead = row.entry["backend"], row.state in (rows.WAITING, rows.GOING, rows.OPEN)
    if not is_ahead or row.backend != "git":
        return []
    merges = backend["merges_on_approval"] and row.state == rows.WAITING
    return [REVIEWED] * bool(backend["needs_review"]) + [MERGED_BY_BOT] * bool(merges)


def _span(passed: timedelta) -> str:
    """In the largest unit that says enough."""
    minutes = max(1, round(passed.total_seconds() / 60))
    if minutes < 120:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    hours = round(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
