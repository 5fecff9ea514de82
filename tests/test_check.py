"""`mentor check` without its command line: settings, handbook and manifest, each problem with its place and its fix."""

import json
import os
from pathlib import Path

import pytest
import yaml
from aiohttp import web

from bot import generate
from bot.answers.golden import NoGoldenQuestions
from bot.check import Checked, check, check_golden, manifest_problems, refused
from bot.config import Settings, missing_to_run, read_settings
from bot.errors import GitFailed, SettingsInvalid
from bot.model import Json
from bot.statistics import counted
from tests.journeys.handbook import ARTICLES, CHANNELS, write_handbook
from tests.model_server import says, serving

ROOT = Path(__file__).parents[1]
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "SLACK_APP_TOKEN": "xapp-canary-app",
    "SLACK_SIGNING_SECRET": "canary-signing",
    "MENTOR_WEBHOOK_SECRET": "canary-webhook-0123456789abcdef0123",
    "MENTOR_DATABASE_URL": "postgresql://mentor:canary-database@db.example.com/mentor",
    "MENTOR_HANDBOOK": "https://mentor:canary-handbook@git.example.com/handbook.git",
    "SOME_OTHER_PASSWORD": "canary-other",
}


def _manifest(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "app_manifest.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def _without(section: str, name: str) -> Json:
    """The manifest lacking one of its scopes or events."""
    manifest = generate.manifest()
    scopes: list[str] = manifest["oauth_config"]["scopes"]["bot"]
    events: list[str] = manifest["settings"]["event_subscriptions"]["bot_events"]
    {"scopes": scopes, "events": events}[section].remove(name)
    return manifest


def _said(path: Path, *, command: str = "/platform") -> list[str]:
    return [str(problem) for problem in manifest_problems(path, command=command)]


def test_our_own_manifest_lacks_nothing() -> None:
    assert _said(ROOT / "app_manifest.yaml") == []


@pytest.mark.parametrize("scope", list(generate.SCOPES))
def test_a_manifest_lacking_a_scope_is_found(tmp_path: Path, scope: str) -> None:
    path = _manifest(tmp_path, _without("scopes", scope))

    fix = "add it, or write the file again with `make generate`"
    assert _said(path) == [f"app_manifest.yaml:1: oauth_config.scopes.bot: {scope} is missing; {fix}"]


@pytest.mark.parametrize("event", generate.EVENTS)
def test_a_manifest_lacking_an_event_is_found(tmp_path: Path, event: str) -> None:
    path = _manifest(tmp_path, _without("events", event))

    fix = "add it, or write the file again with `make generate`"
    assert _said(path) == [f"app_manifest.yaml:1: settings.event_subscriptions.bot_events: {event} is missing; {fix}"]


def test_a_manifest_with_another_command_than_the_settings_is_found(tmp_path: Path) -> None:
    path = _manifest(tmp_path, generate.manifest(command="/odyssey"))

    fix = "add it, or set MENTOR_COMMAND to the one there"
    assert _said(path, command="/odyssey") == []
    assert _said(path) == [f"app_manifest.yaml:1: features.slash_commands: /platform is missing; {fix}"]


def test_a_manifest_with_more_than_needed_is_good(tmp_path: Path) -> None:
    manifest = generate.manifest()
    manifest["oauth_config"]["scopes"]["bot"].append("reactions:write")

    assert _said(_manifest(tmp_path, manifest)) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- a list",
        "words",
        "oauth_config: 5",
        "oauth_config: {scopes: {bot: [{a: b}]}}",
        "features: {slash_commands: [1]}",
    ],
)
def test_a_manifest_of_another_form_lacks_everything(tmp_path: Path, content: str) -> None:
    everything = len(generate.SCOPES) + len(generate.EVENTS) + len(["the command"])

    assert len(_said(_manifest(tmp_path, content))) == everything


def test_a_manifest_that_is_no_yaml_is_named_with_the_line(tmp_path: Path) -> None:
    path = _manifest(tmp_path, "features:\n  - {\n")

    assert _said(path) == ["app_manifest.yaml:3: file: is no YAML; write it again with `make generate`"]


def test_a_manifest_in_no_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "app_manifest.yaml"
    path.write_bytes(b"\xff\xfe\xfd")

    assert _said(path) == ["app_manifest.yaml:1: file: is no YAML; write it again with `make generate`"]


