"""What the operator's settings allow of an entry, and the words for what they do not."""

import pytest

from bot.actions.allowed import CalledBackend, address, why_refused
from bot.config import DirectSettings, read_settings
from knowledge.actions import Lambda, StepFunction, Webhook
from tests.actions.cloud import ACCOUNT, FUNCTION, MACHINE, OTHER_ACCOUNT, REGION, ROLE, TABLE, environment
from tests.test_arn import HOSTILE

SECRET = "s" * 32
HOOK = Webhook("https://hooks.example.com/runs", "https://hooks.example.com/runs/{request}")


def settings() -> DirectSettings:
    hooks = {"MENTOR_WEBHOOK_HOSTS": "hooks.example.com, 127.0.0.1:8081", "MENTOR_WEBHOOK_SECRET": SECRET}
    return read_settings(environment("http://127.0.0.1:1", **hooks)).direct


@pytest.mark.parametrize(
    "backend",
    [
        StepFunction(ACCOUNT, REGION, MACHINE),
        StepFunction(ACCOUNT, REGION, MACHINE, role=ROLE),
        Lambda(ACCOUNT, REGION, FUNCTION, TABLE, role=ROLE),
        HOOK,
        Webhook("http://127.0.0.1:8081/runs", "https://HOOKS.example.com:443/x"),
    ],
    ids=["machine", "machine with a role", "function", "webhook", "webhook on this machine"],
)
def test_what_is_named_is_allowed(backend: CalledBackend) -> None:
    assert why_refused(backend, settings()) == ""


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        (StepFunction(OTHER_ACCOUNT, REGION, MACHINE), f"arn: {MACHINE} is not in the entry's account {OTHER_ACCOUNT}"),
        (StepFunction(ACCOUNT, "us-east-1", MACHINE), "and region us-east-1."),
        (StepFunction(ACCOUNT, REGION, FUNCTION), "is not the ARN of a state machine (arn:aws:states:"),
        (Lambda(ACCOUNT, REGION, MACHINE, TABLE), "is not the ARN of a function"),
        (Lambda(ACCOUNT, REGION, FUNCTION, "people"), "table: MENTOR_AWS_ALLOWED does not name arn:aws:dynamodb:"),
        (Lambda(ACCOUNT, REGION, FUNCTION, "a/../b"), "is not the name of a table"),
        (StepFunction(ACCOUNT, REGION, MACHINE, role=f"{ROLE}x"), "role: MENTOR_AWS_ALLOWED does not name"),
        (StepFunction(ACCOUNT, REGION, MACHINE, role=MACHINE), "is not the ARN of a role"),
        (StepFunction(ACCOUNT, REGION, "arn\n"), r"arn: 'arn\n' is not the ARN of a state machine"),
        (Webhook("https://other.example.com/", HOOK.lookup), "url: MENTOR_WEBHOOK_HOSTS does not name"),
        (Webhook(HOOK.url, "https://other.example.com/"), "lookup: MENTOR_WEBHOOK_HOSTS does not name"),
    ],
)  # fmt: skip
def test_what_is_not_is_refused_with_the_place_and_the_fix(backend: CalledBackend, why: str) -> None:
    assert why in why_refused(backend, settings())


@pytest.mark.parametrize("arn", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_hostile_arn_gets_through_in_any_place(arn: str) -> None:
    for backend in (
        StepFunction(ACCOUNT, REGION, arn),
        Lambda(ACCOUNT, REGION, arn, TABLE),
        Lambda(ACCOUNT, REGION, FUNCTION, arn),
    ):
        assert why_refused(backend, settings())
    if arn:  # without one no role is assumed
        assert why_refused(StepFunction(ACCOUNT, REGION, MACHINE, role=arn), settings())


def test_nothing_is_allowed_where_nothing_is_set() -> None:
    nothing = read_settings({}).direct

    for backend in (StepFunction(ACCOUNT, REGION, MACHINE), Lambda(ACCOUNT, REGION, FUNCTION, TABLE), HOOK):
        assert why_refused(backend, nothing)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/runs",
        "ftp://hooks.example.com/runs",
        "file:///etc/passwd",
        "hooks.example.com/runs",
        "https:///runs",
        "https://maya:hunter2@hooks.example.com/runs",
        "https://hooks.example.com@evil.example.com/",
        "https://evil.example.com#@hooks.example.com/",
        "https://evil.example.com\\@hooks.example.com/",
        "https://hooks.example.com\n.evil.example.com/",
        "https://hooks.example.com /",
        "https://hooks.exаmple.com/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:https/",
        "https://[::1/",
        "http://169.254.169.254/",
        "",
    ],
)
def test_these_are_no_addresses_that_are_called(url: str) -> None:
    assert address(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/hooks.example.com",
        "https://hooks.example.com.evil.example.com/",
        "https://xhooks.example.com/",
        "https://hooks.example.com./",
        "https://hooks.example.com:8443/",
        "https://169.254.169.254/latest",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://[::ffff:127.0.0.1]/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8082/",
        "http://localhost:8081/",
    ],
)
def test_hosts_that_look_like_a_named_one_are_refused(url: str) -> None:
    assert "MENTOR_WEBHOOK_HOSTS does not name" in why_refused(Webhook(url, HOOK.lookup), settings())
