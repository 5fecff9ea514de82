"""The bot's answer on the command line: the same finding, deciding and writing, with nothing sent and nothing kept."""

from dataclasses import dataclass
from typing import Any

from bot.answers.rules import Answered, Choice, Silent, Suggested, choose, thresholds
from bot.answers.writer import MODEL, Draft, Source, Writer, quote
from bot.library import Library

NOTHING = Draft("", ())
OPERATOR = ""  # whose calls of the model are not counted


@dataclass(frozen=True)
class Said:
    outcome: str  # answered | suggested | silent
    reason: str
    confidence: float
    draft: Draft

    def to_json(self) -> dict[str, Any]:
        """The contract of `mentor ask --json`."""
        sources = [
            {"id": source.id, "title": source.title, "section": source.section, "score": round(source.score, 4)}
            for source in self.draft.sources
        ]
        return {
            "outcome": self.outcome,
            "text": self.draft.text,
            "sources": sources,
            "confidence": round(self.confidence, 4),
        }

    def in_words(self) -> str:
        if self.outcome == "silent":
            return f"Silent: {self.reason} (confidence {self.confidence:.2f})."
        head = self.draft.text if self.outcome == "answered" else "Not sure, but these may help:"
        cited = [f"  {source.title} › {source.section} ({source.id}){_newer(source)}" for source in self.draft.sources]
        by = ", written by the model" if self.draft.writer == MODEL else ""
        return "\n".join([head, "", f"Sources (confidence {self.confidence:.2f}{by}):", *cited])


def _newer(source: Source) -> str:
    return f", replaced by {source.replaced_by}" if source.replaced_by else ""


def ask(library: Library, text: str, vector: bytes | None = None) -> Said:
    """What a member of the company would be told in a channel, in the handbook's own words.

    `vector` is the question's, where the library has those of its passages.
    """
    return _said(text, _choice(library, text, vector))


async def ask_writer(library: Library, text: str, writer: Writer, vector: bytes | None = None) -> Said:
    """The same in the writer's words."""
    choice = _choice(library, text, vector)
    if not isinstance(choice, Answered):
        return _said(text, choice)
    written = await writer.write(text, choice, person=OPERATOR)
    if written is None:
        return _said(text, Suggested(choice.hits, choice.confidence))
    return Said("answered", "", choice.confidence, written)


def _choice(library: Library, text: str, vector: bytes | None) -> Choice:
    return choose(library.index.search(text, vector=vector), thresholds(library.handbook))


def _said(text: str, choice: Choice) -> Said:
    if isinstance(choice, Silent):
        return Said("silent", choice.reason, choice.confidence, NOTHING)
    outcome = "answered" if isinstance(choice, Answered) else "suggested"
    return Said(outcome, "", choice.confidence, quote(text, choice))
