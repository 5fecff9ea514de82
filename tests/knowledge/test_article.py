"""Articles as people write them: what is kept, what is dropped, what is only warned of."""

from datetime import date
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import Article, Audience, Parsed, Section, article_from_text, parse, title_from
from knowledge.problem import Level


def parsed(text: str, *, article_id: str = "some-page.md") -> Parsed:
    found = parse(article_id, dedent(text).lstrip("\n"), file=f"articles/{article_id}")
    assert found is not None
    return found


def article(text: str) -> Article:
    return parsed(text).article


def body(text: str) -> str:
    """The text of an article's only section."""
    (section,) = article(text).sections
    return section.text


def warnings(text: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.what) for one in parsed(text).warnings]


def test_front_matter_of_ours_is_read() -> None:
    found = article("""
        ---
        title: Create a bucket
        questions: [I need a bucket, "where: files?"]
        tags: [storage]
        owner: platform
        reviewed: 2026-01-31
        review_every: 6 months
        actions: [create-bucket]
        audience: internal
        url: https://docs.example/buckets
        ---
        Ask for one.
        """)

    assert found == Article(
        id="some-page.md",
        title="Create a bucket",
        sections=(Section("", "", (), "Ask for one.", 12),),
        questions=("I need a bucket", "where: files?"),
        tags=("storage",),
        owner="platform",
        reviewed=date(2026, 1, 31),
        review_every_days=182,
        actions=("create-bucket",),
        audience=Audience.INTERNAL,
        url="https://docs.example/buckets",
    )


@pytest.mark.parametrize(("period", "days"), [("1 year", 365), ("3 months", 91), ("12 months", 365), ("2 weeks", 14)])
def test_review_dates_of_other_generators_are_read_as_ours(period: str, days: int) -> None:
    found = article(f"---\nlast_reviewed_on: 2025-08-05\nreview_in: {period}\n---\nText.\n")

    assert (found.reviewed, found.review_every_days) == (date(2025, 8, 5), days)


def test_faults_in_front_matter_are_warnings_and_the_rest_is_used() -> None:
    text = "---\ntitle: Buckets\ncolour: blue\nreviewed: soon\ntags: storage\nurl: javascript:alert(1)\n---\nText.\n"

    assert warnings(text) == [
        (3, "colour", 'unknown key "colour"'),
        (4, "reviewed", '"soon" is not a date'),
        (6, "url", '"javascript:alert(1)" is not a web address'),
    ]
    assert all(one.level is Level.WARNING for one in parsed(text).warnings)
    assert (article(text).title, article(text).tags, article(text).url) == ("Buckets", ("storage",), "")


def test_title_with_a_colon_survives_front_matter_that_is_not_yaml() -> None:
    text = "---\ntitle: Buckets: a guide\n---\nText.\n"

    assert article(text).title == "Buckets: a guide"
    assert [(line, what) for line, _, what in warnings(text)] == [(2, "a colon stands where no key can be")]


def test_front_matter_that_is_never_closed_is_text() -> None:
    text = "---\ntitle: Buckets\n\nText.\n"

    assert "Text." in " ".join(section.text for section in article(text).sections)
    assert warnings(text) == [(1, "", "the front matter is not closed, so it is read as text")]


@pytest.mark.parametrize(
    "matter",
    [
        "audience: platfrom",
        "audience: [internal]",
        "audience:",
        "audiance: platform",
        "audience: internal\naudience: public",
        "title: a: b\naudience: internal",
        "audience: &a internal",
    ],
)
def test_audience_that_cannot_be_made_out_is_the_narrowest(matter: str) -> None:
    assert article(f"---\n{matter}\n---\nSecret.\n").audience is Audience.PLATFORM