def test_a_folder_without_a_manifest_has_no_problem_with_it(tmp_path: Path) -> None:
    assert _said(tmp_path / "app_manifest.yaml") == []


async def _checked(tmp_path: Path, **handbook: str) -> Checked:
    return await check(
        read_settings({"MENTOR_DATA": str(tmp_path / "data")}), folder=tmp_path, **{"handbook": None, **handbook}
    )


async def test_a_good_handbook_is_summed_up(tmp_path: Path) -> None:
    found = await _checked(tmp_path, handbook=str(write_handbook(tmp_path / "handbook")))

    watched = len(yaml.safe_load(CHANNELS)["channels"])
    counted = f"{len(ARTICLES)} articles, 0 actions, 0 policies, 0 surveys, 0 bets, 0 flows, 0 notices"
    said = f"The handbook is good: {counted}, {watched} watched channels, 0 warnings."
    assert found == Checked((), said)


async def test_a_warning_does_not_fail_the_check(tmp_path: Path) -> None:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "articles" / "odd.md").write_text("---\ntitle: Odd\nflavour: sweet\n---\n\nWords.\n")

    found = await _checked(tmp_path, handbook=str(folder))

    assert found.is_ok
    assert [(each.file, each.line) for each in found.problems] == [("articles/odd.md", 3)]


async def test_problems_of_manifest_and_handbook_are_told_together(tmp_path: Path) -> None:
    _manifest(tmp_path, _without("scopes", "chat:write"))
    folder = write_handbook(tmp_path / "handbook")
    (folder / "channels.yaml").write_text("timezone: Europe/London\nchanels: []\n")

    found = await _checked(tmp_path, handbook=str(folder))

    assert not found.is_ok
    assert [(each.file, each.line) for each in found.problems] == [("app_manifest.yaml", 1), ("channels.yaml", 2)]


async def test_sources_are_checked_without_a_look_at_them(tmp_path: Path) -> None:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "sources.yaml").write_text("- {name: docs, repository: 'file:///nowhere/docs.git'}\n")
    good = await _checked(tmp_path, handbook=str(folder))
    (folder / "sources.yaml").write_text("- {name: docs, repository: docs.git, trust: hi}\n")
    wrong = await _checked(tmp_path, handbook=str(folder))
    (folder / "sources.yaml").write_text("- {name: docs, repository: docs.git}\n")
    elsewhere = await _checked(tmp_path, handbook=str(folder))

    assert good.is_ok
    assert good.summary.endswith("Not looked at: 1 of its sources; `mentor doctor` does.")
    assert [problem.field for problem in (*wrong.problems, *elsewhere.problems)] == ["[0].trust", "[0].repository"]


NOT_NAMED = "actions/restart.yaml:1: webhook.url: MENTOR_WEBHOOK_HOSTS does not name ops.example.com:443"
WEBHOOK = """\
id: restart
title: Restart a service
summary: At once.
mode: direct
who: {teams: all}
inputs: []
webhook: {url: "https://ops.example.com/restart", lookup: "https://ops.example.com/runs/{request}"}
"""


def _with_repository(tmp_path: Path, url: str) -> str:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "repositories.yaml").write_text(f"\nlive: {{url: '{url}'}}\n")
    return str(folder)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://git.example.com/live.git", "live.url: The repository's address must start with https://"),
        ("https://maya:canary@git.example.com/live.git", "live.url: credentials have no place in a handbook"),
        ("https://github.com/live", "live.url: https://github.com/live is no repository at GitHub"),
        ("https://gitlab.com/live", "live.url: https://gitlab.com/live is no repository at GitLab"),
    ],
    ids=["no way", "credentials", "no repository at GitHub", "no project at GitLab"],
)
async def test_repository_of_actions_that_could_not_be_used_is_an_error(tmp_path: Path, url: str, what: str) -> None:
    tokens = {"MENTOR_DATA": str(tmp_path), "GITHUB_TOKEN": "ghp_canary", "GITLAB_TOKEN": "glpat-canary"}

    found = await check(read_settings(tokens), handbook=_with_repository(tmp_path, url), folder=tmp_path)

    (problem,) = found.problems
    assert str(problem).startswith(f"repositories.yaml:2: {what}")
    assert (found.is_ok, found.summary) == (False, "The handbook has 1 error.")
    assert "canary" not in str(problem)


