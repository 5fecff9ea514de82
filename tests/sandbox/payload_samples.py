"""One or more of every payload the sandbox sends, from workspaces and people of every kind.

A workspace that stands alone, one of an organisation, and an organisation that has the app as a whole; people of
ours, of its second workspace and of another company. Held against real ones in `test_fidelity.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox import interactive
from sandbox.elements import Found, action_entry
from sandbox.installation import Installation
from sandbox.model import (
    Channel,
    HomeOpened,
    Json,
    MembershipChanged,
    Message,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    Occurrence,
    Person,
    ReactionChanged,
    View,
)
from sandbox.organisation import Organisation, Team
from sandbox.payloads import events_of, outer

AT_S = 1700000000.25

MAYA = Person("U0MAYA", "maya", "Maya Okafor", "T0SAND")
SIBLING = Person("U0KAZ", "kaz", "Kaz Mori", "T0SECOND")
STRANGER = Person("U0STRANGER", "sam", "Sam", "T0OTHER")
BOT = Person("U0BOT", "mentor", "Mentor", "T0SAND", is_bot=True)
OTHER_BOT = Person("U0ALERTS", "alerts", "Alerts", "T0SAND", is_bot=True, bot_id="B0OTHER", app_id="A0OTHER")
HELP = Channel("C0HELP", "help", members={MAYA.id, SIBLING.id, BOT.id}, team_id="T0SAND", shared_with={"T0SECOND"})
SHARED = Channel("C0SHARED", "shared", members={STRANGER.id, BOT.id}, shared_with={"T0OTHER"}, is_ext_shared=True)
ELSEWHERE = Channel("C0ELSE", "elsewhere", members={MAYA.id})
SECRET = Channel("G0SECRET", "secret", "group", members={MAYA.id, BOT.id})
DM = Channel("D0MAYA", "maya", "im", members={MAYA.id, BOT.id}, user=MAYA.id)

BUTTON: Json = {
    "type": "button",
    "action_id": "go",
    "text": {"type": "plain_text", "text": "Go", "emoji": True},
    "value": "1",
}
BLOCKS: list[Json] = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]
TITLE: Json = {"type": "plain_text", "text": "Form", "emoji": True}
OPTION: Json = {"text": TITLE, "value": "one"}
CONFIRM: Json = {"title": TITLE, "text": TITLE, "confirm": TITLE, "deny": TITLE, "style": "danger"}
RICH: Json = {
    "type": "rich_text",
    "block_id": "r",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
}
ELEMENTS: list[tuple[Json, object]] = [
    (BUTTON | {"style": "primary", "confirm": CONFIRM, "url": "https://example.com"}, None),
    ({"type": "static_select", "placeholder": TITLE, "options": [OPTION], "initial_option": OPTION}, "one"),
    ({"type": "users_select", "initial_user": MAYA.id}, MAYA.id),
    ({"type": "channels_select", "initial_channel": HELP.id}, HELP.id),
    ({"type": "conversations_select", "initial_conversation": HELP.id}, HELP.id),
    ({"type": "datepicker", "initial_date": "2026-11-24"}, "2026-11-25"),
    ({"type": "timepicker", "initial_time": "09:00"}, "10:00"),
    ({"type": "overflow", "options": [OPTION]}, "one"),
    ({"type": "rich_text_input"}, RICH),
]
MODAL = View(
    "V0FORM",
    MAYA.id,
    "modal",
    {
        "type": "modal",
        "title": TITLE,
        "submit": TITLE,
        "close": TITLE,
        "blocks": BLOCKS,
        "callback_id": "form",
    },
    "1.abc",
    "V0FORM",
)
HOME = View("V0HOME", MAYA.id, "home", {"type": "home", "blocks": BLOCKS}, "1.abc", "V0HOME")


def _app(organisation: Organisation) -> Installation:
    return Installation(
        organisation=organisation,
        app_id="A0APP",
        bot_id="B0BOT",
        bot_user_id=BOT.id,
        people={each.id: each for each in (MAYA, SIBLING, STRANGER, BOT, OTHER_BOT)},
        channels={each.id: each for each in (HELP, SHARED, ELSEWHERE, SECRET, DM)},
        home_views={MAYA.id: HOME},
    )


def _organisation(*, is_whole_install: bool) -> Organisation:
    ours = Team("T0SAND", "Sandbox", "sandbox", "E0ORG", "Odyssey Group")
    second = Team("T0SECOND", "Second", "second", "E0ORG", "Odyssey Group")
    return Organisation(
        "T0SAND", "E0ORG", "Odyssey Group", is_whole_install, {each.id: each for each in (ours, second)}
    )


APP = _app(Organisation("T0SAND", teams={"T0SAND": Team("T0SAND", "Sandbox", "sandbox")}))
IN_ORGANISATION = _app(_organisation(is_whole_install=False))
OF_ORGANISATION = _app(_organisation(is_whole_install=True))
APPS = (APP, IN_ORGANISATION, OF_ORGANISATION)

ASKED = Message("C0HELP", "1700000000.000100", MAYA.id, "how do I get a bucket?", client_msg_id="4f0c-77")
MENTION = replace(ASKED, text="<@U0BOT> how do I get a bucket?")
ANSWER = Message(
    "C0HELP",
    "1700000001.000100",
    BOT.id,
    "Like this",
    blocks=BLOCKS,
    thread_ts=ASKED.ts,
    bot_id="B0BOT",
    app_id="A0APP",
)
TOLD = replace(ANSWER, user="", subtype="bot_message", thread_ts=None, blocks=[])
EDITED = replace(ASKED, edited={"user": MAYA.id, "ts": "1700000002.000000"})
SHOUTED = replace(ASKED, ts="1700000004.000100", subtype="thread_broadcast", thread_ts=ASKED.ts)
METADATA = {"event_type": "row", "event_payload": {"key": "k1"}}
PARENT = replace(
    ANSWER, ts="1700000006.000100", thread_ts="1700000006.000100", reactions={"eyes": [MAYA.id]}, metadata=METADATA
)
NOTED = replace(ANSWER, metadata=METADATA)
ATTACHED = replace(ANSWER, attachments=[{"id": 1, "color": "36a64f", "fallback": "Beside it", "text": "Beside it"}])
REPLY = replace(ASKED, ts="1700000005.000100", thread_ts=ASKED.ts)
ABROAD = replace(ASKED, channel=SHARED.id, user=STRANGER.id)
REACTION = ReactionChanged(ASKED, MAYA.id, "eyes", added=True, event_ts="1700000002.000100")
JOINED = MembershipChanged("C0HELP", MAYA.id, joined=True, inviter=MAYA.id)
LEFT = MembershipChanged("C0HELP", MAYA.id, joined=False)
NOTICE = replace(ASKED, client_msg_id=None)
ACTION = {**BUTTON, "block_id": "b", "action_ts": "1700000002.000100"}
HANDLES = interactive.Handles("1.2.abc", "http://127.0.0.1/response/1")
HELP.messages |= {ASKED.ts: ASKED, PARENT.ts: PARENT, "1700000007.000100": replace(REPLY, thread_ts=PARENT.ts)}
HELP.threads[PARENT.ts] = ["1700000007.000100"]


def event(occurrence: Occurrence, name: str, app: Installation = APP) -> Json:
    found = next(each for each in events_of(app, occurrence, AT_S) if each.name == name)
    return outer(app, found, event_id="Ev0TEST", event_time_s=AT_S)


OCCURRENCES: dict[str, tuple[str, list[Occurrence]]] = {
    "app_mention": (
        "app_mention",
        [
            MessagePosted(MENTION),
            MessagePosted(replace(ABROAD, text=MENTION.text)),
            MessagePosted(replace(REPLY, text=MENTION.text, edited=EDITED.edited)),
        ],
    ),
    "app_mention.bot_message": (
        "app_mention",
        [MessagePosted(replace(TOLD, text=MENTION.text, bot_id="B0OTHER", app_id="A0OTHER", user=OTHER_BOT.id))],
    ),
    "message": (
        "message.channels",
        [MessagePosted(each) for each in (ASKED, ANSWER, REPLY, ABROAD, EDITED, NOTED, ATTACHED)],
    ),
    "message.bot_message": (
        "message.channels",
        [
            MessagePosted(each)
            for each in (TOLD, replace(TOLD, blocks=BLOCKS, attachments=ATTACHED.attachments, thread_ts=ASKED.ts))
        ],
    ),
    "message.message_changed": (
        "message.channels",
        [
            MessageChanged(EDITED, ASKED),
            MessageChanged(PARENT, PARENT),
            MessageChanged(ATTACHED, ATTACHED),
            MessageChanged(ABROAD, ABROAD),
            MessageChanged(replace(ANSWER, edited=EDITED.edited), replace(ANSWER, edited=EDITED.edited)),
            MessageChanged(replace(NOTICE, subtype="tombstone", user="USLACKBOT"), REPLY, "1700000009.000100"),
        ],
    ),
    "message.message_deleted": (
        "message.channels",
        [MessageDeleted(each, "1700000003.000100") for each in (NOTICE, EDITED, ANSWER, ATTACHED, PARENT, ABROAD)],
    ),
    "message.thread_broadcast": ("message.channels", [MessagePosted(SHOUTED)]),
    "message.channel_join": (
        "message.channels",
        [MessagePosted(replace(NOTICE, subtype="channel_join", inviter="U0TOM"))],
    ),
    "message.channel_leave": ("message.channels", [MessagePosted(replace(NOTICE, subtype="channel_leave"))]),
    "reaction_added": ("reaction_added", [REACTION]),
    "reaction_removed": ("reaction_removed", [replace(REACTION, added=False)]),
    "member_joined_channel": ("member_joined_channel", [JOINED, replace(JOINED, user=SIBLING.id)]),
    "member_left_channel": ("member_left_channel", [LEFT]),
    "channel_left": ("channel_left", [MembershipChanged("C0HELP", BOT.id, joined=False)]),
    "app_home_opened": (
        "app_home_opened",
        [HomeOpened(MAYA.id, "D0MAYA", "home"), HomeOpened(MAYA.id, "D0MAYA", "messages")],
    ),
}
EVENTS = list(OCCURRENCES)


def _presses_on_messages(app: Installation) -> Iterator[Json]:
    whispered = replace(ANSWER, ephemeral_to=MAYA.id)
    for message, action in [
        *((ANSWER, each) for each in _actions()),
        (PARENT, ACTION),
        (whispered, ACTION),
        (ATTACHED, ACTION),
    ]:
        yield interactive.message_action(app, MAYA, message, action=action, values={}, handles=HANDLES)


def _presses_on_views(app: Installation) -> Iterator[Json]:
    for view, action in [*((MODAL, each) for each in _actions()), (HOME, ACTION)]:
        yield interactive.view_action(app, MAYA, view, action=action, values={}, handles=HANDLES)


def _actions() -> Iterator[Json]:
    for element, given in ELEMENTS:
        found = Found(BLOCKS[0], {"action_id": "go"} | element)
        yield action_entry(found, given, action_ts="1700000002.000100")


def _submissions(app: Installation) -> Iterator[Json]:
    for person in (MAYA, SIBLING):
        yield interactive.view_submission(app, person, MODAL, values={}, handles=HANDLES)


def _closings(app: Installation) -> Iterator[Json]:
    for person in (MAYA, SIBLING):
        yield interactive.view_closed(app, person, MODAL, values={}, is_cleared=False)


def _global_shortcuts(app: Installation) -> Iterator[Json]:
    yield interactive.global_shortcut(app, MAYA, callback_id="x", action_ts="1.2", handles=HANDLES)


def _message_shortcuts(app: Installation) -> Iterator[Json]:
    for message in (EDITED, REPLY, PARENT, ATTACHED, replace(NOTICE, subtype="channel_join", inviter=MAYA.id)):
        yield interactive.message_shortcut(app, MAYA, message, callback_id="x", action_ts="1.2", handles=HANDLES)


def _commands(app: Installation) -> Iterator[Json]:
    for person in (MAYA, SIBLING):
        yield interactive.slash_command(app, person, HELP, command="/a", text="help", handles=HANDLES)


ACTS: dict[str, Callable[[Installation], Iterator[Json]]] = {
    "block_actions.message": _presses_on_messages,
    "block_actions.view": _presses_on_views,
    "view_submission": _submissions,
    "view_closed": _closings,
    "shortcut": _global_shortcuts,
    "message_action": _message_shortcuts,
    "slash_command": _commands,
}


def payloads_of(name: str) -> list[Json]:
    """All the sandbox could send of that type."""
    if name in ACTS:
        return [payload for app in APPS for payload in ACTS[name](app)]
    subscribed, occurrences = OCCURRENCES[name]
    return [event(each, subscribed, app) for app in APPS for each in occurrences]
