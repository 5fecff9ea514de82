"""An action asked for: found in the catalogue, opened as a form from wherever somebody is, filled in and sent."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.actions.forms import CHANGED
from bot.actions.opening import GONE
from bot.authority import OVERHEARD
from bot.model import Json
from bot.storage.requests import RequestRow
from bot.storage.schema import requests
from sandbox import Message, View
from tests.git.remote import make_remote
from tests.journeys.handbook import CHANNELS, LOGS, PEOPLE, QUESTION, write_handbook
from tests.journeys.office import Office, buttons, words

BUCKET = """\
id: create-bucket
title: Create a storage bucket
summary: A private, versioned, encrypted bucket for one team.
questions: [I need a bucket, where can I keep files]
capability: object-storage
mode: proposal
who: {teams: all}
inputs:
  - {name: bucket, type: text, label: Bucket name, pattern: "[a-z0-9][a-z0-9-]{1,40}"}
  - {name: environment, type: choice, choices: [dev, staging, prod]}
  - {name: team, type: team}
approval: {when: {environment: [prod]}, by: platform-approvers, urgent: yes}
git:
  repository: live
  file: teams/{team}/buckets/{bucket}.yaml
  content: {kind: Bucket, name: "{bucket}", environment: "{environment}"}
"""
DUTY_ONLY = """\
id: restart-runner
title: Restart a CI runner
summary: Restarts a runner that hangs.
mode: proposal
who: {groups: [duty]}
git:
  repository: live
  file: runners/restart.yaml
  content: {restart: true}
"""
MORE_PEOPLE = """\
approvers:
  platform-approvers: {group: S0PLATFORM}
teams:
  payments: {group: S0PAYMENTS}
  checkout: {group: S0CHECKOUT}
git_accounts: {U0PRIYA: {account: priya-dev, email: priya@example.com}}
"""
CAPABILITIES = """\
- id: object-storage
  title: Object storage
  owner: platform_team
  status: only way
  since: 2026-01-01
  teams: all
  counts_as_use: a bucket
  built_from: {what: ours, because: nothing else fits}
"""
REPOSITORIES = "live: {url: https://git.example.com/platform/live.git}\n"
TITLE = "Create a storage bucket"
FROM_FILE = "choices_from: {repository: live, file: regions.yaml, at: regions}"
FILLED = {"Bucket name": "receipts", "Environment": "staging", "Team": "payments"}
NOT_READ = (
    "The choices for “Environment” cannot be shown: regions.yaml in live has not been read yet; try again in a minute."
)
NOT_YOURS = "This action is not open to you: its entry in the handbook, or a pilot that it belongs to, names others."


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "actions").mkdir()
    (folder / "actions" / "create-bucket.yaml").write_text(BUCKET)
    (folder / "actions" / "restart-runner.yaml").write_text(DUTY_ONLY)
    (folder / "capabilities.yaml").write_text(CAPABILITIES)
    (folder / "people.yaml").write_text(PEOPLE + MORE_PEOPLE)
    (folder / "repositories.yaml").write_text(REPOSITORIES)
    (folder / "channels.yaml").write_text(CHANNELS.replace("answer: shadow}", "answer: shadow, actions: []}"))
    (folder / "articles" / "logs.md").write_text(LOGS.replace("owner:", "actions: [create-bucket, gone]\nowner:"))
    return folder


async def taken(office: Office) -> list[RequestRow]:
    """The requests that were taken down."""
    async with office.mentor.database.read() as tx:
        return [RequestRow(**row) for row in (await tx.execute(select(requests))).mappings()]


async def form_of(office: Office, name: str) -> View:
    """The form before the person's eyes."""
    return (await office.until(lambda: office.person(name).views()))[-1]


async def told(office: Office, name: str) -> Message:
    return (await office.until(lambda: office.told(name)))[-1]


def shown(view: View) -> str:
    blocks: list[Json] = view.payload["blocks"]
    texts = [block.get("text") or block["elements"][0] for block in blocks if block["type"] in ("section", "context")]
    return "\n".join(text["text"] for text in texts)


async def test_an_action_is_asked_for_by_the_command(either_office: Office) -> None:
    office, priya = either_office, either_office.person("priya")

    await priya.command("/platform", "run bucket", "ask-platform")
    form = await form_of(office, "priya")
    done = await priya.submit(form, FILLED)

    assert form.payload["title"]["text"] == TITLE
    assert "It carries the name of priya-dev, your Git account." in shown(form)
    assert "Where Environment is prod, somebody of *platform-approvers* has to approve it first" in shown(form)
    assert (done.acknowledged, done.errors, priya.views()) == (True, {}, [])
    (request,) = await taken(office)
    assert request.inputs == {"bucket": "receipts", "environment": "staging", "team": "payments"}
    assert (request.action, request.channel_id, request.is_urgent) == ("create-bucket", "C0ASKPLAT", False)


