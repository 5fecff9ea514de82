"""A handbook's folder as a whole: what is read, what is left out and named, and what two real ones look like."""

import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import loader
from knowledge.channels import Channels
from knowledge.loader import Broken, Handbook, load
from knowledge.people import People
from knowledge.problem import Level
from tests.real_data import REAL_DATA


def write(folder: Path, **files: str | bytes) -> Path:
    """The folder with these files in it; `__` in a name is a `/`, and a name without suffix gets `.md`."""
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path = path if path.suffix else path.with_suffix(".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def good(folder: Path) -> Handbook:
    loaded = load(folder)
    assert isinstance(loaded, Handbook), [str(problem) for problem in loaded.problems]
    return loaded


def warned(handbook: Handbook) -> list[tuple[str, int, str]]:
    return [(one.file, one.line, one.what) for one in handbook.warnings]


def test_articles_alone_make_a_handbook(tmp_path: Path) -> None:
    handbook = good(write(tmp_path, articles__b="# B\n\nText.\n", articles__deep__a="# A\n\nText.\n"))

    assert [article.id for article in handbook.articles] == ["b.md", "deep/a.md"]
    assert (handbook.people, handbook.channels, handbook.warnings) == (People(), Channels(), ())


def test_files_of_every_article_suffix_are_read_and_others_not(tmp_path: Path) -> None:
    names = ["a.md", "b.markdown", "c.md.erb", "d.html.md.erb", "e.html.md", "f.txt", "g.png", ".hidden.md"]
    handbook = good(write(tmp_path, **{f"articles__{name}": "Text.\n" for name in names}))

    assert [article.id for article in handbook.articles] == names[:5]


def test_error_in_one_file_takes_nothing_into_use(tmp_path: Path) -> None:
    folder = write(tmp_path, articles__a="Text.\n")
    (folder / "channels.yaml").write_text("timezone: Mars\n", encoding="utf-8")

    loaded = load(folder)

    assert isinstance(loaded, Broken)
    assert [problem.level for problem in loaded.problems] == [Level.ERROR]


def test_revision_is_the_one_given(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, articles__a="Text.\n"), revision="abc123")

    assert isinstance(loaded, Handbook)
    assert loaded.revision == "abc123"


def test_revision_follows_the_content(tmp_path: Path) -> None:
    first = good(write(tmp_path / "one", articles__a="Text.\n")).revision
    same = good(write(tmp_path / "two", articles__a="Text.\n")).revision
    renamed = good(write(tmp_path / "three", articles__b="Text.\n")).revision
    changed = good(write(tmp_path / "one", articles__a="Other.\n")).revision

    assert first == same
    assert len({first, renamed, changed}) == 3


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"", 1, "the article is empty and is left out"),
        (b"One\n\xff\xfe\n", 2, "the file is not UTF-8 text"),
        (b"a\0b", 1, "the file is not text (it holds a zero byte)"),
        (b"x" * (1024 * 1024 + 1), 1, "the file is larger than 1 MiB"),
        (b"\n" * 20_001, 1, "the article has more than 20,000 lines and is left out"),
    ],
    ids=["empty", "not utf-8", "zero byte", "too large", "too long"],
)
def test_unreadable_article_is_left_out_and_named(content: bytes, line: int, what: str, tmp_path: Path) -> None:
    handbook = good(write(tmp_path, articles__a="Text.\n", articles__bad=content))

    assert [article.id for article in handbook.articles] == ["a.md"]
    assert warned(handbook) == [("articles/bad.md", line, what)]


def test_file_saved_on_windows_is_read(tmp_path: Path) -> None:
    handbook = good(write(tmp_path, articles__a=b"\xef\xbb\xbf---\r\ntitle: Buckets\r\n---\r\nOne\r\n\r\nTwo\r\n"))

    (article,) = handbook.articles
    assert (article.title, article.sections[0].text) == ("Buckets", "One\nTwo")


