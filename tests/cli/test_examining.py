"""`mentor check` as scripts rely on it."""

import json
from pathlib import Path

from bot import generate
from tests.cli.command import Run


def test_a_good_handbook_passes(mentor: Run, handbook: str) -> None:
    done = mentor("check", "--handbook", handbook)

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("The handbook is good: ")


def test_a_good_handbook_passes_as_json(mentor: Run, handbook: str) -> None:
    done = mentor("check", "--handbook", handbook, "--json")

    assert (done.status, done.err, json.loads(done.out)) == (0, "", {"ok": True, "problems": []})


def test_the_embedded_handbook_passes(mentor: Run) -> None:
    assert mentor("check").status == 0


def test_a_broken_handbook_fails_with_a_line_for_each_error(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "channels.yaml").write_text("timezone: Mars/Olympus\nchanels: []\n")

    done = mentor("check", "--handbook", handbook)

    assert done.status == 1
    assert [line.split(": ")[1:3] for line in done.complaints] == [
        ["channels.yaml:1", "timezone"],
        ["channels.yaml:2", "chanels"],
    ]


def test_a_broken_handbook_fails_as_json(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "channels.yaml").write_text("timezone: Mars/Olympus\n")

    done = mentor("check", "--handbook", handbook, "--json")

    said = json.loads(done.out)
    assert (done.status, done.err, said["ok"]) == (1, "", False)
    (problem,) = said["problems"]
    assert list(problem) == ["file", "line", "field", "what", "fix", "level"]
    assert (problem["file"], problem["line"], problem["field"], problem["level"]) == (
        "channels.yaml",
        1,
        "timezone",
        "error",
    )


def test_a_manifest_lacking_a_scope_fails(mentor: Run, tmp_path: Path, handbook: str) -> None:
    text = generate.manifest_text().replace("    - chat:write\n", "")
    (tmp_path / "app_manifest.yaml").write_text(text)

    done = mentor("check", "--handbook", handbook)

    assert done.status == 1
    assert done.complaints[0].startswith("error: app_manifest.yaml:1: oauth_config.scopes.bot: chat:write is missing; ")


def test_wrong_settings_fail_the_check(mentor: Run) -> None:
    done = mentor("check", MENTOR_HTTP_PORT="eighty", MENTOR_LOG_LEVEL="loud")

    assert done.status == 1
    assert [line.split(": ")[2] for line in done.complaints] == ["MENTOR_HTTP_PORT", "MENTOR_LOG_LEVEL"]


def test_wrong_settings_fail_the_check_as_json(mentor: Run) -> None:
    done = mentor("check", "--json", MENTOR_HTTP_PORT="eighty")

    said = json.loads(done.out)
    assert (done.status, done.err, said["ok"]) == (1, "", False)
    assert [problem["field"] for problem in said["problems"]] == ["MENTOR_HTTP_PORT"]
