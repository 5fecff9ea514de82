"""A person's Git account, proven once: they enter a code at the host, and the host says who they are.

Nothing else proves one: no name that somebody types, nor one that Slack shows. What the handbook names goes first, and
an account that is somebody else's is given to nobody. Whose change then bears it is `actions.authors`'.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import effects
from bot.actions import link_blocks as blocks
from bot.actions.device_codes import DeviceCodes
from bot.actions.link_blocks import Standing
from bot.actions.places import Places
from bot.audit import Audit
from bot.authority import Act, Matter, Place
from bot.blockkit import Shown
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.device_flow import DeviceCode, DeviceFlow, Pending, Proven, Refused
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.storage.requests import GitAccountRow
from bot.wanted import Asking, Decision, Kind, Linking
from bot.work import enqueue

log = structlog.get_logger(__name__)

KEY_MOST = 230  # characters: a work's key has room for the number of the look behind it
NOT_THERE = "No account can be proven at that host now. Send me `link` for those where it can."
NOT_BEGUN = "The Git host gave no code to enter, so nothing was begun. My operators see why; please try again later."
LOST = "I cannot look this code up any more, so nothing is linked. Send me `link` for a new one."
NOT_REACHED = "The Git host did not tell me who you are, so nothing is linked. Send me `link` for a new code."
NOT_DONE = "That could not be done: something broke on my side, and my operators see it. Please press again."
NOTHING = "There is nothing to unlink there."
TAKEN = (
    "Nothing is linked: that account belongs to somebody else here. If it is yours, tell the platform team. They can "
    "put your two Slack accounts under `aliases` in people.yaml; and if you ever entered a code that somebody sent "
    "you, they need to know."
)


class _Taken(Exception):
    """Somebody else's, as was seen once nobody else could write: the transaction is given up."""


@dataclass(frozen=True)
class _Wish:
    """Somebody wants a code. `url` is for a reply; with `is_pressed` it takes the place of the message pressed."""

    key: str
    person: str
    url: str | None
    is_pressed: bool = False