def test_links_inside_articles_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", articles__secret="Secret.\n") / "articles"
    handbook_folder = write(tmp_path / "handbook", articles__a="Text.\n")
    (handbook_folder / "articles" / "file.md").symlink_to(outside / "secret.md")
    (handbook_folder / "articles" / "folder").symlink_to(outside)

    handbook = good(handbook_folder)

    what = "this is a symbolic link, and links are not followed"
    assert [article.id for article in handbook.articles] == ["a.md"]
    assert warned(handbook) == [("articles/file.md", 1, what), ("articles/folder", 1, what)]


def test_articles_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    pages = write(tmp_path / "elsewhere", articles__a="Text.\n") / "articles"
    (tmp_path / "handbook").mkdir()
    (tmp_path / "handbook" / "articles").symlink_to(pages)

    assert [article.id for article in good(tmp_path / "handbook").articles] == ["a.md"]


def test_named_pipe_among_articles_does_not_hang(tmp_path: Path) -> None:
    folder = write(tmp_path, articles__a="Text.\n")
    os.mkfifo(folder / "articles" / "pipe.md")

    assert warned(good(folder)) == [("articles/pipe.md", 1, "this is not an ordinary file")]


def test_name_that_is_not_utf8_is_shown_readably(tmp_path: Path) -> None:
    folder = write(tmp_path)
    try:
        Path(os.fsdecode(os.fsencode(folder / "articles") + b"/caf\xe9.md")).write_text("Text.", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")

    (article,) = good(folder).articles
    assert article.id.encode("utf-8") == b"caf\\udce9.md"


def test_handbook_without_any_article_is_warned_of(tmp_path: Path) -> None:
    assert warned(good(write(tmp_path))) == [("articles", 1, "there is no article, so no question can be answered")]


@pytest.mark.parametrize(
    "target", ["b.md", "b.html", "b", "./b.html#part", "/sub/b.html", "../sub/b/", "b.html.md.erb", "/", "/sub/"]
)
def test_link_to_a_page_that_is_there_is_fine(target: str, tmp_path: Path) -> None:
    folder = write(tmp_path, articles__sub__a=f"[x]({target})\n", articles__sub__b="B.\n", articles__sub__index="I.\n")

    assert good(folder).warnings == ()


@pytest.mark.parametrize(
    "target",
    ["https://example.org/gone.html", "mailto:a@example.org", "#part", "picture.png", "//example.org/x", "data.csv"],
)
def test_link_to_something_else_is_not_judged(target: str, tmp_path: Path) -> None:
    assert good(write(tmp_path, articles__a=f"[x]({target})\n")).warnings == ()


@pytest.mark.parametrize("target", ["gone.md", "gone.html#part", "/gone/", "../../secret.md", "gone"])
def test_link_to_a_page_that_is_not_there_is_warned_of_once_with_its_line(target: str, tmp_path: Path) -> None:
    folder = write(tmp_path, articles__a=f"---\ntitle: A\n---\nText.\n\n[x]({target}) and\n[y]({target})\n")

    assert warned(good(folder)) == [("articles/a.md", 6, f"a link leads to {target}, which is not in the handbook")]


def test_superseded_article_names_the_one_that_replaced_it(tmp_path: Path) -> None:
    handbook = good(
        write(tmp_path, articles__old="---\nsuperseded_by: /new/page.html\n---\nOld.\n", articles__new__page="New.\n")
    )

    assert {article.id: article.superseded_by for article in handbook.articles} == {
        "new/page.md": "",
        "old.md": "new/page.md",
    }
    assert warned(handbook) == []


@pytest.mark.parametrize("target", ["gone.md", "a.md", "https://example.org/new"])
def test_article_superseded_by_no_other_of_the_handbook_is_warned_of(target: str, tmp_path: Path) -> None:
    handbook = good(write(tmp_path, articles__a=f"---\nsuperseded_by: {target}\n---\nOld.\n"))

    what = f"superseded_by names {target}, which is no other article of the handbook"
    assert warned(handbook) == [("articles/a.md", 1, what)]
    assert handbook.articles[0].superseded_by == ""


def test_stub_names_the_article_that_replaced_it(tmp_path: Path) -> None:
    handbook = good(
        write(tmp_path, articles__old="This page has moved to [New](/new/page.html).\n", articles__new__page="Text.\n")
    )

    assert {article.id: article.moved_to for article in handbook.articles} == {
        "new/page.md": "",
        "old.md": "new/page.md",
    }


@pytest.mark.parametrize(
    "text",
    [
        "---\nmoved_to: gone.md\n---\nOld.\n",
        "---\nredirect_to: gone.md\n---\nOld.\n",
        "---\nmoved_to: gone.md\n---\nIt is [here](other.md).\n",
    ],
    ids=["ours", "of another site generator", "with a link that leads on"],
)
def test_stub_that_leads_nowhere_is_warned_of(text: str, tmp_path: Path) -> None:
    handbook = good(write(tmp_path, articles__old=text, articles__other="Text.\n"))

    assert warned(handbook) == [
        ("articles/old.md", 1, "the article has moved to gone.md, which is not in the handbook")
    ]


@pytest.mark.parametrize("target", ["other.md", "/other.html#part", "https://example.org/new"])
def test_stub_that_leads_on_or_out_is_good(target: str, tmp_path: Path) -> None:
    text = f"---\nmoved_to: {target}\n---\nOld.\n"

    assert warned(good(write(tmp_path, articles__old=text, articles__other="Text.\n"))) == []


def test_stub_whose_only_link_is_dead_is_warned_of_once(tmp_path: Path) -> None:
    handbook = good(write(tmp_path, articles__old="This page has moved to [New](gone.md).\n"))

    assert warned(handbook) == [("articles/old.md", 1, "a link leads to gone.md, which is not in the handbook")]


def test_unknown_key_of_many_articles_is_named_once(tmp_path: Path) -> None:
    text = "---\ntitle: A\nlayout: wide\n---\nText.\n"
    handbook = good(write(tmp_path, articles__a=text, articles__b=text, articles__c=text))

    assert warned(handbook) == [("articles/a.md", 3, 'unknown key "layout", here and in 2 more articles')]


def test_yaml_file_that_nobody_reads_is_warned_of(tmp_path: Path) -> None:
    folder = write(tmp_path, articles__a="Text.\n", actions__x="ignored")
    for name in ("people.yml", "zebra.yaml", "sources.yaml", "notes.txt"):
        (folder / name).write_text("", encoding="utf-8")

    warnings = good(folder).warnings

    assert [(one.file, one.what) for one in warnings] == [
        ("people.yml", "this file is not read"),
        ("zebra.yaml", "this file is not read"),
    ]
    assert warnings[0].fix == 'did you mean "people.yaml"?'


def test_article_from_text_is_at_hand_for_corpora() -> None:
    assert loader.article_from_text("a", "Title", "Text.").sections[0].text == "Text."


NASTY = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet="[]{}:,-?&*!|>'\"%@`#\n\t \\~ab0", max_size=200).map(str.encode),
    st.lists(st.sampled_from(["channels:", "  - id: C0HELP001", "    hours:", "teams:", "- ", "x: [", "]", "no"])).map(
        lambda lines: "\n".join(lines).encode()
    ),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=NASTY, channels=NASTY, page=NASTY)
