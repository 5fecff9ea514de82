"""When events are sent, and how often: with a transport that fails as told."""

import asyncio

import pytest

from sandbox.clock import Clock
from sandbox.delivery import Answer, Delivery, Package
from sandbox.faults import Faults
from sandbox.installation import Installation
from sandbox.manifest import AppManifest
from sandbox.model import Channel, HomeOpened, MembershipChanged, Message, MessagePosted, Person, ReactionChanged
from sandbox.organisation import Organisation

COMMAND = Package("slash_commands", {"command": "/platform"}, accepts_response=True)


class Nobody:
    """A transport with no one at its end; counts what it could not hand over."""

    def __init__(self) -> None:
        self.tries = 0

    async def send(self, package: Package) -> Answer:
        self.tries += 1
        return Answer(failure="dispatch_failed")


class Script:
    """A transport that gives these answers in turn, and keeps what came when."""

    def __init__(self, clock: Clock, *answers: Answer) -> None:
        self.clock = clock
        self._answers = list(answers)
        self.sent: list[Package] = []
        self.at_s: list[float] = []

    async def send(self, package: Package) -> Answer:
        self.sent.append(package)
        self.at_s.append(self.clock.now())
        return self._answers.pop(0)


MAYA = Person("U0MAYA", "maya", "Maya", "T0SAND")
HELP = Channel("C0HELP", "help", members={MAYA.id, "U0BOT"})
SECRET = Channel("G0SECRET", "secret", "group", members={MAYA.id, "U0BOT"})
APP = Installation(
    organisation=Organisation("T0SAND"),
    app_id="A0APP",
    bot_id="B0BOT",
    bot_user_id="U0BOT",
    people={MAYA.id: MAYA},
    channels={HELP.id: HELP, SECRET.id: SECRET},
)
SAID = MessagePosted(Message(HELP.id, "1700000000.000100", MAYA.id, "hello"))
LATE = Answer(failure="timeout")
MANIFEST = AppManifest(bot_scopes=frozenset({"channels:history"}), bot_events=frozenset({"message.channels"}))


def deliver(
    *answers: Answer, manifest: AppManifest = MANIFEST, faults: Faults | None = None
) -> tuple[Delivery, Script]:
    clock = Clock(factor=100_000.0)  # five minutes in 3 ms
    script = Script(clock, *answers)
    delivery = Delivery(APP, manifest, clock=clock, faults=faults or Faults(), transport=script)
    delivery.open()
    return delivery, script


async def test_an_unacknowledged_event_comes_again_at_once_after_one_and_after_five_minutes() -> None:
    delivery, script = deliver(LATE, LATE, LATE, Answer())

    delivery.notice(SAID)
    await delivery.settle()

    assert [(each.retry_attempt, each.retry_reason) for each in script.sent] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({each.payload["event_id"] for each in script.sent}) == 1
    assert script.at_s[2] - script.at_s[1] >= 60
    assert script.at_s[3] - script.at_s[2] >= 300
    assert delivery.lost == []


async def test_an_event_is_lost_after_its_third_retry() -> None:
    delivery, _ = deliver(LATE, LATE, LATE, LATE)

    delivery.notice(SAID)
    await delivery.settle()

    assert [each["event"]["text"] for each in delivery.lost] == ["hello"]


async def test_an_event_is_not_retried_when_the_app_forbids_it() -> None:
    delivery, script = deliver(Answer(status=500, failure="http_error", may_retry=False))

    delivery.notice(SAID)
    await delivery.settle()

    assert len(script.sent) == 1


async def test_a_command_is_never_sent_again() -> None:
    delivery, script = deliver(LATE)

    assert await delivery.ask(COMMAND) == LATE
    assert script.sent == [COMMAND]


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(AppManifest(bot_scopes=frozenset({"channels:history"})), id="not subscribed"),
        pytest.param(AppManifest(bot_events=frozenset({"message.channels"})), id="without the scope"),
    ],
)
async def test_only_subscribed_events_with_their_scope_are_sent(manifest: AppManifest) -> None:
    delivery, script = deliver(manifest=manifest)

    delivery.notice(SAID)
    await delivery.settle()

    assert script.sent == []


@pytest.mark.parametrize(
    ("scope", "told"), [("channels:read", ["C0HELP"]), ("groups:read", ["G0SECRET"]), ("reactions:read", [])]
)
async def test_who_joins_is_told_with_the_scope_for_that_kind_of_channel(scope: str, told: list[str]) -> None:
    manifest = AppManifest(bot_scopes=frozenset({scope}), bot_events=frozenset({"member_joined_channel"}))
    delivery, script = deliver(Answer(), manifest=manifest)

    for channel in (HELP, SECRET):
        delivery.notice(MembershipChanged(channel.id, MAYA.id, joined=True))
    await delivery.settle()

    assert [each.payload["event"]["channel"] for each in script.sent] == told


@pytest.mark.parametrize(("scope", "count"), [("reactions:read", 2), ("channels:history", 0)])
async def test_reactions_are_told_with_their_scope_alone(scope: str, count: int) -> None:
    events = frozenset({"reaction_added", "reaction_removed"})
    manifest = AppManifest(bot_scopes=frozenset({scope}), bot_events=events)
    delivery, script = deliver(Answer(), Answer(), manifest=manifest)

    for added in (True, False):
        delivery.notice(ReactionChanged(SAID.message, MAYA.id, "eyes", added=added, event_ts="1700000001.000100"))
    await delivery.settle()

    assert len(script.sent) == count


