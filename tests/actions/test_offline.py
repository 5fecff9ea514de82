"""What each action of the embedded handbook would do, shown from a folder: the very change, or what is missing."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from bot.actions.in_words import described
from bot.actions.offline import NoSuchAction, NotRendered, Preview, find_action, preview
from bot.handbook import EMBEDDED
from knowledge.actions import GitBackend
from knowledge.loader import Handbook, load
from tests.actions.live import FILES, TYPED, write_live

TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    loaded = load(EMBEDDED)
    assert isinstance(loaded, Handbook)
    return loaded


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return write_live(tmp_path / "live")


def shown(handbook: Handbook, id_: str, folder: Path | None, **typed: str) -> Preview:
    raw = TYPED[id_] | typed
    return preview(find_action(handbook, id_), raw, handbook, folder=folder, today=TODAY)


def refusal(handbook: Handbook, id_: str, folder: Path | None, **typed: str) -> str:
    with pytest.raises(NotRendered) as refused:
        shown(handbook, id_, folder, **typed)
    return str(refused.value)


def test_every_action_is_tried_here(handbook: Handbook) -> None:
    assert sorted(TYPED) == [action.id for action in handbook.actions]


@pytest.mark.parametrize("id_", sorted(TYPED))
def test_git_applies_what_is_shown_and_has_the_files_as_they_would_be(handbook: Handbook, live: Path, id_: str) -> None:
    found = shown(handbook, id_, live)
    subprocess.run(["git", "init", "-q", str(live)], check=True)

    if found.files:
        subprocess.run(["git", "apply", "-"], cwd=live, input=found.diff, text=True, check=True)

    for path, text in found.files.items():
        assert (live / path).read_text(encoding="utf-8") == text
    for path in FILES.keys() - found.files.keys():
        assert (live / path).read_text(encoding="utf-8") == FILES[path]


@pytest.mark.parametrize("id_", sorted(TYPED))
def test_files_lie_where_the_entry_says(handbook: Handbook, live: Path, id_: str) -> None:
    found = shown(handbook, id_, live)
    action = find_action(handbook, id_)

    assert all(path.startswith(("teams/payments/", "alerts/routes.yaml")) for path in found.files)
    assert (found.call is None) is isinstance(action.backend, GitBackend)


def test_entry_is_added_beside_the_others(handbook: Handbook, live: Path) -> None:
    found = shown(handbook, "add-dns-record", live)

    assert found.diff == (
        "--- a/teams/payments/dns.yaml\n"
        "+++ b/teams/payments/dns.yaml\n"
        "@@ -1,2 +1,6 @@\n"
        " records:\n"
        "   - {name: old.example.com, type: CNAME, value: gateway.example.com, ttl: 300}\n"
        "+  - name: pay.example.com\n"
        "+    type: CNAME\n"
        "+    value: gateway.example.com\n"
        "+    ttl: 300\n"
    )


def test_values_are_set_and_comments_are_kept(handbook: Handbook, live: Path) -> None:
    found = shown(handbook, "set-quota", live)

    assert found.files == {
        "teams/payments/team.yaml": FILES["teams/payments/team.yaml"].replace("24", "32").replace("96Gi", "128Gi")
    }


def test_direct_action_shows_what_it_calls(handbook: Handbook) -> None:
    found = shown(handbook, "rotate-secret", None)

    assert (found.files, found.diff) == ({}, "")
    assert found.to_json() == {
        "action": "rotate-secret",
        "mode": "direct",
        "files": {},
        "call": {
            "account": "111122223333",
            "region": "eu-west-1",
            "arn": "arn:aws:states:eu-west-1:111122223333:stateMachine:rotate-secret",
            "input": {"team": "payments", "service": "ledger", "environment": "dev", "key": "PARTNER_KEY"},
        },
    }


def test_what_is_wrong_in_the_form_is_said_a_line_each(handbook: Handbook, live: Path) -> None:
    said = refusal(handbook, "create-bucket", live, bucket="../../etc", environment="test", colour="red")

    assert sorted(line.partition(":")[0] for line in said.splitlines()) == ["bucket", "colour", "environment"]


@pytest.mark.parametrize(
    ("id_", "typed", "said"),
    [
        ("set-quota", {}, "give --repository, a folder that is a checkout of live"),
        ("add-alert-route", {}, "receiver: give --repository, a folder that has alerts/receivers.yaml of live"),
    ],
)
def test_without_the_repository_it_says_what_it_needs(
    handbook: Handbook, id_: str, typed: dict[str, str], said: str
) -> None:
    assert said in refusal(handbook, id_, None, **typed)


def test_new_file_needs_no_repository(handbook: Handbook) -> None:
    assert list(shown(handbook, "new-queue", None).files) == ["teams/payments/queues/payouts.yaml"]


def test_choice_that_is_not_in_the_repository_is_refused(handbook: Handbook, live: Path) -> None:
    said = refusal(handbook, "add-alert-route", live, receiver="nobody")

    assert said == "receiver: Choose one of: payments-alerts, payments-pager"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("other: 1\n", "has nothing at receivers"),
        ("a: [\n", "cannot be read (line 2:"),
        ("receivers: [{name: payments-pager}]\n", "holds no list of names at receivers"),
    ],
)
def test_choices_that_cannot_be_read_are_said(handbook: Handbook, live: Path, text: str, said: str) -> None:
    (live / "alerts" / "receivers.yaml").write_text(text, encoding="utf-8")

    assert refusal(handbook, "add-alert-route", live).startswith(f"receiver: alerts/receivers.yaml {said}")


def test_what_is_there_already_is_not_made_again(handbook: Handbook, live: Path) -> None:
    said = refusal(handbook, "add-dns-record", live, host="old.example.com")

    assert "has one with name old.example.com already" in said


def test_linked_file_is_not_followed(handbook: Handbook, live: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("readers: []\n", encoding="utf-8")
    (live / "teams/payments/access.yaml").unlink()
    (live / "teams/payments/access.yaml").symlink_to(outside)

    assert "links are not followed" in refusal(handbook, "grant-read-access", live)


def test_slip_in_the_id_is_mended(handbook: Handbook) -> None:
    with pytest.raises(NoSuchAction) as refused:
        find_action(handbook, "create-buckets")

    assert str(refused.value) == 'The handbook has no action "create-buckets"; did you mean "create-bucket"?'


def test_entry_is_told_in_words(handbook: Handbook) -> None:
    said = "\n".join(described(find_action(handbook, "set-quota")))

    assert said == (
        "Change a namespace's quota (set-quota)\n"
        "What your pods may request there, in CPU and memory. Merged as soon as the people on duty agree.\n"
        "\n"
        "mode:               proposal\n"
        "who:                whoever is in a team\n"
        "approval:           by duty, within 2 working days; urgent ones by duty\n"
        "owner:              platform-approvers\n"
        "input:              team (Team): team\n"
        "input:              environment (Environment): choice, dev | staging | prod\n"
        "input:              cpu (CPU requested): number, from 1, to 48\n"
        "input:              memory (Memory requested): choice, 16Gi | 32Gi | 64Gi | 96Gi | 128Gi | 192Gi\n"
        "does:               set teams/{team}/team.yaml in live\n"
        "does:               merged by the bot once it is approved\n"
        "asked as:           we need more CPU or memory for our namespace\n"
        "asked as:           raise our quota"
    )


@pytest.mark.parametrize("id_", sorted(TYPED))
def test_every_entry_can_be_told(handbook: Handbook, id_: str) -> None:
    action = find_action(handbook, id_)

    said = "\n".join(described(action))

    assert all(each.name in said for each in action.inputs)
    assert action.summary in said
