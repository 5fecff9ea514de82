"""The demo's reviewers: they let a proposal be seen before they merge it, and say once why they do not."""

from pathlib import Path

import pytest

from bot.demo.made_up import Reviewers
from sandbox.repository import BareRepository
from tests.sandbox.small import propose


def test_what_is_proposed_is_merged_or_refused_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = BareRepository.make(tmp_path / "live.git", {"dns.yaml": "records: []\n"})
    for name in ("one", "two"):
        propose(repository, f"mentor/{name}", "dns.yaml", f"records: [{name}]\n")
    reviewers = Reviewers(repository)

    reviewers.look()
    at_first = capsys.readouterr().out
    for _ in range(3):
        reviewers.look()

    assert at_first == ""
    assert capsys.readouterr().out.splitlines() == [
        f"The reviewers merged mentor/one in {repository.folder}",
        "The reviewers did not merge it: mentor/two changes files that main changed too.",
    ]