async def test_an_opened_home_is_told_without_any_scope() -> None:
    delivery, script = deliver(Answer(), manifest=AppManifest(bot_events=frozenset({"app_home_opened"})))

    delivery.notice(HomeOpened(MAYA.id, "D0MAYA", "home"))
    await delivery.settle()

    assert [each.payload["event"]["type"] for each in script.sent] == ["app_home_opened"]


async def test_duplicate_faults_send_copies_of_the_same_event() -> None:
    faults = Faults()
    faults.duplicate_events = (3, 3)
    delivery, script = deliver(Answer(), Answer(), Answer(), faults=faults)

    delivery.notice(SAID)
    await delivery.settle()

    assert len(script.sent) == 3
    assert len({each.payload["event_id"] for each in script.sent}) == 1


async def test_a_lost_acknowledgement_brings_the_event_again() -> None:
    faults = Faults()
    faults.drop_ack = 1.0
    delivery, script = deliver(*[Answer()] * 4, faults=faults)

    delivery.notice(SAID)
    await delivery.settle()

    assert len(script.sent) == 4


async def test_advancing_the_clock_brings_the_next_retry() -> None:
    clock = Clock(factor=0.001)
    script = Script(clock, LATE, LATE, Answer())
    delivery = Delivery(APP, MANIFEST, clock=clock, faults=Faults(), transport=script)
    delivery.open()
    delivery.notice(SAID)
    while len(script.sent) < 2:
        await asyncio.sleep(0)

    await asyncio.sleep(0)
    clock.advance(60)
    await delivery.settle()

    assert [each.retry_attempt for each in script.sent] == [0, 1, 2]


def delivery_to_nobody() -> tuple[Delivery, Nobody, Clock]:
    clock, nobody = Clock(factor=0.001), Nobody()
    delivery = Delivery(APP, MANIFEST, clock=clock, faults=Faults(), transport=nobody)
    delivery.open()
    return delivery, nobody, clock


async def test_without_the_app_an_event_is_given_up_after_six_minutes() -> None:
    delivery, nobody, clock = delivery_to_nobody()
    delivery.notice(SAID)
    tries = []

    for wait_s in (0, 59, 1, 299):
        clock.advance(wait_s)
        for _ in range(5):
            await asyncio.sleep(0)
        tries.append(nobody.tries)
    assert (tries, delivery.lost) == ([2, 2, 3, 3], [])
    clock.advance(1)
    await delivery.settle()

    assert nobody.tries == 4
    assert [each["event"]["text"] for each in delivery.lost] == ["hello"]


async def test_who_comes_back_after_a_day_gets_none_of_its_events() -> None:
    delivery, nobody, clock = delivery_to_nobody()
    delivery.notice(SAID)
    while nobody.tries < 2:
        await asyncio.sleep(0)

    clock.advance(86_400)
    await delivery.settle()
    delivery.transport = script = Script(clock, Answer())
    delivery.notice(SAID)
    await delivery.settle()

    assert (nobody.tries, len(delivery.lost)) == (4, 1)
    assert [each.retry_attempt for each in script.sent] == [0]


async def test_who_comes_back_after_four_minutes_gets_the_last_attempt() -> None:
    delivery, nobody, clock = delivery_to_nobody()
    delivery.notice(SAID)
    while nobody.tries < 2:
        await asyncio.sleep(0)

    clock.advance(240)
    while nobody.tries < 3:
        await asyncio.sleep(0)
    delivery.transport = script = Script(clock, Answer())
    clock.advance(120)
    await delivery.settle()

    assert [(each.retry_attempt, each.retry_reason) for each in script.sent] == [(3, "dispatch_failed")]
    assert delivery.lost == []


async def test_seven_thousand_missed_events_leave_nothing_behind_but_their_count() -> None:
    delivery, nobody, clock = delivery_to_nobody()
    tasks = len(asyncio.all_tasks())

    for _ in range(7000):
        delivery.notice(SAID)
    while nobody.tries < 14_000:
        await asyncio.sleep(0)
    clock.advance(360)
    await delivery.settle()

    assert (nobody.tries, len(delivery.lost), delivery.acknowledged) == (28_000, 7000, 0)
    assert len(asyncio.all_tasks()) == tasks


@pytest.mark.parametrize(
    ("setting", "least_s"),
    [pytest.param("delay_events_s", 60.0, id="delay"), pytest.param("reorder_window_s", 0.0, id="reorder")],
)
async def test_delivery_faults_hold_events_back(setting: str, least_s: float) -> None:
    faults = Faults()
    faults.duplicate_events = (2, 2)
    setattr(faults, setting, 60.0)
    delivery, script = deliver(Answer(), Answer(), faults=faults)
    said_at_s = script.clock.now()

    delivery.notice(SAID)
    await delivery.settle()

    assert all(at_s - said_at_s > least_s for at_s in script.at_s)
    assert delivery.acknowledged == 2


async def test_nothing_is_delivered_before_the_sandbox_is_open() -> None:
    clock = Clock()
    script = Script(clock)
    delivery = Delivery(APP, MANIFEST, clock=clock, faults=Faults(), transport=script)

    delivery.notice(SAID)
    await delivery.settle()

    assert script.sent == []
