"""What people and the app may do in the workspace, and what it tells those who listen."""

from collections.abc import Callable

import pytest

from sandbox.content import Content
from sandbox.model import (
    HomeOpened,
    MembershipChanged,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    Occurrence,
    ReactionChanged,
)
from sandbox.workspace import Refused
from tests.sandbox.small import START_S, Small, small_manifest, small_workspace


@pytest.fixture
def small() -> Small:
    return small_workspace()


def refusal(act: Callable[[], object]) -> str:
    """The error the act is refused with."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def heard(small: Small) -> list[Occurrence]:
    occurrences: list[Occurrence] = []
    small.workspace.subscribe(occurrences.append)
    return occurrences


def test_two_workspaces_of_one_seed_have_the_same_ids(small: Small) -> None:
    other = small_workspace()

    assert other.workspace.bot_token == small.workspace.bot_token
    assert list(other.workspace.people) == list(small.workspace.people)
    assert list(other.workspace.channels) == list(small.workspace.channels)


def test_messages_of_one_moment_have_rising_times(small: Small) -> None:
    first = small.workspace.say(small.ana.id, small.help.id, "one")
    second = small.workspace.say(small.ana.id, small.help.id, "two")

    assert float(first.ts) == pytest.approx(START_S)
    assert len(first.ts) == len("1790000000.000000")
    assert second.ts > first.ts


def test_a_message_is_told_to_whoever_listens(small: Small) -> None:
    occurrences = heard(small)

    message = small.workspace.say(small.ana.id, small.help.id, "hello")

    assert occurrences == [MessagePosted(message)]


def test_who_is_not_in_the_channel_cannot_speak_there(small: Small) -> None:
    assert refusal(lambda: small.workspace.say(small.ben.id, small.secret.id, "hi")) == "not_in_channel"


def test_a_reply_makes_its_parent_a_thread_and_stays_out_of_the_channel(small: Small) -> None:
    parent = small.workspace.say(small.ana.id, small.help.id, "question")

    reply = small.workspace.say(small.ben.id, small.help.id, "answer", thread_ts=parent.ts)

    assert parent.thread_ts == parent.ts
    assert small.help.timeline == [parent.ts]
    assert small.help.threads == {parent.ts: [reply.ts]}


def test_a_broadcast_reply_stands_in_the_channel_too(small: Small) -> None:
    parent = small.workspace.say(small.ana.id, small.help.id, "question")

    reply = small.workspace.say(small.ben.id, small.help.id, "all", thread_ts=parent.ts, broadcast=True)

    assert reply.subtype == "thread_broadcast"
    assert small.help.timeline == [parent.ts, reply.ts]


def test_a_thread_hangs_on_a_message_that_is_there_and_is_no_reply(small: Small) -> None:
    parent = small.workspace.say(small.ana.id, small.help.id, "question")
    reply = small.workspace.say(small.ben.id, small.help.id, "answer", thread_ts=parent.ts)

    def say_in(thread_ts: str) -> str:
        return refusal(lambda: small.workspace.say(small.ana.id, small.help.id, "x", thread_ts=thread_ts))

    assert say_in("1.000000") == "thread_not_found"
    assert say_in(reply.ts) == "cannot_reply_to_message"


def test_an_edit_tells_what_was_there_before(small: Small) -> None:
    message = small.workspace.say(small.ana.id, small.help.id, "helo")
    occurrences = heard(small)

    small.workspace.edit(small.ana.id, small.help.id, message.ts, "hello")

    [change] = occurrences
    assert isinstance(change, MessageChanged)
    assert (change.previous.text, change.message.text) == ("helo", "hello")
    assert change.message.edited is not None


def test_only_ones_own_message_can_be_edited_or_deleted(small: Small) -> None:
    ts = small.workspace.say(small.ana.id, small.help.id, "mine").ts

    assert refusal(lambda: small.workspace.edit(small.ben.id, small.help.id, ts, "x")) == "cant_update_message"
    assert refusal(lambda: small.workspace.delete(small.ben.id, small.help.id, ts)) == "cant_delete_message"


def test_a_deleted_message_is_gone(small: Small) -> None:
    message = small.workspace.say(small.ana.id, small.help.id, "oops")
    occurrences = heard(small)

    small.workspace.delete(small.ana.id, small.help.id, message.ts)

    assert small.help.messages == {}
    assert small.help.timeline == []
    assert [type(each) for each in occurrences] == [MessageDeleted]


def test_a_deleted_parent_leaves_a_tombstone_until_its_last_reply_goes(small: Small) -> None:
    parent = small.workspace.say(small.ana.id, small.help.id, "question")
    reply = small.workspace.say(small.ben.id, small.help.id, "answer", thread_ts=parent.ts)

    small.workspace.delete(small.ana.id, small.help.id, parent.ts)

    assert (parent.subtype, parent.text) == ("tombstone", "This message was deleted.")
    assert small.help.timeline == [parent.ts]

    small.workspace.delete(small.ben.id, small.help.id, reply.ts)

    assert small.help.messages == {}


def test_one_person_reacts_once_with_the_same_emoji(small: Small) -> None:
    message = small.workspace.say(small.ana.id, small.help.id, "done")
    occurrences = heard(small)

    small.workspace.react(small.ben.id, small.help.id, message.ts, "tada")

    assert message.reactions == {"tada": [small.ben.id]}
    assert [type(each) for each in occurrences] == [ReactionChanged]
    again = refusal(lambda: small.workspace.react(small.ben.id, small.help.id, message.ts, "tada"))
    assert again == "already_reacted"


def test_taking_the_last_reaction_back_leaves_none(small: Small) -> None:
    message = small.workspace.say(small.ana.id, small.help.id, "done")
    small.workspace.react(small.ben.id, small.help.id, message.ts, "tada")

    small.workspace.unreact(small.ben.id, small.help.id, message.ts, "tada")

    assert message.reactions == {}


def test_joining_is_told_and_stands_in_the_channel(small: Small) -> None:
    cleo = small.workspace.add_person("cleo")
    occurrences = heard(small)

    small.workspace.join(cleo.id, small.help.id)

    assert occurrences[0] == MembershipChanged(small.help.id, cleo.id, joined=True)
    assert small.help.messages[small.help.timeline[-1]].subtype == "channel_join"


def test_who_is_in_the_channel_does_not_join_again(small: Small) -> None:
    occurrences = heard(small)

    small.workspace.join(small.ana.id, small.help.id)

    assert occurrences == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<@U1> and <#C1|help> and <!here>", "<@U1> and <#C1|help> and <!here>"),
        ("<https://a.example/?x=1&y=2|page>", "<https://a.example/?x=1&y=2|page>"),
        ("R&amp;D", "R&amp;D"),
        ("<script>", "&lt;script&gt;"),
    ],
    ids=["loose characters", "mentions", "link", "an entity", "a tag"],
)
def test_loose_angles_and_ampersands_are_kept_as_entities(small: Small, said: str, kept: str) -> None:
    by_ana = small.workspace.say(small.ana.id, small.help.id, said)
    by_app = small.workspace.app.post(small.help.id, Content(said))

    assert (by_ana.text, by_app.text) == (kept, kept)


def test_the_invited_app_is_in_the_channel(small: Small) -> None:
    occurrences = heard(small)

    small.workspace.invite_bot(small.secret.id, small.ana.id)

    assert small.workspace.bot_user_id in small.secret.members
    bot = small.workspace.bot_user_id
    assert occurrences[0] == MembershipChanged(small.secret.id, bot, joined=True, inviter=small.ana.id)


def test_opening_the_home_is_told_with_the_dm(small: Small) -> None:
    occurrences = heard(small)

    small.workspace.open_home(small.ana.id, "home")

    assert occurrences == [HomeOpened(small.ana.id, small.workspace.dm_of(small.ana.id).id, "home")]


def test_there_is_one_dm_for_each_person(small: Small) -> None:
    dm = small.workspace.dm_of(small.ana.id)

    assert dm.id.startswith("D")
    assert small.workspace.dm_of(small.ana.id) is dm
    assert dm.members == {small.ana.id, small.workspace.bot_user_id}


def test_who_is_gone_or_a_bot_gets_no_dm(small: Small) -> None:
    small.ben.deleted = True

    assert refusal(lambda: small.workspace.dm_of(small.ben.id)) == "user_disabled"
    assert refusal(lambda: small.workspace.dm_of(small.workspace.bot_user_id)) == "cannot_dm_bot"


def test_without_a_messages_tab_nobody_writes_in_the_dm() -> None:
    small = small_workspace(small_manifest(messages=False))
    dm = small.workspace.dm_of(small.ana.id)

    assert refusal(lambda: small.workspace.say(small.ana.id, dm.id, "hi")) == "messages_tab_disabled"
    assert refusal(lambda: small.workspace.app.post(dm.id, Content("hi"))) == "messages_tab_disabled"


def test_everything_visible_the_app_does_stands_in_the_ledger_in_order(small: Small) -> None:
    app, channel_id = small.workspace.app, small.help.id

    message = app.post(channel_id, Content("one"))
    app.update(channel_id, message.ts, Content("two"))
    app.react(channel_id, message.ts, "eyes")
    app.unreact(channel_id, message.ts, "eyes")
    app.ephemeral(channel_id, small.ana.id, Content("psst"))
    app.delete(channel_id, message.ts)

    effects = [(effect.kind, effect.text) for effect in small.workspace.ledger.effects]
    assert effects == [
        ("post", "one"),
        ("update", "two"),
        ("reaction", "eyes"),
        ("unreaction", "eyes"),
        ("ephemeral", "psst"),
        ("delete", "two"),
    ]


def test_the_ledger_finds_posts_by_channel_and_thread(small: Small) -> None:
    parent = small.workspace.say(small.ana.id, small.help.id, "question")
    small.workspace.app.post(small.help.id, Content("top"))
    small.workspace.app.post(small.help.id, Content("reply"), thread_ts=parent.ts)
    small.workspace.app.post(small.ana.id, Content("private"))

    ledger = small.workspace.ledger
    assert [effect.text for effect in ledger.posts(small.help.id)] == ["top", "reply"]
    assert [effect.text for effect in ledger.posts(thread_ts=parent.ts)] == ["reply"]
    assert [effect.user for effect in ledger.posts(small.workspace.dm_of(small.ana.id).id)] == [small.ana.id]


def test_a_whisper_is_for_one_member_and_in_no_history(small: Small) -> None:
    message = small.workspace.app.ephemeral(small.help.id, small.ana.id, Content("psst"))

    assert small.workspace.ephemerals == [message]
    assert small.help.messages == {}
    outside = small.workspace.add_person("cleo").id
    code = refusal(lambda: small.workspace.app.ephemeral(small.help.id, outside, Content("psst")))
    assert code == "user_not_in_channel"


def test_the_app_changes_only_its_own_messages(small: Small) -> None:
    ts = small.workspace.say(small.ana.id, small.help.id, "mine").ts

    app = small.workspace.app
    assert refusal(lambda: app.update(small.help.id, ts, Content("x"))) == "cant_update_message"
    assert refusal(lambda: app.delete(small.help.id, ts)) == "cant_delete_message"


def test_an_updates_text_takes_the_place_of_the_blocks_and_metadata_stays_where_it_is_not_named(small: Small) -> None:
    metadata = {"event_type": "row", "event_payload": {"key": "k1"}}
    divider = {"type": "divider", "block_id": "b1"}
    message = small.workspace.app.post(small.help.id, Content("one", [divider], metadata=metadata))

    small.workspace.app.update(small.help.id, message.ts, Content(None, [divider]))
    assert (message.blocks, message.metadata) == ([divider], metadata)

    small.workspace.app.update(small.help.id, message.ts, Content("two"))
    assert (message.text, message.blocks, message.metadata) == ("two", [], metadata)

    small.workspace.app.update(small.help.id, message.ts, Content("three", [divider], metadata={}))
    assert (message.text, message.blocks, message.metadata) == ("three", [divider], None)


def test_a_response_needs_no_membership(small: Small) -> None:
    message = small.workspace.respond(
        channel_id=small.secret.id,
        user_id=small.ana.id,
        payload={"text": "done", "response_type": "in_channel"},
    )

    assert message is not None
    assert small.secret.messages[message.ts].text == "done"
    assert [effect.kind for effect in small.workspace.ledger.effects] == ["respond"]


def test_a_response_is_a_whisper_unless_it_says_otherwise(small: Small) -> None:
    message = small.workspace.respond(channel_id=small.help.id, user_id=small.ana.id, payload={"text": "done"})

    assert message is not None
    assert message.ephemeral_to == small.ana.id


def test_a_response_replaces_or_deletes_the_message_it_came_from(small: Small) -> None:
    card = small.workspace.app.post(small.help.id, Content("choose", blocks=[{"type": "divider"}]))

    def respond(payload: dict[str, object]) -> object:
        return small.workspace.respond(channel_id=small.help.id, user_id=small.ana.id, payload=payload, original=card)

    assert respond({"text": "chosen", "replace_original": True}) is card
    assert (card.text, card.blocks) == ("chosen", [])  # all of it: buttons that were pressed go
    assert respond({"delete_original": True}) is None
    assert small.help.messages == {}


MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": []}


def test_a_trigger_opens_one_view(small: Small) -> None:
    windows = small.workspace.windows
    trigger_id = windows.issue_trigger(small.ana.id)

    view = windows.open(trigger_id, MODAL)

    assert windows.modals_of(small.ana.id) == [view]
    assert refusal(lambda: windows.open(trigger_id, MODAL)) == "exchanged_trigger_id"


def test_a_trigger_dies_after_three_seconds(small: Small) -> None:
    trigger_id = small.workspace.windows.issue_trigger(small.ana.id)

    small.workspace.clock.advance(3.1)

    assert refusal(lambda: small.workspace.windows.open(trigger_id, MODAL)) == "expired_trigger_id"


def test_at_a_fast_pace_a_trigger_still_lives_three_seconds_of_the_wall(small: Small) -> None:
    small.workspace.clock.factor = 60.0
    trigger_id = small.workspace.windows.issue_trigger(small.ana.id)
    small.workspace.clock.factor = 1e-9

    small.workspace.clock.advance(179)

    assert small.workspace.windows.open(trigger_id, MODAL).user == small.ana.id


def test_at_most_three_modals_lie_upon_each_other(small: Small) -> None:
    windows = small.workspace.windows
    root = windows.open(windows.issue_trigger(small.ana.id), MODAL)

    def push() -> object:
        return windows.push(windows.issue_trigger(small.ana.id, view_id=root.id), MODAL)

    push()
    push()

    assert [view.root_id for view in windows.modals_of(small.ana.id)] == [root.id] * 3
    assert refusal(push) == "push_limit_reached"


def test_a_view_is_not_replaced_from_an_old_hash(small: Small) -> None:
    windows = small.workspace.windows
    view = windows.open(windows.issue_trigger(small.ana.id), MODAL)
    old_hash = view.hash

    windows.update(MODAL, view_id=view.id, view_hash=old_hash)

    again = refusal(lambda: windows.update(MODAL, view_id=view.id, view_hash=old_hash))
    assert again == "hash_conflict"


def test_a_closed_modal_shows_the_one_below(small: Small) -> None:
    windows = small.workspace.windows
    root = windows.open(windows.issue_trigger(small.ana.id), MODAL)
    top = windows.push(windows.issue_trigger(small.ana.id, view_id=root.id), MODAL)

    windows.close(top.id)

    assert windows.modals_of(small.ana.id) == [root]


def test_each_person_has_one_home(small: Small) -> None:
    windows = small.workspace.windows
    home = {"type": "home", "blocks": [{"type": "divider"}]}

    first = windows.publish(small.ana.id, home)
    second = windows.publish(small.ana.id, home)

    assert first is second
    assert list(windows.home_views) == [small.ana.id]
    assert small.workspace.views == {first.id: first}