def test_audience_in_front_matter_never_closed_is_the_narrowest() -> None:
    assert article("---\ntitle: Keys\naudience: internal\n\nSecret.\n").audience is Audience.PLATFORM


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Given\n---\n# Other\n\nText.\n", "Given"),
        ("Intro.\n\n## First heading\n\nText.\n", "First heading"),
        ("##No space\n\nText.\n", "No space"),
        ("<h1>In HTML</h1>\n\nText.\n", "In HTML"),
        ("# Use `kubectl` &amp; **wait**\n\nText.\n", "Use kubectl & wait"),
        ("Just text.\n", "Some page"),
    ],
)
def test_title_is_given_or_the_first_heading_or_the_file_name(text: str, title: str) -> None:
    assert article(text).title == title


@pytest.mark.parametrize(
    ("article_id", "title"),
    [
        ("set-up_things.html.md.erb", "Set up things"),
        ("guides/index.md", "Guides"),
        ("index.md", "Index"),
        ("a/README.markdown", "A"),
    ],
)
def test_title_from_the_file_name(article_id: str, title: str) -> None:
    assert title_from(article_id) == title


def test_headings_make_sections_with_path_anchor_and_line() -> None:
    found = article("""
        # Buckets

        Intro.

        ## Create

        How.

        ### With Terraform (v2)

        Code.

        ## Create

        ##### Too deep

        Again.
        """)

    assert found.sections == (
        Section("Buckets", "buckets", (), "Intro.", 1),
        Section("Create", "create", (), "How.", 5),
        Section("With Terraform (v2)", "with-terraform-v2", ("Create",), "Code.", 9),
        Section("Create", "create-1", (), "Too deep\nAgain.", 13),
    )


def test_first_level_heading_that_is_not_the_title_is_in_the_path() -> None:
    found = article("---\ntitle: Storage\n---\n# Buckets\n\n## Create\n\nHow.\n")

    assert found.sections == (Section("Create", "create", ("Buckets",), "How.", 6),)


def test_headings_without_any_text_are_kept_as_sections() -> None:
    assert article("# Troubleshooting\n").sections == (Section("Troubleshooting", "troubleshooting", (), "", 1),)


def test_heading_may_name_its_own_anchor() -> None:
    (section,) = article("Intro\n\n## Set up {#setup}\n\nText.\n").sections[1:]

    assert (section.heading, section.anchor) == ("Set up", "setup")


def test_html_heading_starts_a_section_with_its_id() -> None:
    found = article('# MySQL\n\nIntro.\n\n<h2 id="set-up-it">Set up</h2>\n\nText.\n')

    assert found.sections[1] == Section("Set up", "set-up-it", (), "Text.", 5)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("One\ntwo *three* **four** `five`.\n\nSix.", "One two three four five.\nSix."),
        ("- a\n- b\n  - c", "a\nb\nc"),
        ("Run:\n\n```sh\nkubectl get pods\nkubectl <name>\n```", "Run:\n```\nkubectl get pods\nkubectl <name>\n```"),
        ("    indented code", "indented code"),
        ("| Plan | Size |\n|:--|--|\n| `small` | 1 GB |\n| | 2 GB |", "Plan | Size\nsmall | 1 GB\n2 GB"),
        ("See [the docs](https://example.org) ![a picture](x.png).", "See the docs a picture."),
        ("See [the docs][1].\n\n[1]: https://example.org", "See the docs."),
        ("> quoted", "quoted"),
        ("AT&amp;T &lt;3 &nbsp;x", "AT&T <3 x"),
        ("Use <namespace> and <b>bold</b> and a<br>break", "Use <namespace> and bold and a break"),
        ('<div class="govuk-warning-text"><strong>Careful:</strong> this deletes.</div>', "Careful: this deletes."),
        ("<div>\nSee **this** [page](https://example.org).\n</div>", "See this page."),
        ("a <!-- hidden --> b\n\n<!--\nhidden\n-->", "a b"),
        ("x\n\n<script>\nalert(1)\n</script>", "x"),
        ("<details>\n<summary>More</summary>\n\nInside.\n\n</details>", "More\nInside."),
        ("a <%= image_tag 'x.png' %> b\n\n<% if x %>\nkept\n<% end %>", "a b\nkept"),
        ("<%= warning_text('Deleting an app is irreversible.') %>", "Deleting an app is irreversible."),
        ("x\n\n<%= partial 'documentation/more' %>", "x"),
        ("```\nlisten <%= ENV['PORT'] %>;\n```", "```\nlisten <%= ENV['PORT'] %>;\n```"),
        ("a {{< note >}} b {% include x.html %} c", "a b c"),
        ("${{ secrets.TOKEN }} stays", "${{ secrets.TOKEN }} stays"),
        ("::: warning\nBeware.\n:::", "Beware."),
        ('!!! note "Mind"\n    This.', "Mind This."),
        ("> [!NOTE]\n> Beware.", "Beware."),
        ("Text.\n{: .large }", "Text."),
        ("~~old~~ new", "old new"),
        ("never closed <% here", "never closed <% here"),
    ],
)
def test_text_is_plain_prose(markdown: str, plain: str) -> None:
    assert body(markdown) == plain


