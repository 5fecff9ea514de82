"""What counts as a question, and what a reply amounts to."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.peers.wording import LOOKED_AT, Gist, QuestionKind, gist, question_kind
from knowledge.loader import Handbook, load
from tests.real_data import REAL_DATA

HANDBOOK = Path(__file__).parents[2] / "knowledge" / "handbook"
LABELS = REAL_DATA / "chat-dev" / "question-labels.jsonl"

ASKED = {
    QuestionKind.HOW_TO: [
        "How do I rotate my token?",
        "anyone know how to get a preview environment",
        "Is there a way to see who approved a change",
        "does anyone have an example of a canary release",
        "I'm trying to understand how the network policies work",
        "what's the difference between the two clusters",
        "looking for a guide on feature flags",
        "where can I find the terraform modules",
        "can I use spot nodes for batch jobs",
        "wondering which base image we should use",
        "we would like to know what the retention of traces is",
        "Quick question: which team owns the gateway",
        "not sure how to set up alerts for a queue",
        "any recommendations for load tests",
        "who do I talk to about quotas",
        "hey folks, do we support arm64",
        "how do I debug a failed build?",
        "What is the recommended way to handle errors in workflows?",
        "should we use helm or kustomize",
        "can someone explain what a landing zone is",
        "Can anybody point me to the docs for OIDC login",
    ],
    QuestionKind.BROKEN: [
        "My build fails with exit code 137",
        "getting 502s from the gateway since this morning",
        "Pods stuck in Pending",
        "our pipeline has been failing for an hour, any ideas?",
        "I can't log in to Grafana",
        "argocd sync does not work for my app",
        "trying to push an image but I get denied",
        "Is the registry down?",
        "The deploy job keeps timing out",
        "We are having trouble with DNS in staging",
        "terraform plan fails with a lock error",
        "I get an error when I run the migration",
        "vault says permission denied",
        "helm upgrade timed out on us",
        "my preview environment won't start",
        "why does my pod crash",
        "I followed the guide but nothing happens",
        "Something is broken with SSO, help",
        "I dropped a table by accident",
        "we're having an odd issue with the runners",
    ],
    QuestionKind.DO_IT_FOR_ME: [
        "can someone restart the runners",
        "Could you please add me to the payments group",
        "please give me access to the billing account",
        "need access to staging",
        "can I get a review on <https://git.example/1>",
        "Would somebody approve my request?",
        "pls unlock my account",
        "we need a new namespace for checkout",
        "hi team, can you delete the old bucket",
        "Can I get permission to read the audit logs?",
        "could anyone merge this",
        "please rotate the key for my service",
        "requesting access to the data lake",
        "PTAL",
        "can we have access to the new cluster",
    ],
    QuestionKind.IDEA: [
        "would be nice if the bot could remind us of expiring certificates",
        "could we have a dark mode in the portal",
        "feature request: sort services by owner",
        "It would be great to see costs per team",
        "Why don't we add a linter to the template?",
        "I wish there was a shortcut for that",
        "have you considered supporting GitLab?",
        "how about adding a cost panel",
        "suggestion: send the digest on Mondays",
        "We'd love to see a weekly summary",
        "should we introduce a freeze calendar?",
        "any plans to support arm runners?",
        "can we have an option to mute alerts",
    ],
    QuestionKind.UNSURE: [
        "staging?",
        "<@U1> any news on this?",
        "help please",
        "I have a question",
        "any update on the migration",
        "I need some advice",
    ],
    None: [
        "Hi all!",
        "hey team, how are you?",
        "hey all, how goes it",
        "thanks everyone!!",
        "Deploy of payments to prod is done.",
        "FYI: maintenance of the registry tonight at 22:00",
        "!ubotu",
        "!help me please",
        "/giphy dance",
        "good morning :wave:",
        "We're rolling back, the last release was broken",
        "I will be late today",
        "how can I help?",
        "Can I help you?",
        "do you need help?",
        "Does that make sense?",
        "ok?",
        "really?",
        "It's Friday, isn't it?",
        "right?",
        "> how do I see logs?",
        "&gt; how do I see logs?\n",
        "```how do I\nsee logs?```",
        "The registry will be down on Saturday",
        "Heads up: deploys fail at the moment, we are investigating",
        "Great talk yesterday",
        "you can restart it with the portal",
        "ask in #data, they know how",
        "Cake in the kitchen",
        "Any questions?",
        "The incident is resolved, everything works again",
        "Release 2.4 is out",
        "I fixed it, the token was wrong",
        ":tada:",
        "brb",
        "lunch",
        "see you at the office hours",
        "our new dashboard is live: <https://x.example/?a=b>",
        "Reminder: the office hours are at 3 today",
        "yes, that works",
        "Try `kubectl get pods`",
        "You need the viewer role",
        "Did you know that the portal has a search?",
        "We have upgraded the cluster to 1.31",
        "Welcome <@U1> to the team!",
        "I'm on holiday next week",
        "we moved the docs to the handbook",
        "I like how the new portal looks",
        "Thanks for your help yesterday",
        "lgtm",
        "no idea",
    ],
}

REPLIED = {
    Gist.THANKS: [
        "thanks, that worked",
        "ty!",
        "perfect, solved",
        "cheers",
        "awesome, thx",
        "Thank you so much <@U1>!",
        "that did the trick :tada:",
        "works now, thanks",
        "it works!",
        "You're a lifesaver",
        "ah makes sense, thanks",
        "Thanks for the help",
        "thanks for the quick answer, deploying now",
        "got it working, it was the token",
        "that fixed it",
        "brilliant, that was it",
        "solved :white_check_mark:",
        "thank you both!",
        "Thanks! I'll try that",
        "much appreciated",
        "great, works like a charm",
        "thx a lot",
        "Many thanks for explaining",
        "ok thanks",
        "sorted, cheers",
        "That helped a lot",
        "yep that was the problem, thanks",
        "Thanks Maya, all green now",
        "appreciate it!",
        "Exactly what I needed",
    ],
    Gist.STILL: [
        "it still does not work",
        "same error as before",
        "unfortunately no change",
        "the error persists",
        "still not working",
        "same error",
        "that didn't help",
        "nope, doesn't work",
        "it's back again",
        "thanks but it still fails",
        "Thanks, but I already tried that",
        "tried that, no luck",
        "still getting a 403",
        "it is still stuck in Pending",
        "Hm, same problem",
        "no luck :(",
        "unfortunately that did not fix it",
        "still failing, any other ideas?",
        "that doesn't change anything",
        "now I get another error",
        "it failed again",
        "Doesn't help, same result",
        "not solved yet",
        "I still can't log in",
        "it came back this morning",
        "ok did that but still the same",
        "thank you, but that did not work",
        "made no difference",
        "It keeps crashing",
    ],
    Gist.ACK: [
        "same here",
        "+1",
        "looking",
        "on it",
        "let me check",
        "me too",
        "ok",
        ":eyes:",
        ":+1: :+1:",
        "following",
        "will do",
        "I'll have a look",
        "let me ask the team and get back to you",
        "thanks in advance",
        "no thanks",
        "thanks for your patience",
        "Thanks for reporting!",
        "we have the same problem",
        "seeing this too",
        "no worries",
        "you're welcome",
        "glad it helped!",
        "hi <@U1>",
        "<@U1>",
        "sure thing",
        "Got it",
        "hmm",
        "lol",
        "one sec",
        "checking now",
        "I don't know",
        "not sure either",
        "good question",
        "noted, will do",
        "Thanks for the heads up, looking into it",
        "same issue for us",
        "k",
        "sounds good",
        "never mind",
        ":)",
        "I'm on it",
        "we're looking into it",
        "happy to help",
        "bump",
        "brb",
    ],
    Gist.ASKS: [
        "which version?",
        "can you share the logs?",
        "what does kubectl describe say?",
        "Which cluster is that",
        "Could you paste the full error?",
        "what do you mean?",
        "are you on the VPN?",
        "please share the output of kubectl get pods",
        "did you change anything today?",
        "Hi! Which namespace are you in?",
        "Is it still failing?",
        "still broken for you?",
        "when you run it locally, does it work?",
        "hmm weird. which region?",
        "share the link to the build please",
        "where do you see that?",
        "why?",
        "??",
        "Is this in staging or prod? And since when?",
        "do you have the trace id",
        "can you tell me the name of your service",
        "Do you get the same error in staging?",
        "How are you deploying?",
        "any news?",
    ],
    Gist.SAYS: [
        "if it still does not work, restart it",
        "Restart the pod and it picks up the new secret",
        "yes",
        "no",
        "You need the viewer role for that",
        "see <https://docs.example/vpn>",
        "`kubectl rollout undo` does it",
        "```helm upgrade```",
        "have you tried turning the VPN off and on?",
        "It's a known bug, fixed in 2.3. Which version are you on?",
        "that doesn't work because the API needs v2, use X instead",
        "Maybe the token has expired?",
        "I think the quota is full",
        "thanks for reporting! The registry ran out of disk, we cleaned it up, please retry",
        "Yes, since March",
        "it's in the handbook, did you look there?",
        "Ask in #team-data",
        "Set replicas to 2",
        "because the certificate expired",
        "The registry was down, it is fixed since 10:00",
        "I looked it up: the limit is 20",
        "",
        "nvm, found it: it was the proxy",
        "Thanks, but I meant the other cluster",
        "Use the `--force` flag",
        "maya owns it",
        "why not use a secret?",
        "I checked the logs and your pod ran out of memory",
        "try again now",
        "<#C1|ask-data> is the better place",
        "Version 4",
    ],
}


@pytest.mark.parametrize(("text", "kind"), [(text, kind) for kind, texts in ASKED.items() for text in texts])
def test_questions_are_told_from_what_asks_nothing(text: str, kind: QuestionKind | None) -> None:
    assert question_kind(text) is kind


@pytest.mark.parametrize(("text", "expected"), [(text, each) for each, texts in REPLIED.items() for text in texts])
def test_a_reply_amounts_to_what_a_reader_would_say(text: str, expected: Gist) -> None:
    assert gist(text) is expected


def test_what_the_handbook_says_people_ask_is_seen_as_questions() -> None:
    handbook = load(HANDBOOK)
    assert isinstance(handbook, Handbook)
    asked = [each for article in handbook.articles for each in article.questions]

    missed = [each for each in asked if question_kind(each) is None]

    assert len(missed) <= 0.04 * len(asked), missed


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("   \n\t", id="white space"),
        pytest.param("see <https://docs.example/search?q=logs>", id="question mark inside a link"),
        pytest.param("https://docs.example/?page=2", id="question mark inside an address"),
        pytest.param("I ran `SELECT ?` and it worked", id="question mark inside code"),
        pytest.param("." * 3_000 + " how do I see logs?", id="question far below"),
        pytest.param("```how do I", id="block without end"),
    ],
)
def test_what_is_no_wording_asks_nothing(text: str) -> None:
    assert question_kind(text) is None


@given(st.text(st.characters(), max_size=300))
def test_any_text_has_one_kind_or_none_and_one_gist(text: str) -> None:
    assert question_kind(text) in {None, *QuestionKind}
    assert gist(text) in set(Gist)


WRITTEN = st.sampled_from([text for table in (*ASKED.values(), *REPLIED.values()) for text in table if text.strip()])


@given(
    text=WRITTEN,
    greeting=st.sampled_from(["Hi all, ", "Hello team! ", "hey, ", "Good morning everyone,\n", "Hi <@U0MAYA> "]),
)
def test_a_greeting_before_it_changes_nothing(text: str, greeting: str) -> None:
    if not text.startswith(("!", "/", ">", "&gt;")):
        assert question_kind(greeting + text) is question_kind(text)


@given(text=WRITTEN, gap=st.sampled_from(["  ", "\t", " \u00a0", " <@U0MAYA> ", " <@U0MAYA|maya> ", " :eyes: "]))
def test_gaps_mentions_and_emoji_between_words_change_nothing(text: str, gap: str) -> None:
    if "`" not in text and "<" not in text:
        spread = text.replace(" ", gap)

        assert (question_kind(spread), gist(spread)) == (question_kind(text), gist(text))


@pytest.mark.parametrize("text", ["How do I see logs", "Why can't I reach staging", "CAN SOMEONE ADD ME TO THE GROUP"])
@given(more=st.text(st.characters(), max_size=200))
def test_only_the_first_part_of_a_text_is_looked_at(text: str, more: str) -> None:
    seen = text + " x" * ((LOOKED_AT - len(text)) // 2)

    assert question_kind(seen.ljust(LOOKED_AT) + more) is question_kind(seen)


# Each would take longer than this test run if matching went back over it again and again.
@pytest.mark.parametrize(
    "unit",
    [
        *(
            "hi ",
            "hi",
            "good morning morning ",
            "hi" + " " * 40_000,
            "!,. ",
            "<",
            "<a",
            "`",
            "a`",
            "help ",
            "can ",
            "http://",
        ),
        *(
            "crash" + "h" * 40_000,
            "so, ",
            "so. ",
            "name: ",
            "you ok ",
            "same ",
            "ok ",
            "thanks ",
            "still ",
            "my x ",
            "( ",
            "\n",
        ),
        *(
            "and my ",
            "i have ",
            "let me ",
            "is the ",
            "\ud83d",
            "\u202e\u0645",
            "\u0130",
            ":a",
            "&gt;",
            "how are you all ",
        ),
    ],
)
def test_hostile_text_is_done_with_at_once(unit: str) -> None:
    text = (unit * 40_000)[:40_000] + "x"

    assert question_kind(text) is question_kind(text[:LOOKED_AT])
    assert gist(text) is gist(text[:LOOKED_AT])


def test_words_that_could_be_read_in_two_ways_are_done_with_at_once() -> None:
    """It would take for ever, and the bot with it, if each pair could."""
    assert question_kind("i'd " + "still just " * 100 + "like to know how this works") is not None
    assert question_kind("i'd " + "still just " * 100) is None


@pytest.mark.real_data
def test_questions_of_real_channels_are_found() -> None:
    rows = [json.loads(line) for line in LABELS.read_text().splitlines()]
    judged = [(row["label"] == "Q", question_kind(row["text"]) is not None) for row in rows if row["label"] != "A"]

    right = sum(asked and seen for asked, seen in judged)

    assert right / sum(seen for _, seen in judged) >= 0.95
    assert right / sum(asked for asked, _ in judged) >= 0.85
