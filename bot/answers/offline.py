"""The bot's answer on the command line: the same finding, deciding and quoting, with nothing sent and nothing kept."""

from dataclasses import dataclass
from typing import Any

from bot.answers.rules import Answered, Silent, choose, thresholds
from bot.answers.writer import Draft, quote
from bot.library import Library

NOTHING = Draft("", ())


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
        cited = [f"  {source.title} › {source.section} ({source.id})" for source in self.draft.sources]
        return "\n".join([head, "", f"Sources (confidence {self.confidence:.2f}):", *cited])


def ask(library: Library, text: str) -> Said:
    """What a member of the company would be told in a channel."""
    found = library.index.search(text)
    choice = choose(found, thresholds(library.handbook))
    if isinstance(choice, Silent):
        return Said("silent", choice.reason, choice.confidence, NOTHING)
    outcome = "answered" if isinstance(choice, Answered) else "suggested"
    return Said(outcome, "", choice.confidence, quote(text, choice))
