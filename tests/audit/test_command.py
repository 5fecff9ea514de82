"""`mentor audit` as an operator uses it: what is printed where, and the exit status."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from bot.cli import main
from bot.storage.engine import Database
from bot.storage.schema import audit as table
from tests.audit.chains import KEY, SECRET, chain
from tests.audit.test_audit import fill, head, run

SINCE = "mentor: since row 4 this key seals, as one was lost: `--from 4` checks these"


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in list(os.environ):
        if name.startswith(("MENTOR_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MENTOR_DATABASE_URL", database_url)
    monkeypatch.setenv("MENTOR_AUDIT_KEY", SECRET)
    return database_url


def on(url: str, *acts: object, rows: int = 0) -> str:
    """Does what is told to the database; its head."""

    async def unit() -> str:
        database = Database(url)
        if rows:
            await fill(database, chain(rows))
        for act in acts:
            await run(database, act)
        shown = str(await head(database))
        await database.close()
        return shown

    return asyncio.run(unit())


def mentor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *arguments])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_whole_chain_is_said_to_hold_with_its_head(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = on(url, rows=20)

    status, out, err = mentor(capsys, "verify")

    assert (status, err) == (0, "")
    assert out.splitlines()[0] == f"Rows, all as they were written: 20. Head: {shown} (key {KEY.fingerprint})."
    assert mentor(capsys, "verify", "--head", shown[:19])[0] == 0


def test_chain_without_rows_holds(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mentor(capsys, "verify") == (0, "The audit log has no rows.\n", "")


def test_changed_row_is_one_line_and_a_failed_check(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    on(url, text("UPDATE audit SET act = 'request.declined' WHERE number = 7"), rows=20)

    status, out, err = mentor(capsys, "verify")

    assert (status, out) == (1, "")
    why = "row 7 does not fit its seal: it, or what stood before it, was changed"
    assert err == f"mentor: audit log: {why}; intact before it: 6\n"


def test_verdict_as_json_is_only_json(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = on(url, delete(table).where(table.c.number > 12), rows=20)

    status, out, err = mentor(capsys, "verify", "--json", "--head", shown)

    said = json.loads(out)
    assert (status, err, said["holds"], said["rows"], said["wrong"]["number"]) == (1, "", False, 12, 13)


def test_another_key_is_said_to_be_one(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on(url, rows=3)
    monkeypatch.setenv("MENTOR_AUDIT_KEY", "f" * 32)

    status, _, err = mentor(capsys, "verify")

    assert (status, "another key" in err, KEY.fingerprint in err) == (1, True, True)


def test_verifying_makes_no_key(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MENTOR_AUDIT_KEY")

    status, _, err = mentor(capsys, "verify")

    assert (status, "MENTOR_AUDIT_KEY: not set" in err) == (1, True)
    assert not Path(".data/audit.key").exists()


def test_new_key_is_taken_only_by_who_is_sure_and_goes_on(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on(url, rows=3)
    monkeypatch.delenv("MENTOR_AUDIT_KEY")

    assert mentor(capsys, "new-key")[0] == 1
    assert mentor(capsys, "new-key", "--yes")[0] == 0
    assert mentor(capsys, "verify", "--from", "4")[0] == 0
    status, _, err = mentor(capsys, "verify")
    assert (status, err.splitlines()[1:]) == (1, [SINCE])


def test_export_is_a_line_a_row(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    on(url, rows=3)

    status, out, _ = mentor(capsys, "export", "--json", "--since", "2026-11-27T10:00:02")

    said = [json.loads(line) for line in out.splitlines()]
    assert (status, [each["number"] for each in said]) == (0, [2, 3])
    assert said[0]["person"] == "00000002"
    assert said[0]["facts"] == {"approvals": 2, "digest": f"{2:064x}", "is_urgent": True}
    assert mentor(capsys, "export")[1].splitlines()[0].startswith("1 2026-11-27 10:00:01Z request.approved 00000001 r0")


@pytest.mark.parametrize(
    "arguments",
    [["verify", "--head", "12"], ["verify", "--from", "0"], ["verify", "--from", "x"], ["export", "--since", "soon"]],
    ids=" ".join,
)
def test_misuse_is_one_line(url: str, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    status, out, err = mentor(capsys, *arguments)

    assert (status, out, len(err.splitlines())) == (2, "", 1)


def test_short_key_is_a_setting_that_is_wrong(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MENTOR_AUDIT_KEY", "short")

    status, _, err = mentor(capsys, "verify")

    assert (status, err) == (
        2,
        "mentor: MENTOR_AUDIT_KEY: has 5 characters and needs 32; make one with `openssl rand -hex 32`\n",
    )
