"""What the app reads through the Web API: channels, history, threads, people; page by page."""

from collections.abc import AsyncIterator

import pytest

from sandbox.content import Content
from sandbox.model import Json
from sandbox.web_api.paging import cursor_for
from tests.sandbox.small import START_S, Served, error_of, pages, raw, say_numbers, served_small


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with served_small() as served:
        yield served


async def test_history_comes_newest_first_in_pages(api: Served) -> None:
    say_numbers(api.small, 5)

    got = await pages(api.client.conversations_history, "messages", channel=api.small.help.id, limit=2)

    assert [[message["text"] for message in page] for page in got] == [["4", "3"], ["2", "1"], ["0"]]


async def test_what_is_said_between_two_pages_shifts_nothing(api: Served) -> None:
    say_numbers(api.small, 4)
    first = await api.client.conversations_history(channel=api.small.help.id, limit=2)
    say_numbers(api.small, 3)

    second = await api.client.conversations_history(
        channel=api.small.help.id, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )

    assert [message["text"] for message in second["messages"]] == ["1", "0"]


@pytest.mark.parametrize(
    ("inclusive", "expected"), [(False, ["2"]), (True, ["3", "2", "1"])], ids=["exclusive", "inclusive"]
)
async def test_history_between_two_moments(api: Served, inclusive: bool, expected: list[str]) -> None:
    times = say_numbers(api.small, 5)

    answer = await api.client.conversations_history(
        channel=api.small.help.id, oldest=times[1], latest=times[3], inclusive=inclusive
    )

    assert [message["text"] for message in answer["messages"]] == expected


async def test_a_moment_may_come_without_its_fraction(api: Served) -> None:
    say_numbers(api.small, 1)
    start = str(int(START_S))

    answer = await api.client.conversations_history(channel=api.small.help.id, latest=start, inclusive=True)

    assert [message["text"] for message in answer["messages"]] == ["0"]


async def test_a_cursor_works_only_for_what_it_was_made_for(api: Served) -> None:
    cursor = cursor_for("channel", api.small.ana.id)

    assert await error_of(api.client.users_list(cursor=cursor)) == "invalid_cursor"


async def test_history_has_parents_with_their_counts_and_no_replies(api: Served) -> None:
    parent, other = say_numbers(api.small, 2)
    replies = say_numbers(api.small, 3, thread_ts=parent)

    answer = await api.client.conversations_history(channel=api.small.help.id)

    newest, oldest = answer["messages"]
    assert (newest["ts"], oldest["ts"]) == (other, parent)
    assert "reply_count" not in newest
    assert (oldest["reply_count"], oldest["latest_reply"]) == (3, replies[-1])
    assert oldest["reply_users"] == [api.small.ana.id]


async def test_replies_come_oldest_first_with_the_parent_in_each_page(api: Served) -> None:
    [parent] = say_numbers(api.small, 1)
    replies = say_numbers(api.small, 3, thread_ts=parent)

    got = await pages(api.client.conversations_replies, "messages", channel=api.small.help.id, ts=parent, limit=2)

    assert [[message["ts"] for message in page] for page in got] == [
        [parent, replies[0], replies[1]],
        [parent, replies[2]],
    ]
    assert got[0][1]["parent_user_id"] == api.small.ana.id


async def test_replies_after_a_moment_still_have_the_parent(api: Served) -> None:
    [parent] = say_numbers(api.small, 1)
    replies = say_numbers(api.small, 3, thread_ts=parent)

    answer = await api.client.conversations_replies(channel=api.small.help.id, ts=parent, oldest=replies[1])

    assert [message["ts"] for message in answer["messages"]] == [parent, replies[2]]