def test_no_content_of_any_file_raises(people: bytes, channels: bytes, page: bytes, tmp_path: Path) -> None:
    folder = write(tmp_path, articles__a=page)
    (folder / "people.yaml").write_bytes(people)
    (folder / "channels.yaml").write_bytes(channels)

    loaded = load(folder)

    problems = loaded.problems if isinstance(loaded, Broken) else loaded.warnings
    assert all(one.file and one.line >= 1 and one.what and one.fix for one in problems)


def real(tmp_path: Path, name: str) -> Handbook:
    (tmp_path / "articles").symlink_to(REAL_DATA / name / "pages")
    return good(tmp_path)


@pytest.mark.real_data
def test_real_handbook_with_front_matter_loads_whole(tmp_path: Path) -> None:
    handbook = real(tmp_path, "kb-dev")

    assert len(handbook.articles) == 119
    assert all(article.sections and "<%" not in article.title for article in handbook.articles)
    assert sum(1 for article in handbook.articles if article.reviewed) == 105
    stubs = [article.moved_to for article in handbook.articles if article.moved_to]
    assert len(stubs) == 10
    assert set(stubs) <= {article.id for article in handbook.articles}
    assert len(handbook.warnings) < 10


@pytest.mark.real_data
def test_real_handbook_without_front_matter_loads_whole(tmp_path: Path) -> None:
    handbook = real(tmp_path, "kb-dev-2")

    assert len(handbook.articles) == 61
    titles = {article.id: article.title for article in handbook.articles}
    assert titles["managing_users/user_lifecycle.md"] == "User lifecycle"
    assert all(one.line >= 1 and one.file.startswith("articles/") for one in handbook.warnings)