async def test_errors_stand_in_the_form_and_what_was_typed_stays(office: Office) -> None:
    priya = office.person("priya")
    await priya.command("/platform", "run create-bucket", "ask-platform")
    form = await form_of(office, "priya")

    refused = await priya.submit(form, {**FILLED, "Bucket name": "Receipts!", "urgent": ["0"]})
    done = await priya.submit(form, {"Bucket name": "receipts-2"})

    assert list(refused.errors) == ["in.bucket"]
    assert done.errors == {}
    assert [(each.inputs["bucket"], each.is_urgent) for each in await taken(office)] == [("receipts-2", True)]


async def test_the_list_says_what_is_open_and_what_not_and_why(office: Office) -> None:
    priya = office.person("priya")

    await priya.command("/platform", "run", "ask-platform")
    listed = await office.whisper_to("priya", "ask-platform")
    await priya.press(listed, "Open")
    form = await form_of(office, "priya")

    assert words(listed) == [
        "You can do this yourself:",
        f"*{TITLE}*\nA private, versioned, encrypted bucket for one team.",
        "*Not open to you here*",
        f"• Restart a CI runner: {NOT_YOURS}",
    ]
    assert form.payload["title"]["text"] == TITLE


async def test_after_a_mention_the_list_comes_as_a_direct_message(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", f"{office.mention} actions")
    listed = await told(office, "priya")
    await office.person("priya").press(listed, "Open")
    done = await office.person("priya").submit(await form_of(office, "priya"), FILLED)

    assert office.replies(asked) == []
    assert words(listed)[0] == "You can do this yourself:"
    assert done.errors == {}
    assert [each.channel_id for each in await taken(office)] == [listed.channel]


async def test_words_that_name_no_action_are_a_question(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", f"{office.mention} run the tests in CI?")
    answer = await office.answer_to(asked)

    assert answer.text.startswith("I found nothing about this in the handbook")
    assert office.told("priya") == []


async def test_who_may_not_run_it_is_told_why_and_gets_no_form(office: Office) -> None:
    priya = office.person("priya")

    await priya.command("/platform", "run restart-runner", "ask-platform")
    refused = await office.whisper_to("priya", "ask-platform")

    assert refused.text == f"*Restart a CI runner*: {NOT_YOURS}"
    assert priya.views() == []


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        pytest.param(
            "partners",
            OVERHEARD,
            id="shared",
        ),
        pytest.param(
            "data-help",
            "This action cannot be run in this channel. Open it in my messages, or in App Home.",
            id="closed by the handbook",
        ),
        pytest.param(
            "random",
            "This action cannot be run in this channel. Open it in my messages, or in App Home.",
            id="not in the handbook",
        ),
    ],
)
async def test_a_channel_where_it_may_not_be_run_gets_no_form(office: Office, channel: str, reason: str) -> None:
    priya = office.person("priya")

    await priya.command("/platform", "run create-bucket", channel)
    refused = await office.whisper_to("priya", channel)

    assert refused.text == f"*{TITLE}*: {reason}"
    assert priya.views() == []


async def test_it_is_chosen_from_the_list_that_the_shortcut_opens(office: Office) -> None:
    priya = office.person("priya")

    await priya.shortcut("actions.run")
    listed = await form_of(office, "priya")
    seen = shown(listed)
    await priya.press(listed, "Open")
    form = await office.until(lambda: [each for each in priya.views() if each.payload.get("callback_id")])
    done = await priya.submit(form[0], FILLED)

    assert seen.startswith("You can do this yourself:")
    assert form[0].id == listed.id  # in the list's place
    assert done.errors == {}
    assert priya.views() == []
    assert [each.channel_id for each in await taken(office)] == [""]


async def test_actions_stand_below_what_they_belong_to(office: Office, handbook: Path) -> None:
    (handbook / "actions" / "restart-runner.yaml").write_text(DUTY_ONLY.replace("{groups: [duty]}", "{teams: all}"))
    await office.mentor.read_handbook()

    await office.person("priya").shortcut("actions.run")
    listed = await form_of(office, "priya")

    heads = [block["elements"][0]["text"] for block in listed.payload["blocks"] if block["type"] == "context"]
    assert heads == ["*Object storage*", "*Other*"]


