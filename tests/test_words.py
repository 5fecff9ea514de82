"""No text of the bot is longer than one reads at a glance, speaks our code's language, or leaves a plural open."""

from pathlib import Path

import pytest

from sandbox.ledger import Effect
from tests.plain_words import OPERATORS, sentences, slips_in, wrong_in

ROOT = Path(__file__).parents[1]
NOT_OURS = (  # words of people, word lists, prompts for models, and documents
    *("bot/demo", "bot/peers/phrases.py", "bot/peers/sentences.py", "bot/peers/forms.py", "bot/peers/weights.py"),
    *("bot/answers/model_writer.py", "bot/digest/summing.py", "bot/surveys/sorting.py", "bot/report/html.py"),
    *("bot/listening/rules.py", "knowledge/prose.py", "bot/storage/"),
)
MODULES = sorted(
    path
    for folder in ("bot", "handlers", "knowledge")
    for path in (ROOT / folder).rglob("*.py")
    if not str(path.relative_to(ROOT)).startswith(NOT_OURS)
)


def test_no_text_of_the_bot_is_long_or_speaks_the_language_of_its_code() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {each}"
        for path in MODULES
        for line, text in sentences(path)
        for each in wrong_in(text, is_for_operators=str(path.relative_to(ROOT)).startswith(OPERATORS))
    ]

    assert wrong == []


def test_texts_are_found_with_their_values_and_without_docstrings(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""No text of ours."""\nSAID = f"It is {1 + 1} days old."\nEVENT = "digest.was_made"\n')

    assert list(sentences(module)) == [(2, "It is … days old.")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("That could not be taken down.", ["say instead of “taken down”: saved or recorded"]),
        ("2 question(s) wait.", ["one or many? n(s)"]),
        (f"{'a word and ' * 10}more.", ["over 28 words: " + ("a word and " * 8)[:80]]),
        ("It is live.", []),
    ],
    ids=["a word of ours", "a plural left open", "a long sentence", "plain"],
)  # fmt: skip
def test_what_is_wrong_with_a_text_is_said(text: str, wrong: list[str]) -> None:
    assert wrong_in(text) == wrong


@pytest.mark.parametrize("text", ["1 teams wait", "by None", "Hello {name}", "and 1 more questions"])
def test_a_slip_in_what_was_sent_is_found(text: str) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}

    assert len(slips_in([Effect("post", 0.0, "chat.postMessage", blocks=(block,))])) == 1


@pytest.mark.parametrize(
    "text", ["1 team waits", "21 teams", "1 was there", "`{team}` is code", "at 9.1 times", "1 is new"]
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}

    assert slips_in([Effect("post", 0.0, "chat.postMessage", blocks=(block,))]) == []
