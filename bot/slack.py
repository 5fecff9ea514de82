"""The one typed Slack client: calls, pages, paces; each outcome is told apart as done, refused, wait or unclear.

Writes are never retried here: one whose reply is lost is the outbox's to look up. Reads wait and try again.
"""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.config import Secret
from bot.errors import InstalledForAll, SlackRateLimited, SlackRefused, SlackUnclear
from bot.model import ChannelInfo, Colleague, Introduction, Json, Profile, Status, UserGroup, Workspace
from bot.wire import SLACKBOT

T = TypeVar("T")

_not_after: ContextVar[float | None] = ContextVar("_not_after", default=None)

TIMEOUT_S = 10.0  # under the lease of 60 s, so that no call outlives the claim it was made under
READ_TRIES = 6
PAGE = 200
MANY = 1_000  # of people, who come by a method of 20 calls a minute
VIEW_S = 0.8  # of the wall, for a form: whoever pressed is answered within a second, and Slack takes none after three
PACE = timedelta(seconds=1.5)  # between two readings by one method: 40 of Slack's 50 a minute; the rest is for look-ups
PROFILE_KEPT = timedelta(minutes=10)  # a hint asks for it as the answer does twenty minutes later
GROUP_KEPT = timedelta(minutes=5)
PERMALINKS_KEPT = 5_000  # about a megabyte
EVENT_TYPE = "mentor"  # of the metadata; the payload is one opaque mark
NO_SUCH_GROUP = {"no_such_subteam", "subteam_not_found"}
SERVERS_FAULT = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}


@dataclass(frozen=True)
class Page:
    """Messages as Slack lists them: a channel's newest first, a thread's oldest first.

    `asked_at` is no later than the moment it shows. `is_limited`: Slack holds older messages back.
    """

    messages: list[Json]
    has_more: bool
    asked_at: datetime
    is_limited: bool = False

    @property
    def oldest(self) -> str:
        """The ts of the oldest message; "" on an empty page."""
        return min((str(each["ts"]) for each in self.messages if each.get("ts")), default="")


@dataclass(frozen=True)
class Posted:
    """Where a message stands."""

    channel_id: str
    ts: str


def web_client(token: Secret, api_url: str, *, timeout_s: float = TIMEOUT_S) -> AsyncWebClient:
    """A plain client with the SDK's retries off: they post twice when a reply is lost."""
    return AsyncWebClient(token=token.value or None, base_url=api_url, timeout=timeout_s, retry_handlers=[])  # type: ignore[arg-type]


@contextmanager
def not_after(moment: datetime) -> Iterator[None]:
    """What is called meanwhile, with a body, is not sent later than that: SlackUnclear instead.

    Looked at just before its bytes go out, so that a process that was stopped on the way there sends nothing when it
    goes on: somebody else may have by then.
    """
    token = _not_after.set(moment.timestamp())
    try:
        yield
    finally:
        _not_after.reset(token)