class LinkService:
    """`flows` are by the name of the host. Methods that workers call may run twice."""

    def __init__(
        self,
        desk: Desk,
        people: PeopleService,
        *,
        flows: Callable[[], Mapping[str, DeviceFlow]],
        codes: DeviceCodes,
        audit: Audit,
    ) -> None:
        self._desk = desk
        self._people = people
        self._flows = flows
        self._codes = codes
        self._audit = audit
        self._places = Places(desk)

    async def take_press(self, host: str, *, choice: str, key: str, user_id: str, response_url: str | None) -> None:
        """Takes a press down; it is carried out right after, with the rights as they are then."""

        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, host[: blocks.HOST_MOST], choice, response_url)

        await self._desk.take(Kind.LINK_PRESS, user_id, wanted)

    async def show(self, asking: Asking) -> None:
        """To the person alone: what is known; where one host is all there is and nothing is known, a code at once."""
        wish = _Wish(asking.key, asking.asker, asking.response_url)
        place = await self._places.of(asking.channel_id if asking.response_url else "")
        if reason := await self._why_not(asking.asker, place):
            await self._desk.send(_reply(wish, blocks.refusal(reason)))
            return
        known, named = await self._standings(asking.asker), await self._named(asking.asker)
        if len(known) == 1 and known[0].is_open and not known[0].proven and not named:
            await self._begin(wish, known[0].host)
        else:
            await self._desk.send(_reply(wish, blocks.standings(known, named=named)))

    async def press(self, decision: Decision) -> None:
        """*Link* or *Unlink*, at the host that is the decision's subject."""
        wish = _Wish(decision.key, decision.person, decision.response_url, is_pressed=True)
        if reason := await self._why_not(decision.person):
            await self._desk.send(_reply(wish, blocks.refusal(reason)))
        elif decision.choice == blocks.FORGET:
            await self._forget(wish, decision.subject)
        else:
            await self._begin(wish, decision.subject)

    async def press_given_up(self, decision: Decision) -> None:
        wish = _Wish(decision.key, decision.person, decision.response_url, is_pressed=True)
        await self._desk.send(_reply(wish, blocks.refusal(NOT_DONE)))

    async def look(self, linking: Linking) -> None:
        """Asks the host what became of a code: once more later, or the person is told. Raises GitFailed."""
        flow, code = self._flows().get(linking.host), self._codes.open(linking.code)
        if await self._is_settled(linking):
            return
        if flow is None or code is None:
            await self._end(linking, blocks.refusal(LOST))
            return
        ends = datetime.fromisoformat(linking.expires_at)
        match await flow.poll(DeviceCode("", "", code, linking.interval_s, ends)):
            case Pending(interval_s):
                again = replace(linking, number=linking.number + 1, interval_s=interval_s)
                await self._desk.database.write(lambda tx: self._look_later(tx, again))
            case Refused(reason):
                await self._end(linking, blocks.refusal(reason))
            case Proven() as proven:
                await self._take(linking, proven)

    async def look_given_up(self, linking: Linking) -> None:
        await self._end(linking, blocks.refusal(NOT_REACHED))

    async def _begin(self, wish: _Wish, host: str) -> None:
        flow = self._flows().get(host)
        if flow is None:
            await self._desk.send(_reply(wish, blocks.refusal(NOT_THERE)))
            return
        try:
            code = await flow.start()
        except GitFailed as error:
            log.warning("link.not_begun", host=host, reason=str(error))
            await self._desk.send(_reply(wish, blocks.refusal(NOT_BEGUN)))
            return
        until = self._local(code.expires_at).strftime("%H:%M (%Z)")
        shown = blocks.code(host, user_code=code.user_code, page=code.verification_uri, until=until)
        linking = Linking(
            key="",
            flow=wish.key[:KEY_MOST],
            number=1,
            person=wish.person,
            host=host,
            code=self._codes.seal(code.device_code),
            interval_s=code.interval_s,
            begun_at=self._desk.clock.now().isoformat(),
            expires_at=code.expires_at.isoformat(),
            response_url=wish.url if wish.is_pressed else None,
        )

        async def unit(tx: Tx) -> None:
            if await self._desk.outbox.put(tx, _reply(wish, shown)):  # else an earlier try's code is before them
                await self._look_later(tx, linking)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _look_later(self, tx: Tx, linking: Linking) -> None:
        now = self._desk.clock.now()
        numbered = replace(linking, key=f"{linking.flow}:{linking.number}")
        due_at = now + timedelta(seconds=linking.interval_s)
        await enqueue(tx, Kind.LINKING, numbered, due_at=due_at, now=now)

    async def _take(self, linking: Linking, proven: Proven) -> None:
        """The account is theirs from now on, unless it is somebody else's, or they may not any more."""
        if reason := await self._why_not(linking.person):
            await self._end(linking, blocks.refusal(reason))
            return
        named = await self._named(linking.person)
        shown = blocks.proven(proven.host, proven.account, named=named)
        now = self._desk.clock.now()
        row = GitAccountRow(linking.person, proven.host, proven.account, proven.name, proven.email, now)

        async def unit(tx: Tx) -> None:
            await self._seal(tx, "account.linked", linking)  # first: from here on nobody else links one
            if await self._is_anothers(tx, row):
                raise _Taken
            await rows.prove(tx, row)
            await self._desk.outbox.put(tx, _outcome(linking, shown))

        try:
            await self._desk.database.write(unit)
        except _Taken:
            await self._refuse_taken(linking)
        self._desk.outbox.bell.set()

    async def _refuse_taken(self, linking: Linking) -> None:
        async def unit(tx: Tx) -> None:
            if await self._desk.outbox.put(tx, _outcome(linking, blocks.refusal(TAKEN))):
                await self._seal(tx, "account.refused", linking)

        await self._desk.database.write(unit)

    async def _is_anothers(self, tx: Tx, row: GitAccountRow) -> bool:
        """By the handbook, whatever host it means, or by a proof; accounts of one person in `aliases` share theirs."""
        user_id, people = await slack_id_of(tx, row.person) or "", self._desk.shelf.library.handbook.people
        account = row.account.lower()
        named = [each for each, held in people.git_accounts.items() if held.account.lower() == account]
        holders = [*named, *await rows.who_proved(tx, row.host, row.account)]
        return any(not people.same_person(user_id, each) for each in holders)

    async def _forget(self, wish: _Wish, host: str) -> None:
        async def unit(tx: Tx) -> None:
            is_gone = await rows.forget_account(tx, wish.person, host)
            shown = blocks.forgotten(host) if is_gone else blocks.refusal(NOTHING)
            is_new = await self._desk.outbox.put(tx, _reply(wish, shown))
            if is_gone and is_new:
                await self._audit.add(tx, "account.unlinked", person=wish.person, subject=host, facts={})

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _seal(self, tx: Tx, act: str, linking: Linking) -> None:
        await self._audit.add(tx, act, person=linking.person, subject=linking.host, facts={})

    async def _end(self, linking: Linking, shown: Shown) -> None:
        await self._desk.send(_outcome(linking, shown))

    async def _is_settled(self, linking: Linking) -> bool:
        """Whether the person was erased, or proved the account by a later code meanwhile."""
        async with self._desk.database.read() as tx:
            is_there = await slack_id_of(tx, linking.person) is not None
            proven = await rows.account_of(tx, linking.person, linking.host)
        return not is_there or (proven is not None and proven.proven_at >= datetime.fromisoformat(linking.begun_at))

    async def _standings(self, person: str) -> list[Standing]:
        """Every host where an account can be proven, and those where one was."""
        async with self._desk.database.read() as tx:
            proven = {each.host: each for each in await rows.accounts_of(tx, [person])}
        hosts = self._flows().keys()
        return [self._standing(each, proven.get(each), is_open=each in hosts) for each in sorted(hosts | proven.keys())]

    def _standing(self, host: str, proven: GitAccountRow | None, *, is_open: bool) -> Standing:
        if proven is None:
            return Standing(host, is_open=is_open)
        at = self._local(proven.proven_at)
        return Standing(host, proven.account, f"{at.day} {at:%b %Y}", is_open=is_open)

    async def _named(self, person: str) -> str:
        """The account that the handbook names; "" for none."""
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, person)
        named = self._desk.shelf.library.handbook.people.git_accounts.get(user_id or "")
        return named.account if named else ""

    async def _why_not(self, person: str, place: Place = Place.PRIVATE) -> str:
        profile = await self._people.profile(person)
        return await self._people.why_not(profile, Act.LINK, matter=Matter(place=place))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self._desk.shelf.library.handbook.channels.timezone))


def _reply(wish: _Wish, shown: Shown) -> Effect:
    key = f"link:{wish.key}"
    if wish.is_pressed and wish.url:
        return replace(effects.in_place(key, wish.person, shown, response_url=wish.url), kind=blocks.LINK)
    return effects.privately(key, wish.person, shown, response_url=wish.url, kind=blocks.LINK)


def _outcome(linking: Linking, shown: Shown) -> Effect:
    """In place of the code where a button brought it; a command's own reply cannot be replaced, so then as a DM."""
    wish = _Wish(f"{linking.flow}:ended", linking.person, linking.response_url, is_pressed=True)
    return _reply(wish, shown)