ENTRY = """\
id: act
title: Act
summary: Does it.
mode: proposal
who: {groups: [platform_team]}
git: {repository: live, file: a.yaml, content: {a: 1}}
"""
WITH_ENTRY = {
    "articles__a": "---\nactions: [act]\n---\nText.\n",
    "actions__act.yaml": ENTRY,
    "people.yaml": "platform_team: {group: S0PLATF01}\n",
    "repositories.yaml": "live: {url: 'https://git.example.com/live.git'}\n",
}


def test_catalogue_and_repositories_are_found_by_name(tmp_path: Path) -> None:
    handbook = good(write(tmp_path, **WITH_ENTRY))

    assert (warned(handbook), [action.id for action in handbook.actions]) == ([], ["act"])
    assert handbook.action("act") is handbook.actions[0]
    assert handbook.repository("live") is handbook.repositories[0]
    assert (handbook.action("other"), handbook.repository("other")) == (None, None)


def test_revision_follows_the_catalogue(tmp_path: Path) -> None:
    first = good(write(tmp_path / "one", **WITH_ENTRY)).revision
    changed = good(write(tmp_path / "two", **WITH_ENTRY | {"actions__act.yaml": ENTRY.replace("1", "2")})).revision

    assert first != changed


def test_article_that_names_an_action_that_is_not_there_is_warned_of(tmp_path: Path) -> None:
    handbook = good(write(tmp_path, **WITH_ENTRY | {"articles__a": "---\nactions: [act, acts]\n---\nText.\n"}))

    assert warned(handbook) == [("articles/a.md", 1, 'there is no action "acts", so it is not offered')]
    assert handbook.articles[0].actions == ("act", "acts")


def test_error_in_one_entry_takes_nothing_into_use_and_says_no_more_than_that(tmp_path: Path) -> None:
    broken = WITH_ENTRY | {"actions__act.yaml": ENTRY.replace("mode: proposal", "mode: push")}
    loaded = load(write(tmp_path, **broken))

    assert isinstance(loaded, Broken)
    assert [(each.file, each.field) for each in loaded.problems] == [("actions/act.yaml", "mode")]
    assert loaded.warnings == ()


@pytest.mark.parametrize("name", ["people.yaml", "repositories.yaml"])
def test_entries_are_not_blamed_for_a_file_that_is_broken_itself(tmp_path: Path, name: str) -> None:
    loaded = load(write(tmp_path, **WITH_ENTRY | {name: "a: [\n"}))

    assert isinstance(loaded, Broken)
    assert [each.file for each in loaded.problems] == [name]


def test_what_is_no_entry_is_named_and_not_read(tmp_path: Path) -> None:
    folder = write(tmp_path, **WITH_ENTRY, actions__other="# Text\n", actions__deep__more="Text\n")
    (folder / "actions" / "act.yml").write_text("id: act\n", encoding="utf-8")
    (folder / "actions" / ".hidden.yaml").write_text("id: act\n", encoding="utf-8")

    handbook = good(folder)

    assert [action.id for action in handbook.actions] == ["act"]
    assert warned(handbook) == [(f"actions/{name}", 1, "this is not read") for name in ("act.yml", "deep")]