async def test_metadata_is_whole_only_where_asked_for(api: Served) -> None:
    metadata = {"event_type": "row", "event_payload": {"key": "k1"}}
    await api.client.chat_postMessage(channel=api.small.help.id, text="x", metadata=metadata)

    brief = await api.client.conversations_history(channel=api.small.help.id)
    whole = await api.client.conversations_history(channel=api.small.help.id, include_all_metadata=True)

    assert brief["messages"][0]["metadata"] == {"event_type": "row"}
    assert whole["messages"][0]["metadata"] == metadata


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1000}, "invalid_limit"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": "ñandú"}, "invalid_cursor"),
        ({"cursor": "dXNlcjpVMQ=="}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "1,5"}, "invalid_ts_latest"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
    ],
    ids=["limit 0", "limit 1000", "no cursor", "no ASCII", "another's cursor", "oldest", "latest", "channel"],
)
async def test_history_is_refused_as_slack_refuses_it(api: Served, arguments: Json, error: str) -> None:
    call = api.client.conversations_history(**{"channel": api.small.help.id, **arguments})

    assert await error_of(call) == error


async def test_what_was_said_where_the_app_is_not_stays_unread(api: Served) -> None:
    workspace, history = api.small.workspace, api.client.conversations_history
    elsewhere = workspace.add_channel("elsewhere", members=[api.small.ana.id], with_bot=False)

    assert await error_of(history(channel=elsewhere.id)) == "not_in_channel"
    assert await error_of(history(channel=api.small.secret.id)) == "channel_not_found"


async def test_a_thread_that_is_not_there(api: Served) -> None:
    call = api.client.conversations_replies(channel=api.small.help.id, ts="1.000000")

    assert await error_of(call) == "thread_not_found"


async def test_reading_methods_do_not_see_a_json_body(api: Served) -> None:
    token, body = api.small.workspace.bot_token, {"channel": api.small.help.id}

    answer = await raw(api, "conversations.history", token=token, json=body)

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, "invalid_json"),
        ({"json": ["C1"]}, "json_not_object"),
        ({"data": "x", "headers": {"Content-Type": "text/plain"}}, "invalid_post_type"),
    ],
    ids=["broken JSON", "a list", "plain text"],
)
async def test_a_body_of_no_use_is_refused(api: Served, request_: Json, error: str) -> None:
    answer = await raw(api, "chat.postMessage", token=api.small.workspace.bot_token, **request_)

    assert answer["error"] == error


async def test_the_list_of_channels_has_the_public_ones_and_those_the_app_is_in(api: Served) -> None:
    workspace = api.small.workspace
    inside = workspace.add_channel("inside", kind="group", members=[api.small.ana.id])
    elsewhere = workspace.add_channel("elsewhere", with_bot=False)

    got = await pages(api.client.conversations_list, "channels", types="public_channel,private_channel", limit=2)

    listed = {channel["id"]: channel["is_member"] for page in got for channel in page}
    assert listed == {api.small.help.id: True, inside.id: True, elsewhere.id: False}


async def test_a_persons_channels_are_those_the_app_may_know_of(api: Served) -> None:
    answer = await api.client.users_conversations(user=api.small.ana.id, types="public_channel,private_channel")

    assert [channel["name"] for channel in answer["channels"]] == ["help"]


async def test_members_come_in_pages(api: Served) -> None:
    got = await pages(api.client.conversations_members, "members", channel=api.small.help.id, limit=2)

    assert [len(page) for page in got] == [2, 1]
    assert {member for page in got for member in page} == api.small.help.members


async def test_the_app_joins_a_public_channel_and_no_other(api: Served) -> None:
    elsewhere = api.small.workspace.add_channel("elsewhere", with_bot=False)
    inside = api.small.workspace.add_channel("inside", kind="group")

    await api.client.conversations_join(channel=elsewhere.id)
    again = await api.client.conversations_join(channel=elsewhere.id)

    assert api.small.workspace.bot_user_id in elsewhere.members
    assert again["warning"] == "already_in_channel"
    error = await error_of(api.client.conversations_join(channel=inside.id))
    assert error == "method_not_supported_for_channel_type"


async def test_a_dm_is_opened_once(api: Served) -> None:
    first = await api.client.conversations_open(users=api.small.ana.id)
    second = await api.client.conversations_open(users=api.small.ana.id)

    assert first["channel"]["id"] == second["channel"]["id"]
    assert second["already_open"]
    assert await error_of(api.client.conversations_open(users="U0NOBODY")) == "user_not_found"


async def test_people_come_in_pages_with_slackbot_and_the_app_among_them(api: Served) -> None:
    got = await pages(api.client.users_list, "members", limit=3)

    names = [person["name"] for page in got for person in page]
    assert [len(page) for page in got] == [3, 1]
    assert names == ["slackbot", "odyssey", "ana", "ben"]


