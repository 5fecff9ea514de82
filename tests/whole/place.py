"""The channels of the whole bot's model, and what is said in them: which of it is a question, and which is known."""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from bot.demo.company import PEOPLE
from sandbox import Sandbox
from tests.journeys.handbook import write_handbook

OF_EACH = 3  # channels of a kind: one a second may be posted to in each


class Way(Enum):
    """How the bot is to answer where something is said."""

    NOW = "at once"
    AFTER = "after 20 minutes"
    COUNTED = "after 20 minutes, keep: counts"
    SHADOW = "shadow"
    MENTIONED = "when mentioned"
    UNWATCHED = ""


class Gist(Enum):
    KNOWN = auto()
    UNKNOWN = auto()
    CHATTER = auto()


WORDS = {
    Gist.KNOWN: (
        "how do I see the logs of my service?",
        "where are my logs?",
        "How do I restore a database backup?",
        "Can I get yesterday's data back?",
        "How do I renew a certificate?",
        "How do I get more memory for my namespace?",
    ),
    Gist.UNKNOWN: (
        "which restaurant near the office has vegan lunch?",
        "where did the blue umbrella go?",
        "is anybody driving to the lake on Saturday?",
    ),
    Gist.CHATTER: ("good morning everyone!", "I am in the other meeting until ten", "the cake is in the kitchen"),
}
HELPFUL = ("it is in the second drawer", "look at the wiki of your team, it is written there", "I had that last week")
PROMISED = ("Only you see this", "✓ Solved")


@dataclass(frozen=True)
class Place:
    id: str
    name: str
    way: Way

    @property
    def keeps_words(self) -> bool:
        return self.way not in (Way.COUNTED, Way.UNWATCHED)

    @property
    def is_watched(self) -> bool:
        return self.way is not Way.UNWATCHED

    @property
    def is_heard(self) -> bool:
        """Whether questions are answered there that nobody asked the bot."""
        return self.way in (Way.NOW, Way.AFTER, Way.COUNTED)

    @property
    def waits(self) -> bool:
        return self.way in (Way.AFTER, Way.COUNTED)


PLACES = tuple(
    Place(f"C0WHOLE{kind}{number}", f"whole-{way.name.lower()}-{number}", way)
    for kind, way in zip("NAZSMU", Way, strict=True)
    for number in range(OF_EACH)
)


def furnish(sandbox: Sandbox) -> None:
    for place in PLACES:
        sandbox.workspace.add_channel(place.name, members=list(PEOPLE), id=place.id)


def handbook(folder: Path) -> Path:
    """The small one of the journeys, which watches these channels instead."""
    write_handbook(folder)
    entries = [
        f"  - {{id: {each.id}, name: {each.name}, answer: {each.way.value}}}" for each in PLACES if each.is_watched
    ]
    head = "timezone: Europe/London\nplatform_channel: C0PLATFORM\nchannels:\n"
    (folder / "channels.yaml").write_text(head + "\n".join(entries) + "\n")
    return folder