def test_linked_entry_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "act.yaml"
    outside.write_text(ENTRY, encoding="utf-8")
    folder = write(tmp_path / "handbook", **{name: text for name, text in WITH_ENTRY.items() if "act.yaml" not in name})
    (folder / "actions").mkdir()
    (folder / "actions" / "act.yaml").symlink_to(outside)

    loaded = load(folder)

    assert isinstance(loaded, Broken)
    assert [(each.file, each.what) for each in loaded.problems] == [
        ("actions/act.yaml", "this is a symbolic link, and links are not followed")
    ]


def test_linked_catalogue_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", **WITH_ENTRY) / "actions"
    folder = write(tmp_path / "handbook", articles__a="Text.\n")
    (folder / "actions").symlink_to(outside)

    loaded = load(folder)

    assert isinstance(loaded, Broken)
    assert [each.file for each in loaded.problems] == ["actions"]


# Surveys.

SURVEY = """\
id: pulse
title: Pulse
why: To know.
owner: platform_team
questions: [{name: satisfied, csat: How satisfied are you}]
audience: {channels: [C0ASKPLAT], ran: [act]}
every: {weeks: 4, day: tue, at: "10:00"}
"""
WITH_SURVEY = WITH_ENTRY | {
    "channels.yaml": "channels: [{id: C0ASKPLAT, name: ask-platform, answer: at once}]\n",
    "surveys__pulse.yaml": SURVEY,
}


def test_surveys_are_loaded_by_id(tmp_path: Path) -> None:
    handbook = good(write(tmp_path, **WITH_SURVEY))

    assert [each.id for each in handbook.surveys] == ["pulse"]
    assert handbook.survey("pulse") is handbook.surveys[0]
    assert handbook.survey("other") is None


def test_the_revision_follows_from_surveys_too(tmp_path: Path) -> None:
    before = good(write(tmp_path / "one", **WITH_SURVEY)).revision
    changed = SURVEY.replace("To know.", "To learn.")

    after = good(write(tmp_path / "two", **WITH_SURVEY | {"surveys__pulse.yaml": changed})).revision

    assert before != after


@pytest.mark.parametrize(
    ("file", "text", "errors"),
    [
        pytest.param("people.yaml", "platform_team: []\n", {"people.yaml"}, id="people"),
        pytest.param("channels.yaml", "channels: [{id: ask}]\n", {"channels.yaml"}, id="channels"),
        pytest.param("actions__act.yaml", "id: act\n", {"actions/act.yaml"}, id="actions"),
        pytest.param("surveys__pulse.yaml", "id: pulse\n", {"surveys/pulse.yaml"}, id="the survey itself"),
    ],
)
def test_what_is_broken_is_named_and_not_the_survey_that_rests_on_it(
    tmp_path: Path, file: str, text: str, errors: set[str]
) -> None:
    loaded = load(write(tmp_path, **WITH_SURVEY | {file: text}))

    assert isinstance(loaded, Broken)
    assert {each.file for each in loaded.problems} == errors


def test_what_a_survey_names_in_vain_is_an_error(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, **WITH_SURVEY | {"channels.yaml": "channels: []\n"}))

    assert isinstance(loaded, Broken)
    assert [str(each) for each in loaded.problems] == [
        (
            'surveys/pulse.yaml:6: audience.channels[0]: "C0ASKPLAT" is not under channels in channels.yaml; '
            "add it to channels in channels.yaml"
        )
    ]


def test_an_action_that_counts_as_a_use_must_be_in_the_catalogue(tmp_path: Path) -> None:
    capability = """
        - id: buckets
          title: Buckets
          owner: platform_team
          status: only way
          since: 2026-01-05
          teams: all
          counts_as_use: a bucket
          used_by: [create-bucket]
          built_from: {what: ours, because: so}
        """
    folder = write(
        tmp_path,
        **{
            "articles/a.md": "# A\n",
            "people.yaml": "platform_team: {members: [U0MAYA]}\n",
            "capabilities.yaml": dedent(capability),
        },
    )

    loaded = load(folder)

    assert isinstance(loaded, Broken)
    assert [(each.file, each.field) for each in loaded.problems] == [("capabilities.yaml", "used_by")]
