"""Every action of the embedded handbook, from the form to what holds, and what everybody sees and Git keeps of it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.config import Settings, read_settings
from bot.storage.schema import audit, choices
from knowledge.loader import Handbook, load
from sandbox import Message
from sandbox.repository import BareRepository
from tests.actions import cloud as aws
from tests.actions.cloud import Cloud
from tests.journeys.company import Company, company, copy_handbook, first_line, make_live, told, with_hook
from tests.journeys.office import at_work, buttons, new_sandbox, settings_in
from tests.journeys.stories import LEDGER, LEDGER_FILES, MENTOR, PRIYA, QUOTA, QUOTA_CHANGED, STORIES, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one bot for all of them, as for a real company

NOT_AN_APPROVER = "Only the people named in the action's entry can approve it."


@pytest.fixture(scope="module")
def cloud(whole_cloud: Cloud) -> Iterator[Cloud]:
    """AWS with what the two actions that are pushed call there.

    Gone afterwards: where workers take tests from each other, one may come to this module twice.
    """
    said = {"Told": {"Type": "Pass", "Result": "PARTNER_KEY has a new value.", "End": True}}
    aws.add_function(whole_cloud, "restart-service")
    machine_arn = aws.add_machine(whole_cloud, "rotate-secret", said)
    yield whole_cloud
    whole_cloud.client("lambda").delete_function(FunctionName="restart-service")
    whole_cloud.client("stepfunctions").delete_state_machine(stateMachineArn=machine_arn)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> BareRepository:
    return make_live(tmp_path_factory.mktemp("live") / "live.git")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(
    tmp_path_factory: pytest.TempPathFactory, cloud: Cloud, live: BareRepository
) -> AsyncIterator[Company]:
    """The bot at work in the company, with Nadia in the platform team's channel as a bystander."""
    folder = tmp_path_factory.mktemp("company")
    handbook = copy_handbook(folder / "handbook", live.address)
    for name in ("rotate-secret", "restart-service"):
        entry = handbook / "actions" / f"{name}.yaml"
        entry.write_text(entry.read_text().replace("111122223333", aws.ACCOUNT).replace("eu-west-1", aws.REGION))
    async with new_sandbox() as sandbox:
        sandbox.workspace.channels["C0PLATFORM"].members.add("U0NADIA")
        url = f"sqlite+aiosqlite:///{folder / 'mentor.db'}"
        settings = settings_in(sandbox, folder / "data", database_url=url, handbook=handbook)
        async with at_work(sandbox, with_aws(with_hook(settings), cloud)) as office, company(office, live) as people:
            yield people


def with_aws(settings: Settings, cloud: Cloud) -> Settings:
    at_home = f"{aws.REGION}:{aws.ACCOUNT}"
    allowed = (
        f"arn:aws:states:{at_home}:stateMachine:rotate-secret",
        f"arn:aws:lambda:{at_home}:function:restart-service",
        f"arn:aws:dynamodb:{at_home}:table/{aws.TABLE}",
    )
    named = {"MENTOR_AWS_ALLOWED": ",".join(allowed), "MENTOR_AWS_ENDPOINT_URL": cloud.door.url}
    return replace(settings, direct=read_settings(named).direct)


async def policies_of(people: Company, name: str) -> Message:
    before = len(people.office.whispers(name, "ask-platform"))
    await people.office.person(name).command("/platform", "comply", "ask-platform")
    return (await people.office.until(lambda: people.office.whispers(name, "ask-platform")[before:]))[-1]


def thread_of(people: Company, card: Message) -> list[str]:
    return [text for _, text in people.office.thread(card)[1:]]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.action)
async def test_asked_for_agreed_to_proposed_merged_and_live(people: Company, story: Story) -> None:
    form = await people.form(story.asker, story.action)
    if story.bad:
        assert (await people.send(story.asker, form, {**story.filling, **story.bad})).errors == story.errors
    request = await people.sent(story.asker, form, story.filling)
    title = request.entry["title"]

    if story.approver:
        (card,) = await people.cards(request)
        assert people.repository.tip(request.branch) == ""
        assert first_line(await people.message(request)).startswith(f"*{title}*: waits for ")
        assert await people.press("nadia", card, "Approve") == [NOT_AN_APPROVER]
        assert await people.press(story.approver, card, "Approve") == []
        assert buttons(card) == []

    assert f"on the branch {request.branch} for the repository's reviewers." in first_line(
        await people.message(request)
    )
    assert people.commits(request) == [story.author]
    assert people.changed(request) == [each.replace("{request}", request.id) for each in story.changed]
    assert f"Requested-by: {people.office.sandbox.person(story.asker).person.real_name}" in people.trailers(request)
    assert await people.outcomes(request) == []

    ended = await people.merged(request)

    assert ended.state == "live"
    assert first_line(await people.message(request)) == f"*{title}*: live, a minute after you asked."
    assert await people.outcomes(request) == [f"{title}: live, a minute after you asked."]
    assert buttons(await people.message(request)) == []


async def test_several_files_are_one_branch_and_one_commit(people: Company) -> None:
    request = await people.ask("priya", "new-service", LEDGER)

    assert people.commits(request) == [PRIYA]
    assert [each for each in people.changed(request) if each.startswith("teams/")] == LEDGER_FILES
    assert (await people.merged(request)).state == "live"
    assert await people.outcomes(request) == ["Start a new service: live, a minute after you asked."]