@pytest.mark.parametrize(
    ("hosts", "warnings"),
    [
        ("", []),
        ("ops.example.com", []),
        ("other.example.com", [f"{NOT_NAMED}; an operator can add it"]),
    ],
    ids=["nothing is allowed here", "allowed", "not allowed"],
)  # fmt: skip
async def test_entry_that_the_operator_does_not_allow_is_a_warning(
    tmp_path: Path, hosts: str, warnings: list[str]
) -> None:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "actions").mkdir()
    (folder / "actions" / "restart.yaml").write_text(WEBHOOK)
    secret = {"MENTOR_WEBHOOK_SECRET": "canary-webhook-0123456789abcdef0123"} if hosts else {}
    settings = read_settings({"MENTOR_DATA": str(tmp_path), "MENTOR_WEBHOOK_HOSTS": hosts, **secret})

    found = await check(settings, handbook=str(folder), folder=tmp_path)

    ours = [str(each) for each in found.problems if "MENTOR_" in str(each)]
    assert (found.is_ok, ours) == (True, warnings)
    watched = f"{len(yaml.safe_load(CHANNELS)['channels'])} watched"
    assert f"1 action, 0 policies, 0 surveys, 0 bets, 0 flows, 0 notices, {watched}" in found.summary
    assert counted(len(found.problems), "warning") in found.summary


async def test_a_handbook_at_an_address_that_may_not_be_used_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GitFailed):
        await _checked(tmp_path, handbook="ext::sh -c true")


def test_settings_problems_are_told_all_at_once() -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read_settings(
            {
                "SLACK_BOT_TOKEN": "xapp-wrong one",
                "SLACK_APP_TOKEN": "xoxb-wrong",
                "SLACK_API_URL": "ftp://slack.example.com",
                "MENTOR_DATABASE_URL": "oracle://db",
                "MENTOR_HTTP_PORT": "eighty",
                "MENTOR_COMMAND": "platform",
                "MENTOR_LOG_LEVEL": "loud",
                "MENTOR_CLOCK": "noon",
                "MENTOR_AWS_ALLOWED": "arn:aws:states:*:123456789012:stateMachine:x, arn:aws:iam::123456789012:role/*",
                "MENTOR_AWS_ENDPOINT_URL": "http://aws.example.com",
                "MENTOR_WEBHOOK_HOSTS": "https://hooks.example.com",
                "MENTOR_WEBHOOK_SECRET": "short",
            }
        )

    found = refused(invalid.value)

    assert [problem.field for problem in found.problems] == [
        "MENTOR_DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_API_URL",
        "MENTOR_HTTP_PORT",
        "MENTOR_COMMAND",
        "MENTOR_LOG_LEVEL",
        "MENTOR_CLOCK",
        "MENTOR_AWS_ALLOWED",
        "MENTOR_AWS_ALLOWED",
        "MENTOR_AWS_ENDPOINT_URL",
        "MENTOR_WEBHOOK_HOSTS",
        "MENTOR_WEBHOOK_SECRET",
    ]
    assert all(problem.what and problem.fix for problem in found.problems)
    assert not found.is_ok


def test_a_token_of_the_example_is_told_as_that() -> None:
    with pytest.raises(SettingsInvalid, match="SLACK_BOT_TOKEN: is still the example's; paste the token"):
        read_settings({"SLACK_BOT_TOKEN": "xoxb-…"})


def test_hosts_of_webhooks_need_a_secret_to_sign_with() -> None:
    with pytest.raises(SettingsInvalid, match="MENTOR_WEBHOOK_SECRET: not set; MENTOR_WEBHOOK_HOSTS needs it"):
        read_settings({"MENTOR_WEBHOOK_HOSTS": "hooks.example.com"})


def test_hosts_of_webhooks_have_a_port() -> None:
    hosts = "Hooks.example.com, hooks.example.com:8443, [::1]:8080, [::1]"
    settings = read_settings({"MENTOR_WEBHOOK_HOSTS": hosts, "MENTOR_WEBHOOK_SECRET": "s" * 32})

    assert settings.direct.webhook_hosts == {
        "hooks.example.com:443", "hooks.example.com:8443", "[::1]:8080", "[::1]:443",
    }  # fmt: skip


