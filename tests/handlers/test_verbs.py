"""What somebody wants, from the first word they write."""

import pytest

from handlers import verbs
from handlers.verbs import (
    ASK,
    FIND,
    FRICTION,
    HEALTH,
    HELP,
    HUMAN,
    REPORT,
    REQUESTS,
    RESULTS,
    RUN,
    SETTINGS,
    START,
    STORY,
    TALK,
    THANKS,
    Parsed,
    Verb,
    parse,
)


def is_action(words: str) -> bool:
    return words == "create-bucket"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", Parsed(HELP, ""), id="nothing"),
        pytest.param("  \n ", Parsed(HELP, ""), id="white space"),
        pytest.param("help", Parsed(HELP, ""), id="help"),
        pytest.param("HELP", Parsed(HELP, ""), id="capitals"),
        pytest.param("ask", Parsed(HELP, ""), id="ask without a question"),
        pytest.param("ask where are my logs?", Parsed(ASK, "where are my logs?"), id="ask"),
        pytest.param("Ask  where are\nmy logs?", Parsed(ASK, "where are\nmy logs?"), id="ask over two lines"),
        pytest.param("where are my logs?", Parsed(ASK, "where are my logs?"), id="a question that begins with no verb"),
        pytest.param("  logs  ", Parsed(ASK, "logs"), id="one word that is no verb"),
        pytest.param("find quota", Parsed(FIND, "quota"), id="find"),
        pytest.param("find", Parsed(HELP, ""), id="find nothing"),
        pytest.param("run", Parsed(RUN, ""), id="run"),
        pytest.param("actions", Parsed(RUN, ""), id="run by another name"),
        pytest.param("run create-bucket", Parsed(RUN, "create-bucket"), id="run an action"),
        pytest.param("run the tests in CI?", Parsed(ASK, "run the tests in CI?"), id="run what is no action"),
        pytest.param("actions fail in CI", Parsed(ASK, "actions fail in CI"), id="a question about other actions"),
        pytest.param("requests", Parsed(REQUESTS, ""), id="requests"),
        pytest.param("requests time out", Parsed(ASK, "requests time out"), id="a question about other requests"),
        pytest.param("find me a person", Parsed(FIND, "me a person"), id="find before words is never a question"),
        pytest.param("finding logs?", Parsed(ASK, "finding logs?"), id="a question that begins like find"),
        pytest.param("human", Parsed(HUMAN, ""), id="human"),
        pytest.param("human my deploy hangs", Parsed(HUMAN, "my deploy hangs"), id="human with the matter"),
        pytest.param("human: can somebody look at it?", Parsed(HUMAN, "can somebody look at it?"), id="human, a colon"),
        pytest.param(
            "human readable logs?", Parsed(ASK, "human readable logs?"), id="a question that begins with human"
        ),
        pytest.param("Human errors in deploys", Parsed(ASK, "Human errors in deploys"), id="another one"),
        pytest.param("health", Parsed(HEALTH, ""), id="health"),
        pytest.param("health 30d", Parsed(HEALTH, "30d"), id="health of a window"),
        pytest.param("health 2 weeks", Parsed(HEALTH, "2 weeks"), id="health of a window in words"),
        pytest.param("health check fails", Parsed(ASK, "health check fails"), id="a question that begins with health"),
        pytest.param("helm", Parsed(ASK, "helm"), id="a word that only looks like a verb"),
        pytest.param("help me deploy", Parsed(ASK, "help me deploy"), id="a plea that begins like a verb"),
        pytest.param("hlep", Parsed(HELP, ""), id="two letters swapped"),
        pytest.param("humna", Parsed(HUMAN, ""), id="two letters swapped in another verb"),
        pytest.param("humn", Parsed(HUMAN, ""), id="a letter too few"),
        pytest.param("helm chart fails", Parsed(ASK, "helm chart fails"), id="the same word before a question"),
        pytest.param("humans are on holiday?", Parsed(ASK, "humans are on holiday?"), id="a near-miss before words"),
        pytest.param("deploys", Parsed(ASK, "deploys"), id="a word far from any verb"),
        pytest.param("settings", Parsed(SETTINGS, ""), id="settings"),
        pytest.param("Privacy", Parsed(SETTINGS, ""), id="settings by another name"),
        pytest.param("pulse", Parsed(SETTINGS, ""), id="settings by a third"),
        pytest.param("results", Parsed(RESULTS, ""), id="results"),
        pytest.param("Pulse  results", Parsed(RESULTS, ""), id="results by two words"),
        pytest.param("report 2026-Q3", Parsed(REPORT, "2026-Q3"), id="a quarter"),
        pytest.param("report a bug?", Parsed(ASK, "report a bug?"), id="another report"),
        pytest.param("pulse results of May?", Parsed(ASK, "pulse results of May?"), id="a question about results"),
        pytest.param("privacy policy of the logs?", Parsed(ASK, "privacy policy of the logs?"), id="words after it"),
        pytest.param("friction builds are slow?", Parsed(FRICTION, "builds are slow?"), id="friction is no question"),
        pytest.param("story", Parsed(STORY, ""), id="story"),
        pytest.param("story points in Jira?", Parsed(ASK, "story points in Jira?"), id="another story"),
        pytest.param("thanks <@U1|jo> for it", Parsed(THANKS, "<@U1|jo> for it"), id="thanks to somebody"),
        pytest.param("thanks @jo for it", Parsed(THANKS, "@jo for it"), id="thanks to a name that Slack did not know"),
        pytest.param("thanks, that works", Parsed(ASK, "thanks, that works"), id="thanks to the bot"),
        pytest.param("start", Parsed(START, ""), id="start"),
        pytest.param("start payments", Parsed(START, "payments"), id="start of a team"),
        pytest.param("start minikube?", Parsed(ASK, "start minikube?"), id="another start"),
        pytest.param("start a pod by hand", Parsed(ASK, "start a pod by hand"), id="a third"),
        pytest.param("talk", Parsed(TALK, ""), id="talk"),
        pytest.param("talk to a person", Parsed(ASK, "talk to a person"), id="another talk"),
        pytest.param("🙂", Parsed(ASK, "🙂"), id="a face"),
        pytest.param("x" * 10_000, Parsed(ASK, "x" * 10_000), id="a long word"),
    ],
)
def test_a_text_says_what_is_wanted(text: str, wanted: Parsed) -> None:
    assert parse(text, is_action=is_action) == wanted


@pytest.mark.parametrize("verb", verbs.VERBS, ids=lambda verb: verb.name)
def test_each_verb_answers_to_its_name(verb: Verb) -> None:
    known = {"[action]": "create-bucket", "[window]": "4w", "[week]": "2026-W47", "[quarter]": "2026-Q3"}
    known |= {"@person [for …]": "<@U1> for it"}
    rest = {**known, "": ""}.get(verb.usage, "something")

    assert parse(f"{verb.name} {rest}", is_action=is_action).verb == verb


def test_without_a_catalogue_only_run_itself_is_the_verb() -> None:
    assert (parse("run"), parse("run create-bucket")) == (Parsed(RUN, ""), Parsed(ASK, "run create-bucket"))


def test_no_name_means_two_verbs() -> None:
    names = [name for verb in verbs.VERBS for name in (verb.name, *verb.aliases)]

    assert len(names) == len(set(names))
    assert names == [name.lower() for name in names]