class Slack:
    """Calls to one workspace. `open()` before use, `close()` after."""

    def __init__(self, token: Secret, *, api_url: str, clock: Clock) -> None:
        self._clock = clock
        self._web = web_client(token, api_url, timeout_s=clock.wall_seconds(TIMEOUT_S))
        self._session: aiohttp.ClientSession | None = None
        self._reply_hosts = {"hooks.slack.com", urlsplit(api_url).hostname}
        self._profiles: dict[str, tuple[datetime, Profile]] = {}
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._permalinks: dict[tuple[str, str], str] = {}
        self._paced: dict[str, datetime] = {}  # method -> when it may be called again in the background

    async def open(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self._clock.wall_seconds(TIMEOUT_S))
        self._session = self._web.session = aiohttp.ClientSession(timeout=timeout, trace_configs=[self._tracing()])

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _tracing(self) -> aiohttp.TraceConfig:
        async def on_bytes(_session: object, _call: object, _with: object) -> None:
            moment = _not_after.get()
            if moment is not None and self._clock.time_s() > moment:
                raise SlackUnclear("a call", "it took so long to begin that the lease would end before it")

        tracing = aiohttp.TraceConfig()
        tracing.on_request_chunk_sent.append(on_bytes)  # before they are, in the same turn of the loop
        return tracing

    async def who_am_i(self) -> Workspace:
        """Raises SlackError when the token is not good, is not of one workspace, or Slack is not to be reached."""
        body = await self._read("auth.test")
        if body.get("is_enterprise_install"):
            raise InstalledForAll
        return Workspace(body["team_id"], body.get("enterprise_id"), body["user_id"], body["bot_id"])

    async def post(self, channel_id: str, *, text: str, blocks: list[Json], thread_ts: str | None, mark: str) -> Posted:
        """Posts once; `mark` is how the message can be found again. Raises SlackError."""
        body = await self._call(
            "chat.postMessage",
            json={
                "channel": channel_id,
                "text": text,
                "blocks": blocks,
                **({"thread_ts": thread_ts} if thread_ts else {}),
                "metadata": {"event_type": EVENT_TYPE, "event_payload": {"mark": mark}},
                "unfurl_links": False,
                "unfurl_media": False,
                "link_names": False,
                "parse": "none",
            },
        )
        return Posted(body["channel"], body["ts"])

    async def edit(self, channel_id: str, ts: str, *, text: str, blocks: list[Json]) -> Posted:
        """Replaces a message of ours; safe to repeat. Raises SlackError."""
        body = await self._call(
            "chat.update", json={"channel": channel_id, "ts": ts, "text": text, "blocks": blocks, "parse": "none"}
        )
        return Posted(body["channel"], body["ts"])

    async def find_marked(self, channel_id: str, *, thread_ts: str | None, mark: str, since: datetime) -> Posted | None:
        """The message of ours that carries the mark, among all since then; None when it is not there."""
        async for message in self._said_since(channel_id, thread_ts=thread_ts, since=since):
            if _mark(message) == mark:
                return Posted(message["channel"], message["ts"])
        return None

    async def find_unmarked(self, channel_id: str, *, thread_ts: str, since: datetime) -> list[Posted]:
        """What bots said without a mark in a thread of our direct messages: streams of ours that did not end."""
        said = self._said_since(channel_id, thread_ts=thread_ts, since=since)
        return [Posted(each["channel"], each["ts"]) async for each in said if each.get("bot_id") and not _mark(each)]

    async def start_stream(self, channel_id: str, *, thread_ts: str, blocks: list[Json]) -> Posted:
        """A message that can grow, in a thread of our direct messages. It cannot be marked yet. Raises SlackError."""
        said = {"channel": channel_id, "thread_ts": thread_ts, "chunks": _chunks(blocks)}
        body = await self._call("chat.startStream", json=said)
        return Posted(body["channel"], body["ts"])

    async def append_stream(self, stream: Posted, *, blocks: list[Json]) -> None:
        said = {"channel": stream.channel_id, "ts": stream.ts, "chunks": _chunks(blocks)}
        await self._call("chat.appendStream", json=said)

    async def stop_stream(self, stream: Posted, *, blocks: list[Json], mark: str) -> Posted:
        """The message is whole: these blocks end it, and it carries its mark. Raises SlackError."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"mark": mark}}
        said = {"channel": stream.channel_id, "ts": stream.ts, "blocks": blocks, "metadata": metadata}
        await self._call("chat.stopStream", json=said)
        return stream

    async def remove(self, posted: Posted) -> None:
        """A message of ours is gone; so it is when it was not there. Raises SlackError."""
        try:
            await self._call("chat.delete", json={"channel": posted.channel_id, "ts": posted.ts})
        except SlackRefused as refused:
            if refused.code != "message_not_found":
                raise

    async def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """Shown in the thread until we say something there; "" takes it away. Raises SlackError."""
        said = {"channel_id": channel_id, "thread_ts": thread_ts, "status": status}
        await self._call("assistant.threads.setStatus", json=said)

    async def suggest(self, channel_id: str, prompts: Sequence[str]) -> None:
        """What one press asks in our direct messages; at most four. Raises SlackError."""
        shown = [{"title": each, "message": each} for each in prompts]
        await self._call("assistant.threads.setSuggestedPrompts", json={"channel_id": channel_id, "prompts": shown})

    async def _said_since(self, channel_id: str, *, thread_ts: str | None, since: datetime) -> AsyncIterator[Json]:
        """Messages of a channel or a thread, with their metadata; each has its channel's id."""
        if channel_id.startswith(("U", "W")):
            channel_id = (await self._read("conversations.open", users=channel_id))["channel"]["id"]
        method, where = ("conversations.replies", {"ts": thread_ts}) if thread_ts else ("conversations.history", {})
        oldest = f"{since.timestamp():.6f}"
        try:
            async for message in self._pages(
                method, "messages", channel=channel_id, oldest=oldest, include_all_metadata=True, **where
            ):
                yield message | {"channel": channel_id}
        except SlackRefused as refused:
            if refused.code != "thread_not_found":
                raise

    async def whisper(
        self, channel_id: str, user_id: str, *, text: str, blocks: list[Json], thread_ts: str | None
    ) -> None:
        """Shows it in the channel to one member alone; never repeat it, as none can be found. Raises SlackError."""
        await self._call(
            "chat.postEphemeral",
            json={
                "channel": channel_id,
                "user": user_id,
                "text": text,
                "blocks": blocks,
                **({"thread_ts": thread_ts} if thread_ts else {}),
                "link_names": False,
                "parse": "none",
            },
        )

    async def respond(self, url: str, *, text: str, blocks: list[Json], replaces: bool = False) -> None:
        """Shows it to the person who acted, through the address Slack gave for that. Raises SlackError.

        With `replaces` it takes the place of the message on which they acted.
        """
        assert self._session is not None
        if urlsplit(url).hostname not in self._reply_hosts:
            raise SlackRefused("response_url", "not_an_address_of_slacks")
        body = {"response_type": "ephemeral", "replace_original": replaces, "text": text, "blocks": blocks}
        try:
            async with self._session.post(url, json=body, allow_redirects=False) as response:
                said = await response.text()
                if response.status == 429:
                    raise SlackRateLimited("response_url", _seconds(response.headers.get("Retry-After")))
                if response.status >= 500:
                    raise SlackUnclear("response_url", f"status {response.status}")
                if response.status != 200 or '"ok":false' in said.replace(" ", ""):
                    raise SlackRefused("response_url", said[:80])
                if said.strip() != "ok" and '"ok":true' not in said.replace(" ", ""):
                    raise SlackUnclear("response_url", "an answer that cannot be read")  # a proxy's page, too, is a 200
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SlackUnclear("response_url", type(error).__name__) from error

    async def profile(self, user_id: str) -> Profile:
        """Who the person is now, at most ten minutes old."""
        now = self._clock.now()
        kept = self._profiles.get(user_id)
        if kept and now - kept[0] < PROFILE_KEPT:
            return kept[1]
        profile = _profile(user_id, (await self._read("users.info", user=user_id))["user"])
        self._profiles[user_id] = (now, profile)
        return profile

    async def colleague(self, user_id: str) -> Colleague:
        """The person with their zone and status, as of now. Raises SlackError."""
        return _colleague((await self._read("users.info", user=user_id))["user"])

    async def everybody(self) -> list[Colleague]:
        """All of the workspace and of channels shared with it, bots and who left included. Raises SlackError."""
        return [_colleague(each) async for each in self._pages("users.list", "members", limit=MANY)]

    async def names_of(self, user_id: str) -> frozenset[str]:
        """All names Slack knows the person by; none for somebody it does not know."""
        try:
            user = (await self._read("users.info", user=user_id))["user"]
        except SlackRefused as refused:
            if refused.code != "user_not_found":
                raise
            return frozenset()
        return _names(user)

    async def real_name(self, user_id: str) -> str:
        """The name by which the person is shown, on one line; "" for somebody Slack does not name."""
        user = (await self._read("users.info", user=user_id))["user"]
        return one_line((user.get("profile") or {}).get("real_name") or user.get("real_name"))

    async def direct_channel(self, user_id: str) -> frozenset[str]:
        """The id of the person's direct messages with the bot; none where there can be none."""
        try:
            return frozenset({(await self._read("conversations.open", users=user_id))["channel"]["id"]})
        except SlackRefused:
            return frozenset()

    def forget(self, user_id: str) -> None:
        """Nothing of the person is kept in memory here."""
        self._profiles.pop(user_id, None)
        self._groups = {group: kept for group, kept in self._groups.items() if user_id not in kept[1]}

    async def group_members(self, usergroup_id: str) -> frozenset[str]:
        """The user ids in a Slack user group, at most five minutes old; empty for none, or one Slack does not know."""
        if not usergroup_id:
            return frozenset()
        now = self._clock.now()
        kept = self._groups.get(usergroup_id)
        if kept and now - kept[0] < GROUP_KEPT:
            return kept[1]
        try:
            members = frozenset((await self._read("usergroups.users.list", usergroup=usergroup_id))["users"])
        except SlackRefused as refused:
            if refused.code not in NO_SUCH_GROUP:
                raise
            members = frozenset()  # the handbook names a group that is gone: nobody is in it, and answers go on
        self._groups[usergroup_id] = (now, members)
        return members

    async def read_groups(self) -> None:
        """Who is in each user group, all by one call, for `group_members` to tell. Raises SlackError."""
        now = self._clock.now()
        read = {group.id: (now, group.members) for group in await self.user_groups()}
        self._groups = {gone: (now, frozenset[str]()) for gone in self._groups} | read

    async def permalink(self, channel_id: str, ts: str) -> str:
        """Asked for once: it never changes."""
        known = self._permalinks.get((channel_id, ts))
        if known is None:
            known = str((await self._read("chat.getPermalink", channel=channel_id, message_ts=ts))["permalink"])
            if len(self._permalinks) >= PERMALINKS_KEPT:
                self._permalinks.clear()
            self._permalinks[channel_id, ts] = known
        return known

    async def direct_channels(self) -> dict[str, str]:
        """The ids of the bot's direct messages, each with the person's user id."""
        found = self._pages("conversations.list", "channels", types="im")
        return {each["id"]: each.get("user") or "" async for each in found if not each.get("is_user_deleted")}

    async def history(self, channel_id: str, *, oldest: str, latest: str) -> Page:
        """One page, at a pace that leaves room for others: messages after `oldest` and before `latest` ("" is now)."""
        until = {"latest": latest} if latest else {}
        asked_at, body = await self._page("conversations.history", channel=channel_id, oldest=oldest, **until)
        page = Page(body["messages"], bool(body.get("has_more")), asked_at, bool(body.get("is_limited")))
        if page.has_more and not page.oldest:
            raise SlackUnclear("conversations.history", "an empty page, and more behind it")
        return page

    async def replies(self, channel_id: str, root: str) -> AsyncIterator[Page]:
        """A thread page by page, its parent on the first at least; none when it is not there."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            try:
                asked_at, body = await self._page("conversations.replies", channel=channel_id, ts=root, **more)
            except SlackRefused as refused:
                if refused.code != "thread_not_found":
                    raise
                return
            cursor = (body.get("response_metadata") or {}).get("next_cursor") or ""
            yield Page(body["messages"], bool(cursor), asked_at, bool(body.get("is_limited")))
            if not cursor:
                return

    async def said_before(
        self, channel_id: str, *, latest: str, thread_ts: str | None = None, oldest: str = ""
    ) -> list[Json]:
        """Messages before `latest`, of a thread or else of the channel since `oldest`, oldest first: one page.

        Somebody waits for their answer: it is tried once, and not at the pace of `history` and `replies`. Raises
        SlackError.
        """
        between = {"channel": channel_id, "latest": latest, "limit": 999} | ({"oldest": oldest} if oldest else {})
        if thread_ts is not None:
            return list((await self._call("conversations.replies", params=between | {"ts": thread_ts}))["messages"])
        return list(reversed((await self._call("conversations.history", params=between))["messages"]))

    async def _page(self, method: str, **params: Any) -> tuple[datetime, Json]:
        """A page, and when the call was made that brought it."""
        await self._pace(method)
        return await self._read_at(method, limit=PAGE, **params)

    async def introduce(self) -> Introduction:
        """Who the token is and what it may; tried once. Raises SlackError."""
        headers: dict[str, str] = {}
        asked_at = self._clock.now()

        async def call() -> Any:
            response = await self._web.api_call("auth.test")
            headers.update({name.lower(): value for name, value in response.headers.items()})
            return response

        body = await _told_apart("auth.test", call)
        scopes = headers.get("x-oauth-scopes")
        return Introduction(
            workspace=one_line(body.get("team")),
            bot=one_line(body.get("user")),
            is_for_all=body.get("is_enterprise_install") is True,
            scopes=None if scopes is None else frozenset(scope.strip() for scope in scopes.split(",")),
            asked_at=asked_at,
            said_at=_date(headers.get("date", "")),
            heard_at=self._clock.now(),
        )

    async def ask_for_socket(self) -> None:
        """Whether this token, an app-level one, may open a socket; none is opened. Raises SlackError."""
        await self._call("apps.connections.open")

    async def publish_home(self, user_id: str, view: Json) -> None:
        """What the person sees under Home from now on; safe to repeat. Raises SlackError."""
        await self._call("views.publish", json={"user_id": user_id, "view": view})

    async def open_view(self, trigger_id: str, view: Json) -> None:
        """A form before the person's eyes. Slack takes it within three seconds of what they did, and once."""
        await self._show("views.open", {"trigger_id": trigger_id, "view": view})

    async def update_view(self, view_id: str, view: Json) -> None:
        """In place of what an open form shows."""
        await self._show("views.update", {"view_id": view_id, "view": view})

    async def _show(self, method: str, view: Json) -> None:
        """Raises SlackUnclear when Slack takes its time."""
        try:
            async with asyncio.timeout(VIEW_S * self._clock.patience):
                await self._call(method, json=view)
        except TimeoutError:
            raise SlackUnclear(method, "it took too long") from None

    async def channel_info(self, channel_id: str) -> ChannelInfo:
        """Raises SlackRefused for a channel that is not there, or is private and without the bot."""
        return _channel_info((await self._read("conversations.info", channel=channel_id))["channel"])

    async def members(self, channel_id: str, *, most: int) -> frozenset[str]:
        """The user ids of those in the channel; of a large one not all, but more than `most`. Raises SlackError."""
        found: set[str] = set()
        async for user_id in self._pages("conversations.members", "members", channel=channel_id):
            found.add(user_id)
            if len(found) > most:
                break
        return frozenset(found)

    async def is_in(self, channel_id: str, user_id: str) -> bool:
        """Whether the person is in the channel now, as far as the bot may know. Raises SlackError."""
        theirs = {"types": "public_channel,private_channel", "exclude_archived": True, "user": user_id}
        async for channel in self._pages("users.conversations", "channels", **theirs):
            if channel["id"] == channel_id:
                return True
        return False

    async def own_channels(self) -> list[ChannelInfo]:
        """The channels the bot is in, but those archived."""
        kinds = {"types": "public_channel,private_channel", "exclude_archived": True}
        found = self._pages("users.conversations", "channels", **kinds)
        return [replace(_channel_info(channel), is_member=True) async for channel in found]

    async def user_groups(self) -> list[UserGroup]:
        """The workspace's user groups, but those switched off."""
        groups = (await self._read("usergroups.list", include_users=True))["usergroups"]
        return [
            UserGroup(group["id"], one_line(group.get("handle")), frozenset(group.get("users") or ()))
            for group in groups
        ]

    async def time_zone(self, user_id: str) -> str:
        """The person's time zone, such as Europe/London; "" where there is none."""
        return str((await self._read("users.info", user=user_id))["user"].get("tz") or "")

    async def _pace(self, method: str) -> None:
        now = self._clock.now()
        at = max(now, self._paced.get(method, now))
        self._paced[method] = at + PACE
        await self._clock.sleep((at - now).total_seconds())

    async def _pages(self, method: str, items: str, **params: Any) -> AsyncIterator[Any]:
        cursor = ""
        while True:
            body = await self._read(method, **({"limit": PAGE} | params), **({"cursor": cursor} if cursor else {}))
            for item in body[items]:
                yield item
            cursor = (body.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _read(self, method: str, **params: Any) -> Json:
        return (await self._read_at(method, **params))[1]

    async def _read_at(self, method: str, **params: Any) -> tuple[datetime, Json]:
        """A call that changes nothing (or may be repeated), and when it was made: waits and tries again a few times."""
        for attempt in range(1, READ_TRIES):
            asked_at = self._clock.now()
            try:
                return asked_at, await self._call(method, params=params)
            except SlackRateLimited as limited:
                await self._clock.sleep(limited.retry_after_s)
            except SlackUnclear:
                await self._clock.sleep(attempt)
        return self._clock.now(), await self._call(method, params=params)

    async def _call(self, method: str, **kwargs: Any) -> Json:
        return await _told_apart(method, lambda: self._web.api_call(method, **kwargs))


async def _told_apart(method: str, call: Callable[[], Awaitable[Any]]) -> Json:
    """The body of a call that was done; every other outcome as one of the three errors."""
    try:
        response = await call()
    except SlackApiError as error:
        raise _outcome(method, error) from error
    except (aiohttp.ClientError, TimeoutError, SlackClientError, json.JSONDecodeError, OSError) as error:
        raise SlackUnclear(method, type(error).__name__) from error
    body = response.data
    if not isinstance(body, dict) or not body.get("ok"):
        raise SlackUnclear(method, "an answer that cannot be read")
    return body


def _profile(user_id: str, user: Json) -> Profile:
    return Profile(
        user_id=user_id,
        team_id=user.get("team_id"),
        enterprise_id=(user.get("enterprise_user") or {}).get("enterprise_id"),
        is_bot=bool(user.get("is_bot")) or user_id == SLACKBOT,
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_deleted=bool(user.get("deleted")),
    )


def _colleague(user: Json) -> Colleague:
    shown = user.get("profile") or {}
    ends = shown.get("status_expiration") or 0  # 0: never
    until = datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and ends > 0 else None
    status = Status(str(shown.get("status_text") or ""), str(shown.get("status_emoji") or ""), until)
    return Colleague(_profile(user["id"], user), str(user.get("tz") or ""), status, _names(user))


def _names(user: Json) -> frozenset[str]:
    shown = user.get("profile") or {}
    names = (user.get("name"), user.get("real_name"), shown.get("real_name"), shown.get("display_name"))
    return frozenset(name for name in names if name)


def _mark(message: Json) -> str:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("mark") or "")