def test_a_refused_secret_is_not_quoted() -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read_settings({name: f"wrong {value}" for name, value in SECRETS.items()})

    assert len(invalid.value.problems) >= 3
    assert "canary" not in str(invalid.value)


def test_settings_never_show_a_secret() -> None:
    settings = read_settings(SECRETS)

    shown = f"{settings!r} {settings} {settings.slack_bot_token} {[settings.slack_app_token]}"

    assert "canary" not in shown
    assert settings.slack_bot_token.value == SECRETS["SLACK_BOT_TOKEN"]


def test_a_setting_set_to_nothing_is_not_set() -> None:
    empty = dict.fromkeys(_named_in_example(), " ")

    with_empty, without = read_settings(empty), read_settings({})

    assert _comparable(with_empty) == _comparable(without)


def _comparable(settings: Settings) -> Json:
    return {name: value for name, value in vars(settings).items() if name not in ("clock", "environment")}


def test_the_bot_needs_a_token_and_a_way_to_hear() -> None:
    by_socket = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    by_http = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "secret"}

    lacking = [
        len(missing_to_run(read_settings(given))) for given in (by_socket, by_http, {}, {"SLACK_APP_TOKEN": "xapp-1"})
    ]

    assert lacking == [0, 0, 2, 1]


class _Asked(dict[str, str]):
    """An environment that remembers what was looked for in it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(name)
        return default


def _named_in_example() -> list[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")]


def test_the_example_names_each_setting_that_is_read_and_no_other() -> None:
    asked = _Asked()
    read_settings(asked)

    assert sorted(_named_in_example()) == sorted(asked.names)


def test_the_example_sets_nothing() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if "=" in line and not line.startswith("#") and not line.endswith("=")] == []


def test_settings_come_from_the_environment_unless_given() -> None:
    assert dict(read_settings().environment) == dict(os.environ)


async def test_the_golden_questions_of_the_embedded_handbook_are_answered(tmp_path: Path) -> None:
    found = await check_golden(read_settings({"MENTOR_DATA": str(tmp_path)}), handbook=None)

    assert [str(problem) for problem in found.problems] == []


async def test_with_a_model_they_are_answered_from_the_same_articles(tmp_path: Path) -> None:
    async def repeats(request: web.Request, body: Json) -> web.StreamResponse:
        """A model that says the first line of the first passage."""
        passage = json.loads(body["messages"][1]["content"])["passages"][0]
        sentence = {"text": passage["text"].splitlines()[0], "passages": [passage["number"]]}
        return await says({"answered": True, "sentences": [sentence]})(request, body)

    async with serving(repeats) as server:
        model = {"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": server.base_url}
        found = await check_golden(read_settings({"MENTOR_DATA": str(tmp_path), **model}), handbook=None)

    assert [str(problem) for problem in found.problems] == []
    assert server.asked != []


async def test_a_model_that_finds_no_answer_fails_a_question_that_must_have_one(tmp_path: Path) -> None:
    handbook = write_handbook(tmp_path / "handbook")
    golden = "- {question: How do I see the logs of my service?, article: logs.md, outcome: answered}\n"
    (handbook / "golden.yaml").write_text(golden)

    async with serving(says({"answered": False, "sentences": []})) as server:
        model = {"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": server.base_url}
        found = await check_golden(read_settings({"MENTOR_DATA": str(tmp_path), **model}), handbook=str(handbook))

    assert [(problem.field, problem.line) for problem in found.problems] == [("outcome", 1)]


async def test_a_golden_question_that_lost_its_article_fails_the_check(tmp_path: Path) -> None:
    handbook = write_handbook(tmp_path / "handbook")
    (handbook / "golden.yaml").write_text("- {question: what is for lunch, article: logs.md}\n")

    found = await check_golden(read_settings({"MENTOR_DATA": str(tmp_path)}), handbook=str(handbook))

    assert not found.is_ok
    assert found.summary == "Golden questions: 0 of 1 are answered as they must be."


async def test_without_golden_questions_the_check_says_so(tmp_path: Path) -> None:
    handbook = write_handbook(tmp_path / "handbook")

    with pytest.raises(NoGoldenQuestions, match=r"golden\.yaml"):
        await check_golden(read_settings({"MENTOR_DATA": str(tmp_path)}), handbook=str(handbook))
