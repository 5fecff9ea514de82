"""Broken handbooks: each file in `broken/` has one thing wrong, says what in its first lines, and where by `# here`."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.loader import Broken, load
from knowledge.problem import Level, Problem

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(BROKEN.glob("*.yaml"))


@dataclass(frozen=True)
class Expected:
    file: str
    line: int
    field: str
    what: str
    fix: str
    problems: int


def expected(text: str) -> Expected:
    """What the file's first lines promise; its `# here` marks the line."""
    lines = text.split("\n")
    said = dict(line.removeprefix("# ").split(": ", 1) for line in lines[:5] if line.startswith("# ") and ": " in line)
    said = {key.strip(): value.strip() for key, value in said.items()}
    (line,) = [number for number, line in enumerate(lines, start=1) if "# here" in line]
    line += lines[line - 1].startswith("# here on the next line")
    field = next(line.removeprefix("# field:").strip() for line in lines if line.startswith("# field:"))
    return Expected(said["in"], line, field, said["what"], said["fix"], int(said.get("problems", "1")))


def good_handbook(folder: Path) -> Path:
    (folder / "articles").mkdir()
    (folder / "articles" / "buckets.md").write_text("# Buckets\n\nAsk for one.\n", encoding="utf-8")
    return folder


def problems_of(folder: Path) -> tuple[Problem, ...]:
    loaded = load(folder)
    assert isinstance(loaded, Broken), "the handbook was taken as good"
    return loaded.problems


def only_problem(folder: Path) -> Problem:
    (problem,) = problems_of(folder)
    return problem


def test_sixty_broken_files_are_held() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_broken_file_names_file_line_field_and_fix(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    want = expected(text)
    handbook = good_handbook(tmp_path)
    (handbook / want.file).write_text(text, encoding="utf-8")

    problems = problems_of(handbook)

    assert len(problems) == want.problems, [str(problem) for problem in problems]
    assert any(
        (problem.file, problem.line, problem.field) == (want.file, want.line, want.field)
        and want.what in problem.what
        and want.fix in problem.fix
        for problem in problems
    ), [str(problem) for problem in problems]


def test_problems_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    handbook = good_handbook(tmp_path)
    (handbook / "people.yaml").write_text("platform_team: {}\nteams: []\n", encoding="utf-8")
    (handbook / "channels.yaml").write_text("timezone: Mars\n", encoding="utf-8")

    places = [(problem.file, problem.line, problem.field) for problem in problems_of(handbook)]

    assert places == [
        ("channels.yaml", 1, "timezone"),
        ("people.yaml", 1, "platform_team"),
        ("people.yaml", 2, "teams"),
    ]


def test_problem_reads_as_file_line_field_what_fix(tmp_path: Path) -> None:
    handbook = good_handbook(tmp_path)
    (handbook / "channels.yaml").write_text("guests_may_ask: maybe\n", encoding="utf-8")

    said = str(only_problem(handbook))

    assert said == 'channels.yaml:1: guests_may_ask: "maybe" is neither yes nor no; write yes or no'


def test_handbook_without_articles_folder_is_broken(tmp_path: Path) -> None:
    problem = only_problem(tmp_path)

    assert (problem.file, problem.line) == ("articles", 1)
    assert "no folder articles/" in problem.what


def test_handbook_that_does_not_exist_is_broken(tmp_path: Path) -> None:
    assert "no folder articles/" in only_problem(tmp_path / "nowhere").what


def test_file_in_place_of_the_articles_folder_is_broken(tmp_path: Path) -> None:
    (tmp_path / "articles").write_text("text", encoding="utf-8")

    assert "no folder articles/" in only_problem(tmp_path).what


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"timezone: UTC\nplatform_channel: \xff\n", 2, "not UTF-8"),
        ("timezone: UTC\n".encode("utf-16"), 1, "not UTF-8"),
        (b"timezone: UTC\n\0\n", 2, "zero byte"),
        (b"# " + b"x" * (1024 * 1024) + b"\n", 1, "larger than 1 MiB"),
        (b"channels:\n" + b"- a\n" * 100_001, 1, "more than 100,000 values"),
    ],
    ids=["latin bytes", "utf-16", "zero byte", "too large", "too many values"],
)
def test_file_that_is_no_text_is_broken(raw: bytes, line: int, what: str, tmp_path: Path) -> None:
    handbook = good_handbook(tmp_path)
    (handbook / "channels.yaml").write_bytes(raw)

    problem = only_problem(handbook)

    assert (problem.file, problem.line, problem.level) == ("channels.yaml", line, Level.ERROR)
    assert what in problem.what


def test_linked_yaml_file_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("timezone: UTC\n", encoding="utf-8")
    (tmp_path / "handbook").mkdir()
    handbook = good_handbook(tmp_path / "handbook")
    (handbook / "people.yaml").symlink_to(outside)

    assert "symbolic link" in only_problem(handbook).what


def test_dangling_link_in_place_of_a_yaml_file_is_broken(tmp_path: Path) -> None:
    handbook = good_handbook(tmp_path)
    (handbook / "people.yaml").symlink_to(tmp_path / "gone")

    assert "symbolic link" in only_problem(handbook).what


def test_folder_in_place_of_a_yaml_file_is_broken(tmp_path: Path) -> None:
    handbook = good_handbook(tmp_path)
    (handbook / "people.yaml").mkdir()

    assert "not an ordinary file" in only_problem(handbook).what


def test_named_pipe_in_place_of_a_yaml_file_does_not_hang(tmp_path: Path) -> None:
    handbook = good_handbook(tmp_path)
    os.mkfifo(handbook / "people.yaml")

    assert "not an ordinary file" in only_problem(handbook).what