async def test_what_the_people_on_duty_agree_to_is_merged_by_the_bot(people: Company) -> None:
    request = await people.ask("priya", "set-quota", QUOTA)
    (card,) = await people.cards(request)

    assert card in people.office.told("tomas")  # to who is on duty, alone
    assert await people.press("tomas", card, "Approve") == []
    ended = await people.reported(request)

    assert ended.state == "live"
    assert people.changed(request) == QUOTA_CHANGED
    merge = ended.merge_revision
    assert people.repository.log(f"{merge}^!", "%an: %s") == [f"Mentor: Merge branch '{request.branch}'"]
    assert people.trailers(request) == ["Requested-by: Priya Nair", "Approved-by: Tomas Reyes"]
    assert await people.outcomes(request) == ["Change a namespace's quota: live, a minute after you asked."]


async def test_a_secret_is_changed_once_two_others_agree(people: Company, cloud: Cloud) -> None:
    filling = {"team": "payments", "service": "ledger", "environment": "prod", "secret": "PARTNER_KEY"}
    form = await people.form("priya", "rotate-secret")
    bad = await people.send("priya", form, {**filling, "secret": "hunter-22"})
    request = await people.sent("priya", form, filling)
    (card,) = await people.cards(request)

    assert bad.errors == {
        "in.secret": "This is not of the form asked for: Its name in Vault and never its value, such as PARTNER_KEY"
    }
    await people.press("maya", card, "Approve")
    await people.press("maya", card, "Approve")
    assert "Agreed: Maya Lind." in told(card)  # once, however often she presses
    machine = aws.MACHINE.replace("mentor-count", "rotate-secret")
    assert cloud.executions(machine) == []
    assert await people.press("tomas", card, "Approve") == []
    await people.office.mentor.actions.following.look_at(request.id)
    await people.office.quiet()

    assert cloud.executions(machine) == [request.id]
    assert (await people.now(request)).state == "done"
    (outcome,) = await people.outcomes(request)
    assert outcome.startswith("Change a service's secret now: done.")
    assert "PARTNER_KEY has a new value." in told(await people.message(request))
    assert people.repository.tip(request.branch) == ""
    (debt,) = await people.put_under("debt:rotate-secret")
    assert "was run past Git for the first time" in debt.text


async def test_an_emergency_is_announced_done_and_declared_afterwards(people: Company, cloud: Cloud) -> None:
    filling = {"team": "payments", "service": "ledger", "environment": "prod", "incident": "INC-482"}
    request = await people.ask("priya", "restart-service", filling)
    (card,) = await people.cards(request)
    cloud.door.begin()

    assert await people.press("tomas", card, "Approve") == []
    (announced,) = await people.put_under(f"pushed:{request.id}")
    await people.office.mentor.actions.follow_ups.follow()
    await people.office.quiet()

    assert (await people.now(request)).state == "done"
    assert [event["input"]["incident"] for event in cloud.door.ledger.invoked] == ["INC-482"]
    assert first_line(announced) == "*Break-glass*: Priya Nair ran *Restart a service in an emergency*."
    assert "A pull request that declares it is open." in told(announced)
    declared = f"{request.branch}-state"
    assert people.repository.log(f"{declared}^!", "%an <%ae>%n%(trailers:key=Requested-by)") == [
        f"{MENTOR}\nRequested-by: Priya Nair"
    ]
    people.repository.merge(declared)
    await people.office.later(minutes=20)  # it is not looked at all the time
    await people.office.mentor.actions.follow_ups.follow()
    await people.office.quiet()

    assert "What it made is declared in Git." in told(announced)
    assert buttons(announced) == []
    assert f"request: {request.id}" in people.repository.read("teams/payments/services/ledger/prod/restart.yaml")


async def test_a_team_complies_with_a_policy_by_the_platforms_way(people: Company) -> None:
    before = await policies_of(people, "amara")
    await people.office.person("amara").press(before, "Use the platform's way")
    form = (await people.office.until(lambda: people.office.person("amara").views()))[-1]
    request = await people.sent("amara", form, {"team": "search"})
    under_way = await policies_of(people, "amara")
    await people.merged(request)
    after = await policies_of(people, "amara")

    async with people.office.mentor.database.read() as tx:
        kept = (await tx.execute(select(choices.c.policy, choices.c.way).where(choices.c.team == "search"))).all()
        sealed = list(await tx.scalars(select(audit.c.act).where(audit.c.subject == request.id)))
    assert [told(each).splitlines()[2] for each in (before, under_way, after)] == [
        "• *search*: not yet",
        "• *search*: not yet",
        "• *search*: complies by the platform's way, since 24 Nov 2026",
    ]
    assert [tuple(each) for each in kept] == [("artifact-attestation", "platform")]
    assert sealed[-1] == "policy.chosen"


async def test_no_action_of_the_embedded_handbook_is_left_out() -> None:
    apart = {"new-service", "set-quota", "rotate-secret", "restart-service"}
    read = load(Path(__file__).parents[2] / "knowledge" / "handbook")

    assert isinstance(read, Handbook)
    assert {each.id for each in read.actions} == {story.action for story in STORIES} | apart