def test_title_in_template_code_is_put_in_without_a_warning() -> None:
    text = "---\ntitle: Buckets\n---\n# <%= current_page.data.title %>\n\nText.\n"

    assert article(text).sections == (Section("Buckets", "buckets", (), "Text.", 4),)
    assert warnings(text) == []


def test_other_template_code_is_warned_of_once_at_its_first_line() -> None:
    text = "---\ntitle: A\n---\nText.\n\n<%= partial 'b' %>\n\n<% end %>\n"

    assert warnings(text) == [(6, "", "template code is left out")]


@pytest.mark.parametrize(
    "text",
    [
        "This page has now moved to [New](/new.html).",
        "# Old\n\nThis guide has been replaced by [New](/new.html)",
        "Moved to [New](/new.html)",
        "You are being redirected to <a href='/new.html'>the new page</a>.",
        '<meta http-equiv="refresh" content="0; url=/new.html">\n\nOne moment.',
        "---\nredirect_to: /new.html\n---\nOld.",
    ],
)
def test_page_that_only_says_where_it_went_is_a_stub(text: str) -> None:
    assert article(text).moved_to == "/new.html"


@pytest.mark.parametrize(
    "text",
    [
        "You should use the [official documentation](https://example.org).",
        "This service is decommissioned. See [why](https://example.org).",
        "If a site moves to a new domain, redirect traffic with [nginx](https://example.org).",
        "This page has moved. " + "But it says much more. " * 20 + "[New](/new.html)",
        "This page has moved, nobody knows where to.",
    ],
)
def test_ordinary_page_is_no_stub(text: str) -> None:
    assert article(text).moved_to == ""


@pytest.mark.parametrize(
    "text", ["", "\n \n", "---\ntitle: Empty\n---\n", "<!-- nothing -->\n", "<%= partial 'x' %>\n"]
)
def test_page_that_says_nothing_is_no_article(text: str) -> None:
    assert parse("a.md", text, file="articles/a.md") is None


def test_links_know_their_line() -> None:
    links = parsed("---\ntitle: A\n---\nOne\n[two](b.md)\n\n- [three](c.md)\n").links

    assert [(link.target, link.line) for link in links] == [("b.md", 5), ("c.md", 7)]


def test_article_from_text_takes_the_title_as_given() -> None:
    found = article_from_text("moj/a.md", "Buckets", "# <%= current_page.data.title %>\n\nText.\n")

    expected = Article(id="moj/a.md", title="Buckets", sections=(Section("Buckets", "buckets", (), "Text.", 1),))
    assert found == expected


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("#-*_`<>[](){}%=|&;:!~'\"\n\\ <a1/"), st.characters()), max_size=300))
def test_any_text_is_read(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\nText."):
        found = parse("a.md", whole, file="articles/a.md")

        lines = whole.count("\n") + 1
        assert found is None or all(1 <= section.line <= lines for section in found.article.sections)


@pytest.mark.parametrize("piece", ["[", "![", "*a", "`", "<", "<a href", "<h1>a</h1>", "<%", "[a](", "> - ", "<!--"])
def test_long_runs_of_one_mark_do_not_hang(piece: str) -> None:
    text = "Text.\n\n" + piece * 20_000

    assert article(text).sections[0].text.startswith("Text.")
