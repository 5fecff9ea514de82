"""What a question finds, for whom, and how sure the index is."""

from dataclasses import replace

import pytest

from knowledge.article import Article, Audience, Section
from knowledge.index import Found, Index


def article(
    id_: str, title: str, *sections: tuple[str, str], questions: tuple[str, ...] = (), moved_to: str = ""
) -> Article:
    cut = tuple(
        Section(heading, heading.lower().replace(" ", "-"), (), text, line)
        for line, (heading, text) in enumerate(sections, start=1)
    )
    return Article(id_, title, cut, questions=questions, moved_to=moved_to)


LOGS = article(
    "logs.md",
    "Application logs",
    ("Where logs go", "Whatever a container writes to standard output is collected by the platform."),
    ("How long logs stay", "Logs are kept for thirty days and then deleted."),
)
BUCKETS = article(
    "buckets.md",
    "Create a storage bucket",
    ("Ask for one", "Run the action create-bucket. The bucket is private, versioned and encrypted."),
    ("Delete one", "Empty the bucket first, then remove its file by pull request."),
    questions=("where can I put uploaded files",),
)
DATABASES = article(
    "databases.md",
    "PostgreSQL databases",
    ("Restore a backup", "Backups are made every night. Restoring a database takes about ten minutes."),
    ("Rotate the password", "The PostgresOperator rotates the password and restarts the pods."),
)
CERTIFICATES = article(
    "certificates.md",
    "Certificates for your own domain",
    ("Renewal", "Certificates are renewed by themselves two weeks before they expire."),
)
ON_CALL = article(
    "on-call.md",
    "Reach the person on duty",
    ("Out of hours", "Outside working hours page the duty phone for production incidents only."),
)
HANDBOOK = (LOGS, BUCKETS, DATABASES, CERTIFICATES, ON_CALL)


def ids(found: Found) -> list[str]:
    return [hit.article.id for hit in found.hits]


def test_best_section_of_the_best_article_comes_first() -> None:
    found = Index.build(HANDBOOK).search("how long are logs kept?")

    assert found.hits[0].article == LOGS
    assert found.hits[0].section.heading == "How long logs stay"


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        pytest.param("where do I find my metrics", "", id="not asked for what the heading adds"),
        pytest.param("my metrics are missing", "Metrics are missing", id="asked for it"),
    ],
)
def test_a_section_on_more_than_was_asked_gives_way_to_the_plain_one(question: str, heading: str) -> None:
    page = article(
        "metrics.md",
        "Find metrics",
        ("", "Grafana shows what your service counts, a few seconds later."),
        ("Metrics are missing", "Metrics are found where the metrics port is named metrics."),
    )

    found = Index.build((*HANDBOOK, page)).search(question)

    assert found.hits[0].section.heading == heading


def test_article_is_listed_once_however_many_of_its_sections_match() -> None:
    found = Index.build(HANDBOOK).search("bucket")

    assert ids(found).count("buckets.md") == 1


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("restoring my databases", "databases.md", id="other endings"),
        pytest.param("certifcates", "certificates.md", id="a letter missing"),
        pytest.param("db", "databases.md", id="short for a word"),
        pytest.param("what is the postgres operator", "databases.md", id="words run together in the article"),
        pytest.param("where can I put files I uploaded", "buckets.md", id="an alias in other order"),
        pytest.param("hi all, anyone know who is on duty? :pray: <@U123>", "on-call.md", id="small talk round it"),
    ],
)
def test_question_finds_its_article(question: str, expected: str) -> None:
    assert ids(Index.build(HANDBOOK).search(question))[0] == expected


@pytest.mark.parametrize("question", ["", "   ", "hi all", "how do I do this?", "<@U123> :wave:", "?!…"])
def test_message_without_a_question_finds_nothing(question: str) -> None:
    assert Index.build(HANDBOOK).search(question) == Found(hits=(), confidence=0.0)


def test_question_about_nothing_known_finds_nothing() -> None:
    found = Index.build(HANDBOOK).search("weather in Lisbon")

    assert found.hits == ()
    assert found.confidence == 0.0
    assert found.terms == ("weather", "lisbon")


def test_empty_handbook_finds_nothing() -> None:
    assert Index.build(()).search("logs").hits == ()


def test_short_form_is_looked_for_beside_its_long_form() -> None:
    ports = article("ports.md", "Ports", ("Open ports", "The db port is 5432."))

    assert set(ids(Index.build((*HANDBOOK, ports)).search("db"))) == {"ports.md", "databases.md"}


def test_article_without_sections_is_found_by_its_title() -> None:
    bare = Article("vpn.md", "Connect to the VPN", ())

    assert ids(Index.build((*HANDBOOK, bare)).search("vpn"))[0] == "vpn.md"


def test_no_more_hits_than_asked_for() -> None:
    many = [article(f"{n:02}.md", f"Bucket {n}", ("Bucket", "A bucket.")) for n in range(40)]

    index = Index.build(many)

    assert len(index.search("bucket", limit=35).hits) == 35
    assert len(index.search("bucket").hits) == 5


def test_equal_articles_come_in_order_of_their_ids_however_they_were_given() -> None:
    twins = [article(f"{name}.md", "Quotas", ("Limits", "A quota limits memory.")) for name in "cab"]

    assert ids(Index.build((*HANDBOOK, *twins)).search("quota")) == ["a.md", "b.md", "c.md"]
    assert ids(Index.build((*twins[::-1], *HANDBOOK)).search("quota")) == ["a.md", "b.md", "c.md"]


def test_exact_alias_beats_an_article_that_uses_its_words_more() -> None:
    aliased = article("a.md", "Ephemeral files", ("Scratch", "Pods lose them."), questions=("can I write to disk",))
    wordy = article("b.md", "Disk", ("Disk", "Disk write, write disk, disk disk write."))

    assert ids(Index.build((aliased, wordy, *HANDBOOK)).search("can I write to disk?"))[0] == "a.md"


