"""Requests from the form to the cards: takes a form down, prepares the very change, and asks who may approve.

Decisions are `bot.actions.deciding`'s, carrying out is `bot.actions.executing`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from json import dumps
from typing import Any

from bot.actions import rules
from bot.actions.authors import Authors, Identity
from bot.actions.changes import Changes, Made, RepositoryUnknown
from bot.actions.choices import Choices
from bot.actions.forms import Filled, entry_digest
from bot.actions.inputs import Known, read_inputs
from bot.actions.moving import Moving
from bot.actions.placeholders import fill
from bot.actions.rendering import NotPossible, snapshot_digest
from bot.actions.rights import GONE, Rights
from bot.actions.telling import Scene, Telling
from bot.authority import OVERHEARD, TOO_LATE
from bot.desk import Desk
from bot.errors import MentorError
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of, pseudonyms_of, slack_id_of
from bot.storage.requests import RequestRow
from bot.wanted import Kind, Requested
from bot.work import enqueue
from knowledge.actions import Action, GitBackend

REQUEST_ID = 16  # hexadecimal digits: in a branch's name and a message; nobody guesses one, and no two are the same
CHANGED = "The form has changed in the handbook. Close it and open it again."
SENT_BEFORE = (
    "You sent this form before with other values, and I have them; my message to you shows them. Close this "
    "form, and open a new one for what you want now."
)
NO_AUTHOR = (
    "This change has to carry your own Git account, and I do not know it. Ask the platform team to add it, or prove it "
    "with `link`."
)
NOT_PREPARED = (
    "For a quarter of an hour I could not read what I need of Git or Slack. Nothing was changed; ask again later."
)
NO_PAGES = (
    "Somebody else has to agree to this on its pull request, and the repository {} has no such pages. The action's "
    "owner has to mend its entry: approval in Slack instead of `confirm: review`."
)


class Refused(MentorError):
    """The request cannot go on; the text says why to who asked."""


@dataclass(frozen=True)
class Prepared:
    """What a request will do, and who has to agree."""

    values: Mapping[str, Any]
    shown: str
    files: Mapping[str, str | None] | None
    blobs: Mapping[str, str | None]
    identity: Identity
    need: rules.Need | None


class RequestService:
    def __init__(
        self,
        desk: Desk,
        *,
        rights: Rights,
        changes: Changes,
        authors: Authors,
        telling: Telling,
        moving: Moving,
        choices: Choices,
    ) -> None:
        self._desk = desk
        self._rights = rights
        self._changes = changes
        self._authors = authors
        self._telling = telling
        self._moving = moving
        self._choices = choices

    async def submit(self, filled: Filled, *, key: str, user_id: str) -> Mapping[str, str]:
        """What is wrong, by input, "" being the form itself; empty when the request is taken down."""
        action = self._desk.shelf.library.handbook.action(filled.action_id)
        if action is None:
            return {"": GONE}
        if entry_digest(action) != filled.entry_digest:
            return {"": CHANGED}
        if filled.is_shared:
            return {"": OVERHEARD}
        known = await self._known(action, user_id)
        if isinstance(known, str):
            return {"": known}
        errors = read_inputs(action, filled.raw, known).errors
        return errors or await self._take(action, filled, key=key, user_id=user_id)

    async def prepare(self, requested: Requested) -> None:
        """Reads what stands there, makes the change, and asks for agreement where the entry wants it."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is None or row.state != rows.PREPARING:
            return
        try:
            await self._go_on(row, await self._prepared(row))
        except Refused as refused:
            await self._moving.move(row, among=[rows.PREPARING], values=self._ended(str(refused)))

    async def given_up(self, requested: Requested) -> None:
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is not None:
            await self._moving.move(row, among=[rows.PREPARING], values=self._ended(NOT_PREPARED))

    async def expire(self, requested: Requested) -> None:
        """Its time has come; nothing where somebody was quicker."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is not None and rules.is_past(row.expires_at, now=self._desk.clock.now()):
            await self._moving.move(row, among=[rows.WAITING], values={"state": rows.EXPIRED})

    async def renew(self, row: RequestRow) -> str:
        """The same asked for again, as the handbook and the repository stand now, once for each request; or why not."""
        action = self._desk.shelf.library.handbook.action(row.action)
        if action is None:
            return GONE
        again = self._new(action, row.inputs, key=f"renew:{row.id}", person=row.person, channel_id=row.channel_id)
        again = replace(again, is_urgent=row.is_urgent and rules.may_be_urgent(action), renews=row.id)
        ended = {"state": rows.WITHDRAWN, "problem": "You asked again.", "ended_at": self._now()}
        is_new = await self._moving.move(
            row, among=rows.LAPSING, values=ended, by=row.person, then=lambda tx: self._add(tx, again)
        )
        return "" if is_new else TOO_LATE

    async def _take(self, action: Action, filled: Filled, *, key: str, user_id: str) -> Mapping[str, str]:
        """Slack keeps a form open when our answer was lost: sent again it is one request, refused if changed."""

        async def known(tx: Tx) -> str:
            return await pseudonym_of(tx, user_id, now=self._desk.clock.now(), new_id=self._desk.new_id)

        person = await self._desk.database.write(known)
        row = self._new(action, filled.raw, key=f"{person}:{key}", person=person, channel_id=filled.channel_id)
        row = replace(row, is_urgent=filled.is_urgent and rules.may_be_urgent(action))

        async def unit(tx: Tx) -> RequestRow | None:
            await self._add(tx, row)
            return await rows.by_key(tx, row.key)

        taken = await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()
        is_same = taken is not None and (taken.inputs, taken.is_urgent) == (row.inputs, row.is_urgent)
        return {} if is_same else {"": SENT_BEFORE}

    async def _add(self, tx: Tx, row: RequestRow) -> None:
        if not await rows.add(tx, row):
            return
        await self._moving.seal(tx, "asked", row=row, by=row.person)
        await self._telling.taken(row).put(tx, self._desk)
        await self._moving.enqueue(tx, Kind.PREPARE, Requested(row.id, row.id))

    async def _prepared(self, row: RequestRow) -> Prepared:
        """Raises Refused, or GitFailed when the repository cannot be read."""
        if reason := await self._rights.why_not_ask(row):
            raise Refused(reason)
        action = self._rights.live(row)
        if action is None:  # while it was asked whether they may
            raise Refused(self._rights.why_not_live(row))
        values = {**await self._read(row, action), **await self._built_in(row, action)}
        needed = await self._needed(row, action, values)
        if not isinstance(action.backend, GitBackend):
            shown = dumps(fill(action.backend.input, values), indent=2, ensure_ascii=False)
            return Prepared(values, shown, None, {}, Identity(None), needed)
        made, identity = await self._made(row, action.backend, values)
        return Prepared(values, made.rendered.shown, made.rendered.files, made.blobs, identity, needed)

    async def _read(self, row: RequestRow, action: Action) -> Mapping[str, Any]:
        """What was typed, as values. Raises Refused for what does not fit any more."""
        known = await self._known(action, await self._rights.user_id(row.person))
        if isinstance(known, str):
            raise Refused(known)
        read = read_inputs(action, row.inputs, known)
        if read.errors:
            labels = {each.name: each.label or each.name for each in action.inputs}
            raise Refused(" ".join(f"{labels.get(name, name)}: {error}" for name, error in read.errors.items()))
        return read.values

    async def _made(self, row: RequestRow, backend: GitBackend, values: Mapping[str, Any]) -> tuple[Made, Identity]:
        try:
            host = self._changes.host(backend.repository)
        except RepositoryUnknown as unknown:
            raise Refused(str(unknown)) from unknown
        if backend.needs_review and not host.has_reviews:
            raise Refused(NO_PAGES.format(backend.repository))
        identity = await self._authors.of(row.person, backend.repository)
        if identity.author is None and backend.needs_author:
            raise Refused(NO_AUTHOR)
        made = await self._changes.make(backend, values)
        if isinstance(made, NotPossible):
            raise Refused(made.reason)
        return made, identity

    async def _needed(self, row: RequestRow, action: Action, values: Mapping[str, Any]) -> rules.Need | None:
        """Raises Refused where nobody could agree: an empty group approves nothing."""
        now, hours = self._desk.clock.now(), self._desk.shelf.library.handbook.channels.working_time()
        needed = rules.need(action, values, is_urgent=row.is_urgent, now=now, hours=hours)
        if needed is not None:
            able = await self._rights.how_many(await self._rights.approvers(row, needed.by))
            if able < needed.people:
                raise Refused(f"{needed.people} of {needed.by} have to agree, and there are {able} who could.")
        return needed

    async def _built_in(self, row: RequestRow, action: Action) -> dict[str, Any]:
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, row.person)
        account = (await self._authors.accounts(action)).get(slack_id or "", "")
        return {"request": row.id, "requester": account, "today": self._desk.today().isoformat()}

    async def _go_on(self, row: RequestRow, prepared: Prepared) -> None:
        digest = snapshot_digest(row.entry, dict(prepared.values), prepared.shown, prepared.blobs)
        author = prepared.identity.author
        values: dict[str, Any] = {
            "values": dict(prepared.values),
            "shown": prepared.shown,
            "files": None if prepared.files is None else dict(prepared.files),
            "blobs": dict(prepared.blobs),
            "digest": digest,
            "author": {"name": author.name, "email": author.email} if author else None,
            "state": rows.WAITING if prepared.need else rows.GOING,
            "expires_at": prepared.need.expires_at if prepared.need else None,
        }
        cards = await self._cards(replace(row, **values), prepared.need)

        async def then(tx: Tx) -> None:
            await cards.put(tx, self._desk)
            await self._enqueue_next(tx, row.id, digest, prepared.need)

        await self._moving.move(row, among=[rows.PREPARING], values=values, then=then)

    async def _enqueue_next(self, tx: Tx, request_id: str, digest: str, needed: rules.Need | None) -> None:
        wanted = Requested(f"{request_id}:{digest[:16]}", request_id)
        if needed is None:
            await self._moving.enqueue(tx, Kind.EXECUTE, wanted)
        else:
            now = self._desk.clock.now()
            await enqueue(tx, Kind.EXPIRE, wanted, due_at=needed.expires_at, now=now)

    async def _cards(self, row: RequestRow, needed: rules.Need | None) -> Scene:
        if needed is None:
            return Scene(())
        group = self._desk.shelf.library.handbook.people.approvers.get(needed.by)
        user_ids = await self._rights.approvers(row, needed.by)
        now = self._desk.clock.now()
        known = await self._desk.database.write(
            lambda tx: pseudonyms_of(tx, user_ids, now=now, new_id=self._desk.new_id)
        )
        channel_id = group.channel_id if group else ""
        return await self._telling.asked(row, needed, to=sorted(known.values()), channel_id=channel_id)

    async def _known(self, action: Action, user_id: str) -> Known | str:
        """What inputs are read by; or why they cannot be."""
        choices = self._choices.of(action)
        if isinstance(choices, str):
            return choices
        teams = tuple(self._desk.shelf.library.handbook.people.teams)
        own = await self._rights.teams_of(user_id)
        return Known(self._desk.today(), teams, choices, await self._authors.accounts(action), own)

    def _new(self, action: Action, inputs: Mapping[str, str], *, key: str, person: str, channel_id: str) -> RequestRow:
        return RequestRow(
            id=self._desk.new_id()[:REQUEST_ID],
            key=key[:255],
            person=person,
            action=action.id,
            mode=action.mode.value,
            backend=rules.BACKENDS[type(action.backend)],
            channel_id=channel_id,
            entry=rules.entry_of(action),
            inputs=dict(inputs),
            revision=self._desk.shelf.library.handbook.revision,
            created_at=self._desk.clock.now(),
        )

    def _ended(self, problem: str) -> dict[str, Any]:
        return {"state": rows.FAILED, "problem": problem, "ended_at": self._now()}

    def _now(self) -> datetime:
        return self._desk.clock.now()