def _chunks(blocks: list[Json]) -> list[Json]:
    return [{"type": "blocks", "blocks": blocks}]


def _channel_info(channel: Json) -> ChannelInfo:
    return ChannelInfo(
        id=channel["id"],
        name=one_line(channel.get("name")),
        is_private=bool(channel.get("is_private")),
        is_shared=bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared")),
        is_member=bool(channel.get("is_member")),
        is_archived=bool(channel.get("is_archived")),
    )


def one_line(name: object) -> str:
    """A name that others chose, on one line and without what steers a terminal or turns the reading direction."""
    is_seen = (" " if unicodedata.category(each)[0] in "CZ" else each for each in str(name or ""))
    return " ".join("".join(is_seen).split())


def _date(header: str) -> datetime | None:
    try:
        said_at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return said_at if said_at.tzinfo else said_at.replace(tzinfo=UTC)


def _outcome(method: str, error: SlackApiError) -> Exception:
    response: Any = error.response
    status = getattr(response, "status_code", getattr(response, "status", 0))
    if status == 429:
        return SlackRateLimited(method, _seconds(response.headers.get("Retry-After")))
    body = getattr(response, "data", response)  # text, where something before Slack answered
    code = body.get("error") if isinstance(body, dict) else None
    if status >= 500 or not isinstance(code, str) or code in SERVERS_FAULT:
        return SlackUnclear(method, f"status {status}")
    if code == "ratelimited":
        return SlackRateLimited(method, _seconds(response.headers.get("Retry-After")))
    return SlackRefused(method, code)


def _seconds(retry_after: str | None) -> float:
    """Slack's Retry-After; half a minute when it says none."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else 30.0
