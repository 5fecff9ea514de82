"""Decides which reply a draft is made from, and how the draft reads without a model: pure.

What must not stand in it is taken out before (`bot.masking`); who may save what is `bot.curation.drafts`'.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import yaml

from bot.masking import SOMEONE
from bot.model import Line, Talk
from knowledge.text import question_text

TITLE_MOST = 80
QUESTION_MOST = 300
SAYS = "says"  # the gist of a reply that answers something

QUESTIONS_MOST = 3

_CALLED = re.compile(rf"^(?:{SOMEONE}\b[\s,:!-]*)+", re.IGNORECASE)  # whom the message was addressed to
_SENTENCE_END = re.compile(r"(?<=[?!.])\s+")
_FENCE = "```"


@dataclass(frozen=True)
class Written:
    """An article's own words."""

    title: str
    questions: tuple[str, ...]
    body: str

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "questions": list(self.questions)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Written":
        return cls(value["title"], tuple(value["questions"]), value["body"])


def solving_reply(talk: Talk, picked: str) -> Line | None:
    """The reply that solved it: the one picked, else the one the asker marked, else the last before a marked question.

    None when nobody said which, or its words are not kept.
    """
    replies = [line for line in talk.replies if not line.is_bot and line.text]
    chosen = next((line for line in replies if line.ts == picked), None)
    if chosen is not None:
        return chosen
    if picked != talk.first.ts and not any(line.ts == picked for line in talk.replies if line.is_bot):
        return None  # a reply was picked, and its words are not kept
    by_others = [line for line in replies if line.author != talk.first.author]
    marked = next((line for line in by_others if line.ts in talk.marked), None)
    if marked is not None or talk.first.ts not in talk.marked:
        return marked
    return next((line for line in reversed(by_others) if line.gist == SAYS), None)


def marked_reply(talk: Talk) -> Line | None:
    """The reply that the asker's check mark says solved it."""
    return solving_reply(talk, talk.first.ts)


def template(question: str, answer: str) -> Written:
    """An article of what was asked and what was answered, in the words of the thread, which are masked already."""
    sentences = _sentences(question)
    asked = [each for each in sentences if each.endswith("?")] or sentences[:1]
    questions = tuple(_cut(each, QUESTION_MOST) for each in asked[:QUESTIONS_MOST])
    return Written(title=title_of(question), questions=questions, body=quoted(answer))


def title_of(question: str) -> str:
    """The first sentence that asks, else the first one, without the greeting and cut at a word."""
    sentences = _sentences(question)
    asks = next((each for each in sentences if each.endswith("?")), sentences[0] if sentences else "")
    title = _cut(asks, TITLE_MOST)
    return title[:1].upper() + title[1:] or "Untitled"


def _sentences(question: str) -> list[str]:
    asked = _CALLED.sub("", question_text(question))
    return [each for each in _SENTENCE_END.split(asked) if each]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def sketched(title: str, questions: Sequence[str], body: str, *, instead_of: Written) -> Written:
    """An article in a model's words; it is also found by what was really asked."""
    asked = tuple(dict.fromkeys((*instead_of.questions, *questions)))
    return Written(_cut(title, TITLE_MOST), asked, "\n".join(_without_tags(body)))


def quoted(answer: str) -> str:
    """The reply as a quotation in Markdown, which wants lines of its own for the fences that Slack has anywhere."""
    return "\n".join(f"> {line}".rstrip() for line in _without_tags(answer.replace(_FENCE, f"\n{_FENCE}\n")))


def _without_tags(text: str) -> list[str]:
    """The text's lines; what stands in code stays as it is, and no tag of HTML is one."""
    lines, is_code = [], False
    for line in text.strip().splitlines():
        is_fence = line.strip().startswith(_FENCE)
        if line.strip() or is_code:
            lines.append(line if is_code or is_fence else _harmless(line.rstrip()))
        elif lines and lines[-1]:
            lines.append("")
        is_code ^= is_fence
    lines += [_FENCE] * is_code
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _harmless(line: str) -> str:
    """Without tags; code between single backticks says what it says."""
    parts = line.split("`")
    return "`".join(part if number % 2 and number < len(parts) - 1 else part.replace("<", "&lt;")
                    for number, part in enumerate(parts))  # fmt: skip


def article(written: Written, *, owner: str, tags: Sequence[str], permalink: str, asked_on: date, credit: str) -> str:
    """The file: front matter for the reviewer to complete, the words, and where they come from."""
    matter: dict[str, Any] = {"title": written.title, "questions": list(written.questions)}
    matter |= {"tags": list(tags)} if tags else {}
    head = yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1_000)
    source = f"From [a thread in Slack]({permalink}) of {asked_on.day} {asked_on:%B %Y}"
    source += f", answered by {_harmless(credit)}." if credit else "."
    blanks = f"owner: {_scalar(owner)}\nreviewed:\n"
    return f"---\n{head}{blanks}---\n\n{written.body.strip()}\n\n## Where this comes from\n\n{source}\n"


def _scalar(text: str) -> str:
    """On one line, and "" for nothing: YAML knows line ends that no reader of the handbook takes, such as U+0085."""
    line = " ".join(text.split())
    return yaml.safe_dump(line, allow_unicode=True, width=1_000).removesuffix("...\n").strip() if line else ""
