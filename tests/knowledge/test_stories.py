"""Stories are read strictly: one that names somebody without consent keeps the whole handbook out of use."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.loader import Broken, Handbook, load
from knowledge.stories import with_words

GOOD = """\
---
title: Deploys without a ticket
told: 2026-11-24
by: Ann Example
with: [Bo Sample]
team: payments
consent: [Ann Example, Bo Sample, payments]
url: https://handbook.example.com/stories/deploys
---

## What was hard

Every deploy took a ticket.
"""


def handbook(folder: Path, story: str = GOOD, name: str = "deploys.md") -> Path:
    for place in ("articles", "stories"):
        (folder / place).mkdir()
    (folder / "articles" / "a.md").write_text("# A\n\nwords\n")
    (folder / "stories" / name).write_text(story)
    return folder


def test_a_story_is_read_with_who_agreed(tmp_path: Path) -> None:
    loaded = load(handbook(tmp_path))

    assert isinstance(loaded, Handbook)
    [story] = loaded.stories
    assert (story.id, story.title, story.told_on) == ("deploys.md", "Deploys without a ticket", date(2026, 11, 24))
    assert (story.named, story.team) == (("Ann Example", "Bo Sample"), "payments")
    assert story.body.startswith("## What was hard")


@pytest.mark.parametrize("name", ["README.md", "deploys.txt", ".deploys.md"])
def test_other_files_of_the_folder_are_no_stories(tmp_path: Path, name: str) -> None:
    loaded = load(handbook(tmp_path, "no story", name))

    assert isinstance(loaded, Handbook)
    assert loaded.stories == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Bo Sample, payments]", "payments]", '"Bo Sample" is named and not under consent'),
        ("Ann Example, Bo Sample,", "Bo Sample,", '"Ann Example" is named and not under consent'),
        (", payments]", "]", '"payments" is named and not under consent'),
        ("payments]", "payments, Cy]", '"Cy" is under consent and not named'),
        ("consent: [Ann Example, Bo Sample, payments]\n", "", '"consent" is missing'),
        ("title: Deploys without a ticket\n", "", '"title" is missing'),
        ("told: 2026-11-24", "told: yesterday", "is not a date"),
        ("url: https", "url: ftp", "is no address"),
        ("team: payments", "tema: payments", 'unknown key "tema"'),
        ("told: 2026-11-24", "told: 2026-11-24\ncapability: buckets", '"buckets" is not under capabilities'),
        ("---\ntitle", "title", "a story without front matter"),
        ("## What was hard\n\nEvery deploy took a ticket.\n", "", "the story says nothing"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_fix(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD

    loaded = load(handbook(tmp_path, GOOD.replace(old, new)))

    assert isinstance(loaded, Broken)
    assert any(said in problem.what and problem.fix for problem in loaded.problems), loaded.problems
    assert {problem.file for problem in loaded.problems} == {"stories/deploys.md"}


def test_a_story_that_names_nobody_has_an_empty_consent(tmp_path: Path) -> None:
    text = GOOD.replace("by: Ann Example\nwith: [Bo Sample]\nteam: payments\n", "")

    loaded = load(handbook(tmp_path, text.replace("[Ann Example, Bo Sample, payments]", "[]")))

    assert isinstance(loaded, Handbook)
    assert loaded.stories[0].named == ()


def test_stories_are_found_by_all_words_that_are_looked_for(tmp_path: Path) -> None:
    loaded = load(handbook(tmp_path))
    assert isinstance(loaded, Handbook)

    assert with_words(loaded.stories, "a deploy ticket", most=2) == loaded.stories
    assert with_words(loaded.stories, "deploy bucket", most=2) == ()
    assert with_words(loaded.stories, "the", most=2) == ()