async def test_a_persons_zone_and_company_are_told(api: Served) -> None:
    guest = api.small.workspace.add_person("gia", is_ultra_restricted=True)
    stranger = api.small.workspace.add_person("sam", team_id="T0ELSEWHERE")

    ben = (await api.client.users_info(user=api.small.ben.id))["user"]
    gia = (await api.client.users_info(user=guest.id))["user"]
    sam = (await api.client.users_info(user=stranger.id))["user"]

    assert (ben["tz"], ben["tz_offset"]) == ("Europe/Berlin", 7200)
    assert (gia["is_restricted"], gia["is_ultra_restricted"]) == (True, True)
    assert (sam["team_id"], sam["is_stranger"]) == ("T0ELSEWHERE", True)
    assert await error_of(api.client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_a_user_group_lists_its_people(api: Served) -> None:
    group = api.small.workspace.add_usergroup("platform", [api.small.ana.id])

    listed = (await api.client.usergroups_list(include_users=True))["usergroups"]
    users = (await api.client.usergroups_users_list(usergroup=group.id))["users"]

    assert [(each["id"], each["handle"], each["users"]) for each in listed] == [
        (group.id, "platform", [api.small.ana.id])
    ]
    assert users == [api.small.ana.id]
    assert await error_of(api.client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_a_channel_of_five_thousand_messages_is_read_page_by_page(api: Served) -> None:
    for number in range(5000):
        api.small.workspace.say(api.small.ana.id, api.small.help.id, str(number))

    got = await pages(api.client.conversations_history, "messages", channel=api.small.help.id, limit=999)

    assert [message["text"] for page in got for message in page] == [str(n) for n in reversed(range(5000))]


async def test_what_the_app_did_is_read_back_with_its_metadata(api: Served) -> None:
    """The outbox looks for its own posts by their metadata after a lost reply."""
    metadata = {"event_type": "mentor_effect", "event_payload": {"key": "k1"}}
    api.small.workspace.app.post(api.small.help.id, Content("answer", metadata=metadata))

    answer = await api.client.conversations_history(channel=api.small.help.id, include_all_metadata=True)

    [message] = answer["messages"]
    assert message["metadata"]["event_payload"]["key"] == "k1"
    assert message["app_id"] == api.small.workspace.app_id


def many(api: Served, count: int) -> list[str]:
    return [api.small.workspace.add_person(f"person{number}").id for number in range(count)]


async def test_of_many_who_reacted_the_first_fifty_are_named_and_all_are_counted(api: Served) -> None:
    [ts] = say_numbers(api.small, 1)
    people = many(api, 60)
    api.small.workspace.past.react(api.small.help.messages[ts], "tada", *people)

    [message] = (await api.client.conversations_history(channel=api.small.help.id))["messages"]
    some = await api.client.reactions_get(channel=api.small.help.id, timestamp=ts)
    whole = await api.client.reactions_get(channel=api.small.help.id, timestamp=ts, full=True)

    assert message["reactions"] == [{"name": "tada", "users": people[:50], "count": 60}]
    assert some["message"]["reactions"] == message["reactions"]
    assert whole["message"]["reactions"] == [{"name": "tada", "users": people, "count": 60}]


async def test_the_app_is_named_among_those_who_reacted_however_late_it_came(api: Served) -> None:
    [ts] = say_numbers(api.small, 1)
    workspace, message = api.small.workspace, api.small.help.messages[ts]
    workspace.reaction_users_most = 2
    workspace.past.react(message, "tada", api.small.ana.id, api.small.ben.id, workspace.bot_user_id)

    answer = await api.client.conversations_replies(channel=api.small.help.id, ts=ts)

    assert answer["messages"][0]["reactions"] == [
        {"name": "tada", "users": [api.small.ana.id, workspace.bot_user_id], "count": 3}
    ]


async def test_a_thread_of_the_past_is_read_back_with_its_facts(api: Served) -> None:
    small, past = api.small, api.small.workspace.past
    asked = past.say(small.ana.id, small.help.id, "question", at=START_S - 900)
    last = past.say(small.ben.id, small.help.id, "second", at=START_S - 100, thread_ts=asked.ts)
    past.say(small.ana.id, small.help.id, "first", at=START_S - 500, thread_ts=asked.ts)
    past.edit(last, "the second", at=START_S - 50)

    [parent] = (await api.client.conversations_history(channel=small.help.id))["messages"]
    read = (await api.client.conversations_replies(channel=small.help.id, ts=asked.ts))["messages"]

    assert {name: parent[name] for name in ("reply_count", "reply_users_count", "reply_users", "latest_reply")} == {
        "reply_count": 2,
        "reply_users_count": 2,
        "reply_users": [small.ana.id, small.ben.id],
        "latest_reply": last.ts,
    }
    assert [each["text"] for each in read] == ["question", "first", "the second"]
    assert read[2]["edited"] == {"user": small.ben.id, "ts": f"{START_S - 50:.6f}"}


async def test_a_deleted_parent_is_a_hidden_tombstone_in_history(api: Served) -> None:
    [parent] = say_numbers(api.small, 1)
    [reply] = say_numbers(api.small, 1, thread_ts=parent)
    api.small.workspace.delete(api.small.ana.id, api.small.help.id, parent)

    [message] = (await api.client.conversations_history(channel=api.small.help.id))["messages"]

    assert (message["subtype"], message["hidden"], message["user"]) == ("tombstone", True, "USLACKBOT")
    assert (message["reply_count"], message["latest_reply"]) == (1, reply)


async def test_a_reply_shown_in_the_channel_too_carries_its_root(api: Served) -> None:
    workspace, help_id = api.small.workspace, api.small.help.id
    [parent] = say_numbers(api.small, 1)
    workspace.say(api.small.ben.id, help_id, "all", thread_ts=parent, broadcast=True)

    newest = (await api.client.conversations_history(channel=help_id))["messages"][0]

    assert (newest["subtype"], newest["thread_ts"], newest["root"]["ts"]) == ("thread_broadcast", parent, parent)


async def test_a_plan_that_hides_old_messages_says_so_where_some_are_left_out(api: Served) -> None:
    small, day_s = api.small, 86_400
    for days in (100, 50, 1):
        small.workspace.past.say(small.ana.id, small.help.id, f"{days}", at=START_S - days * day_s)
    small.workspace.history_days = 90

    whole = await api.client.conversations_history(channel=small.help.id)
    recent = await api.client.conversations_history(channel=small.help.id, oldest=str(START_S - 60 * day_s))

    assert ([each["text"] for each in whole["messages"]], whole["is_limited"]) == (["1", "50"], True)
    assert ([each["text"] for each in recent["messages"]], "is_limited" in recent) == (["1", "50"], False)


async def test_another_apps_message_tells_which_bot_wrote_it(api: Served) -> None:
    workspace = api.small.workspace
    alerts = workspace.add_other_app("alerts", real_name="Alerts")
    workspace.past.say(alerts.id, api.small.help.id, "disk full", at=START_S - 1)

    [message] = (await api.client.conversations_history(channel=api.small.help.id))["messages"]
    info = (await api.client.bots_info(bot=alerts.bot_id))["bot"]
    user = (await api.client.users_info(user=alerts.id))["user"]

    assert (message["user"], message["bot_id"], message["app_id"]) == (alerts.id, alerts.bot_id, alerts.app_id)
    assert (message["bot_profile"]["name"], message["bot_profile"]["id"]) == ("Alerts", alerts.bot_id)
    assert (info["name"], info["user_id"], info["app_id"]) == ("Alerts", alerts.id, alerts.app_id)
    assert (user["is_bot"], user["profile"]["bot_id"]) == (True, alerts.bot_id)


async def test_the_apps_dms_are_listed_and_tell_who_is_gone(api: Served) -> None:
    small = api.small
    dms = {small.workspace.dm_of(each.id).id: each.id for each in (small.ana, small.ben)}
    small.ben.deleted = True

    listed = (await api.client.conversations_list(types="im"))["channels"]

    assert {each["id"]: each["user"] for each in listed} == dms
    assert [each["is_user_deleted"] for each in listed] == [False, True]