async def test_what_left_the_catalogue_meanwhile_is_said_in_place_of_the_list(office: Office, handbook: Path) -> None:
    priya = office.person("priya")
    await priya.shortcut("actions.run")
    listed = await form_of(office, "priya")

    (handbook / "actions" / "create-bucket.yaml").unlink()
    await office.mentor.read_handbook()
    await priya.press(listed, "Open")

    (view,) = priya.views()
    assert shown(view) == "This action is not in the catalogue any more."
    assert office.told("priya") == []


async def test_it_is_opened_from_home(office: Office) -> None:
    priya = office.person("priya")
    priya.open_home()
    home = await office.until(priya.home)

    await priya.press(home, "Open")
    done = await priya.submit(await form_of(office, "priya"), FILLED)

    assert "Get something done" in [each["text"]["text"] for each in home.payload["blocks"] if each["type"] == "header"]
    assert done.errors == {}


async def test_an_answer_whose_article_names_it_offers_to_do_it(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    await office.person("priya").press(answer, f"Do it for me: {TITLE}")
    form = await form_of(office, "priya")
    await office.person("priya").press(answer, "That solved it")
    await office.quiet()

    assert buttons(answer) == [f"Do it for me: {TITLE}"]  # and stays when the answer was called good
    assert form.payload["title"]["text"] == TITLE


async def test_no_answer_offers_it_where_it_cannot_be_run(office: Office) -> None:
    asked = office.person("priya").say("random", f"{office.mention} {QUESTION}")
    answer = await office.answer_to(asked)

    assert buttons(answer) == ["That solved it", "Not quite"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        pytest.param(BUCKET.replace("[dev, staging", "[test, dev, staging"), CHANGED, id="changed"),
        pytest.param(BUCKET.replace("create-bucket", "make-bucket"), GONE, id="gone"),
        pytest.param(BUCKET.replace("choices: [dev, staging, prod]", FROM_FILE), NOT_READ, id="its choices not read"),
    ],
)
async def test_a_form_whose_entry_is_another_meanwhile_is_not_taken(
    office: Office, handbook: Path, entry: str, said: str
) -> None:
    priya = office.person("priya")
    await priya.command("/platform", "run create-bucket", "ask-platform")
    form = await form_of(office, "priya")

    (handbook / "actions" / "create-bucket.yaml").unlink()
    (handbook / "actions" / f"{entry.split()[1]}.yaml").write_text(entry)
    await office.mentor.read_handbook()
    done = await priya.submit(form, FILLED)

    assert done.errors == {"in.bucket": said}
    assert await taken(office) == []


async def test_choices_that_stand_in_a_repository_are_offered_once_they_were_read(
    office: Office, handbook: Path, tmp_path: Path
) -> None:
    remote = make_remote(tmp_path / "live.git")
    remote.commit({"regions.yaml": "regions: {north: {}, south: {}}\n"})
    (handbook / "repositories.yaml").write_text(f"live: {{url: {remote.address}}}\n")
    entry = BUCKET.replace("choices: [dev, staging, prod]", FROM_FILE).replace("[prod]", "[north]")
    (handbook / "actions" / "create-bucket.yaml").write_text(entry)
    await office.mentor.read_handbook()
    priya = office.person("priya")

    await priya.command("/platform", "run create-bucket", "ask-platform")
    refused = await office.whisper_to("priya", "ask-platform")
    await office.mentor.actions.choices.refresh()
    await priya.command("/platform", "run create-bucket", "ask-platform")
    done = await priya.submit(await form_of(office, "priya"), {**FILLED, "Environment": "south"})

    assert refused.text == f"*{TITLE}*: {NOT_READ}"
    assert done.errors == {}
    assert [each.inputs["environment"] for each in await taken(office)] == ["south"]


async def test_a_form_that_slack_did_not_take_in_time_is_asked_for_again(office: Office) -> None:
    office.sandbox.faults.add("status_500", methods=["views.open"], times=1)

    await office.person("priya").command("/platform", "run create-bucket", "ask-platform")
    refused = await office.whisper_to("priya", "ask-platform")

    assert refused.text == f"*{TITLE}*: The form could not be opened in time. Please press again."


async def test_what_left_the_catalogue_is_said_though_the_list_cannot_be_changed(
    office: Office, handbook: Path
) -> None:
    priya = office.person("priya")
    await priya.shortcut("actions.run")
    listed = await form_of(office, "priya")
    (handbook / "actions" / "create-bucket.yaml").unlink()
    await office.mentor.read_handbook()
    office.sandbox.faults.add("status_500", methods=["views.update"], times=1)

    await priya.press(listed, "Open")
    (told,) = await office.until(lambda: office.told("priya"))

    assert told.text == "The form could not be opened in time. Please press again."