def test_confidence_tells_a_question_of_ours_from_a_stranger() -> None:
    index = Index.build(HANDBOOK)

    ours = index.search("how do I restore a database backup").confidence
    stranger = index.search("how do I restore a painting from a museum").confidence

    assert 0.0 <= stranger < 0.25 < 0.55 < ours <= 1.0


def test_mended_spelling_is_less_sure_than_right_spelling() -> None:
    index = Index.build(HANDBOOK)

    assert index.search("certificatse renewal").confidence < index.search("certificates renewal").confidence


def test_words_with_digits_and_short_words_are_never_taken_for_others() -> None:
    found = Index.build(HANDBOOK).search("phon bucket7")

    assert found.terms == ("phon", "bucket7")
    assert found.hits == ()


@pytest.mark.parametrize(
    ("audiences", "expected"),
    [
        pytest.param({Audience.PUBLIC}, ["a.md"], id="the public"),
        pytest.param({Audience.PUBLIC, Audience.INTERNAL}, ["a.md", "b.md"], id="our people"),
        pytest.param(set(Audience), ["a.md", "b.md", "c.md"], id="the platform team"),
        pytest.param(set(), [], id="nobody"),
    ],
)
def test_readers_find_only_what_they_may_see(audiences: set[Audience], expected: list[str]) -> None:
    shelf = [
        Article(f"{name}.md", "Vault", (Section("Vault", "vault", (), "Open the vault.", 1),), audience=audience)
        for name, audience in zip("abc", Audience, strict=True)
    ]

    assert sorted(ids(Index.build(shelf).search("vault", audiences=frozenset(audiences)))) == expected


def test_hidden_article_changes_nothing_for_those_who_may_not_see_it() -> None:
    hidden = Article(
        "secret.md",
        "Merger with Acme",
        (Section("Logs", "logs", (), "Logs of the merger are kept in the bucket.", 1),),
        audience=Audience.PLATFORM,
    )
    question = "where are logs of the mergre kept"

    assert Index.build((*HANDBOOK, hidden)).search(question) == Index.build(HANDBOOK).search(question)


@pytest.mark.parametrize("target", ["logs.md", "/logs.html", "logs.html#where-logs-go", "logs"])
def test_stub_gives_way_to_the_article_that_replaced_it(target: str) -> None:
    stub = article("kibana.md", "Kibana", ("", "This page has moved."), moved_to=target)

    found = Index.build((*HANDBOOK, stub)).search("kibana")

    assert ids(found) == ["logs.md"]


def test_stub_of_a_stub_leads_to_the_last_article() -> None:
    first = article("one.md", "Elasticsearch", ("", "Moved."), moved_to="two.md")
    second = article("two.md", "Kibana", ("", "Moved."), moved_to="logs.md")

    assert ids(Index.build((*HANDBOOK, first, second)).search("elasticsearch")) == ["logs.md"]


def test_stub_that_leads_out_of_the_handbook_comes_last() -> None:
    stub = article("old.md", "How long logs are kept", ("Logs", "Logs moved."), moved_to="https://example.org/logs")

    assert ids(Index.build((*HANDBOOK, stub)).search("how long are logs kept"))[-1] == "old.md"


def test_stubs_that_point_to_each_other_are_still_found() -> None:
    one = article("one.md", "Quota", ("", "Moved."), moved_to="two.md")
    two = article("two.md", "Quota", ("", "Moved."), moved_to="one.md")

    assert ids(Index.build((*HANDBOOK, one, two)).search("quota")) == ["one.md", "two.md"]


@pytest.mark.parametrize(
    "question", ["how long are logs kept in kibana", "Kibana logs", "kibana"], ids=["a question", "its title", "a word"]
)
def test_superseded_article_comes_right_below_what_replaced_it(question: str) -> None:
    old = replace(article("kibana.md", "Kibana logs", ("Logs", "Kibana keeps logs.")), superseded_by="logs.md")

    assert ids(Index.build((*HANDBOOK, old)).search(question))[:2] == ["logs.md", "kibana.md"]


def test_articles_that_supersede_in_turn_come_newest_first() -> None:
    first = replace(article("a.md", "Elasticsearch", ("", "Elasticsearch.")), superseded_by="b.md")
    second = replace(article("b.md", "Kibana", ("", "Kibana.")), superseded_by="logs.md")

    hits = Index.build((*HANDBOOK, first, second)).search("elasticsearch").hits

    assert [hit.article.id for hit in hits] == ["logs.md", "b.md", "a.md"]
    assert [hit.replaced_by for hit in hits] == [None, LOGS, LOGS]


def test_articles_that_supersede_each_other_are_still_found() -> None:
    one = replace(article("one.md", "Quota", ("", "Quota.")), superseded_by="two.md")
    two = replace(article("two.md", "Quota", ("", "Quota.")), superseded_by="one.md")

    assert ids(Index.build((*HANDBOOK, one, two)).search("quota")) == ["one.md", "two.md"]


def test_what_replaced_an_article_stays_hidden_from_those_who_may_not_see_it() -> None:
    hidden = replace(LOGS, audience=Audience.PLATFORM)
    old = replace(article("kibana.md", "Kibana", ("", "Kibana.")), superseded_by="logs.md")

    hits = Index.build((hidden, old)).search("kibana").hits

    assert [(hit.article.id, hit.replaced_by) for hit in hits] == [("kibana.md", None)]


def test_text_past_the_limit_is_not_read() -> None:
    assert Index.build(HANDBOOK).search("logs " + "x " * 300 + "bucket").terms == ("log", "x")
