"""What is typed or set wrongly: one line on standard error, and the exit status."""

import pytest

from tests.cli.command import Run


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["ask"],
        ["ask", "one", "two"],
        ["ask", "where?", "--loud"],
        ["eval"],
        ["eval", "--corpus", "c.jsonl"],
        ["db"],
        ["db", "sideways"],
        ["db", "downgrade"],
        ["demo", "--port", "eighty"],
        ["demo", "--port", "65536"],
        ["demo", "--port", "-1"],
        ["run", "now"],
        ["doctor", "now"],
        ["doctor", "--handbook", "x"],
        ["init", "one", "two"],
        ["init", "--force"],
        ["import"],
        ["import", "export", "more"],
        ["import", "export", "--team-file"],
        ["questions", "--since", "4w"],
        ["replies", "all"],
        ["health", "--since"],
        ["health", "4w"],
        ["actions"],
        ["actions", "show"],
        ["actions", "list", "all"],
        ["actions", "render"],
        ["pulse"],
        ["pulse", "preview", "platform-pulse"],
        ["actions", "render", "create-bucket", "--input", "bucket"],
        ["actions", "render", "create-bucket", "--input", "=receipts"],
        ["actions", "render", "create-bucket", "--input", "bucket=a", "--input", "bucket=b"],
        ["actions", "figures", "90d"],
    ],
    ids=" ".join,
)
def test_misuse_is_one_line_on_standard_error_and_status_2(mentor: Run, arguments: list[str]) -> None:
    done = mentor(*arguments)

    assert (done.status, done.out, len(done.complaints)) == (2, "", 1)
    assert done.err.startswith("mentor: ")


@pytest.mark.parametrize(
    "command",
    ["", "demo", "run", "check", "doctor", "init", "ask", "eval", "import", "questions", "replies", "health", "db"],
)
def test_help_is_not_misuse(mentor: Run, command: str) -> None:
    done = mentor(*command.split(), "--help")

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"usage: mentor {command}".rstrip())


def test_a_bot_without_settings_says_all_it_lacks(mentor: Run) -> None:
    done = mentor("run")

    assert (done.status, done.out) == (2, "")
    assert [line.split(":")[1].strip() for line in done.complaints] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


@pytest.mark.parametrize("command", [["run"], ["ask", "where?"], ["db", "current"]], ids=" ".join)
def test_wrong_settings_are_listed_all_at_once(mentor: Run, command: list[str]) -> None:
    done = mentor(*command, MENTOR_HTTP_PORT="eighty", MENTOR_LOG_LEVEL="loud", SLACK_BOT_TOKEN="canary")

    assert (done.status, done.out) == (2, "")
    assert [line.split(":")[1].strip() for line in done.complaints] == [
        "SLACK_BOT_TOKEN",
        "MENTOR_HTTP_PORT",
        "MENTOR_LOG_LEVEL",
    ]
    assert "canary" not in done.err
