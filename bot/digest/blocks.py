"""What both readers' digests share: the messages' kinds, the buttons under them, and how days and lists are written.

What each says is made in `community_blocks`, `team_blocks` and `detail_blocks`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from bot.blockkit import Shown, actions, button, clip, code, escape, link, section
from bot.digest.definitions import DEFINITIONS, anchor_of
from bot.digest.kept import Digest, Listed, Named, Reader
from bot.digest.weeks import Week
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.peers.cases import Outcome

TITLE_MOST, URL_MOST = 120, 300  # characters
SECTION_ROOM = 900  # characters of a section's lines
NAMED_MOST = 3  # of a list in one line

DIGEST = MessageKind(
    "weekly digest",
    Purpose.OWED,
    "the platform channel, or the one of `digest: team`; details in its thread",
    "the handbook's digest time, on the first working day from then on",
    "once a week, or every second one",
    "take `platform_channel` out of the handbook's `channels.yaml`",
)
DETAILS = MessageKind(
    "weekly digest, details",
    Purpose.OWED,
    "the thread of the weekly digest",
    "the digest was posted, and there is something in it",
    "once a digest",
    "it belongs to the digest; `digest: team: sections` says what is in it",
)
COMMUNITY = MessageKind(
    "community digest",
    Purpose.OWED,
    "the channel of `digest: community`",
    "the handbook's digest time, on the first working day from then on",
    "once a week, or every second one",
    "take `community` out of `digest` in `channels.yaml`",
)
MISSED = MessageKind(
    "digest missed",
    Purpose.OWED,
    "the platform channel",
    "a weekly digest could not be posted within a day of its time",
    "once a week",
    "it tells of a fault",
)
FORTNIGHT = MessageKind(
    "fortnightly digest proposed",
    Purpose.OWED,
    "the platform channel",
    "nobody pressed anything under four digests in a row, and `digest: every` is not set",
    "once",
    "write `every: week` or `every: 2 weeks` under `digest` in `channels.yaml`",
)
SHOWN_DIGEST = MessageKind(
    "digest, asked for",
    Purpose.ASKED,
    "the person who asked, only visible to them",
    "`digest`, with a week or without; *Useful*, *I'll take it* and the other buttons of a digest",
    "once a request or press",
    "it only answers what you do",
)
KINDS = (DIGEST, DETAILS, COMMUNITY, MISSED, FORTNIGHT, SHOWN_DIGEST)

TAKE, USEFUL, NOT_NOW = "digest.take", "digest.useful", "digest.not_now"
DEFINED, CSV, RARER, AS_IT_IS = "digest.defined", "digest.csv", "digest.rarer", "digest.as_it_is"
CHOICES = (TAKE, USEFUL, NOT_NOW, DEFINED, CSV, RARER, AS_IT_IS)
_SUBJECT = re.compile(r"20\d{2}-W\d{2}:(?:[1-9]|community|team)", re.ASCII)


@dataclass(frozen=True)
class Pressed:
    """`subject` is the week, and which of its things to do or whose digest it was."""

    choice: str
    subject: str


def read_press(action_id: str, value: str) -> Pressed:
    """Raises PayloadMalformed for a press of no button of a digest."""
    if action_id not in CHOICES or not _SUBJECT.fullmatch(value):
        raise PayloadMalformed("no button of a digest")
    return Pressed(action_id, value)


def about(subject: str) -> tuple[Week, str]:
    week, _, rest = subject.partition(":")
    return Week.read(week), rest


def was_it_useful(digest: Digest, reader: Reader) -> Json:
    """How both digests end."""
    value = f"{digest.week}:{reader}"
    useful = button("Useful", action_id=USEFUL, value=value)
    return actions("digest.said", [useful, button("Not this week", action_id=NOT_NOW, value=value)])


def numbers_row(digest: Digest, reader: Reader) -> Json:
    """Where each number's definition and its CSV are."""
    value = f"{digest.week}:{reader}"
    defined = button("How each number is counted", action_id=DEFINED, value=value)
    return actions("digest.numbers", [defined, button("The numbers as CSV", action_id=CSV, value=value)])


def missed(week: str) -> Shown:
    return said(
        f"The digest of {escape(week)} was not posted: I was not running at its time, nor within a day of it. "
        f"`digest {escape(week)}` shows it to you."
    )


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def csv_shown(text: str) -> Shown:
    """As it can be copied; `mentor digest --csv` writes the same."""
    return Shown(clip(text, 2_000), tuple(code(text)))


def definitions_shown(sections: Sequence[str]) -> Shown:
    lines = [f"*{each.title}*: {each.text}" for each in DEFINITIONS if each.section in sections]
    lines.append("All of it: `docs/metrics.md` of Mentor.")
    return Shown("\n".join(lines), tuple(section(each) for each in lines))


def rarer(week: Week) -> Shown:
    """Asked of the platform team, once."""
    text = (
        "Nobody pressed *Useful* or *Not this week* under the last four digests. Shall they come every second week, "
        "each for two weeks? Or write `every: week` under `digest` in `channels.yaml`, and I do not ask again."
    )
    value = f"{week}:team"
    row = [button("Every second week", action_id=RARER, value=value)]
    row.append(button("Keep it weekly", action_id=AS_IT_IS, value=value))
    return Shown(text, (section(text), actions("digest.rhythm", row)))


# How things are written, and how much of them.


def written(title: str) -> str:
    """What somebody called something."""
    return clip(escape(" ".join(title.split())), TITLE_MOST)


def linked(url: str, title: str) -> str:
    """An address so long that a few would fill a message is left out."""
    return link(url if len(url) <= URL_MOST else "", clip(title, TITLE_MOST))


def whole_lines(text: str) -> str:
    """As many lines as a section of a digest has room for; the first in any case."""
    kept = list(accumulate(len(each) + 1 for each in text.splitlines()))
    fits = sum(length <= SECTION_ROOM for length in kept)
    return text if fits == len(kept) else "\n".join([*text.splitlines()[: max(fits, 1)], "…"])


def fitting(blocks: Sequence[Json], room: int) -> list[Json]:
    """The first of the blocks whose words together Slack takes."""
    lengths = accumulate(sum(map(len, _words(each))) for each in blocks)
    return [block for block, length in zip(blocks, lengths, strict=True) if length <= room]


def _words(value: object) -> Iterator[str]:
    match value:
        case {"text": str(text)}:
            yield text
        case Mapping():
            for each in value.values():
                yield from _words(each)
        case list() | tuple():
            for each in value:
                yield from _words(each)


def title(words: str, section_name: str, digest: Digest) -> str:
    """A section's head; with a link to where its numbers are defined, where the handbook names the page."""
    if not digest.definitions:
        return f"*{words}*"
    return f"*{words}* ({link(f'{digest.definitions}#{anchor_of(section_name)}', 'defined')})"


def dates(digest: Digest) -> str:
    """The digest's days."""
    first = digest.week.before(digest.weeks - 1).monday
    last = digest.week.monday + timedelta(days=6)
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def in_words(day: str) -> str:
    """A day in ISO form."""
    read = date.fromisoformat(day)
    return f"{read:%a} {read.day} {read:%b}"


def moment(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def thread_of(each: Listed, digest: Digest) -> str:
    """A link to the question; its place and time where there is none."""
    return linked(each.permalink, f"#{each.channel}, {moment(each.asked_at, digest.timezone)}")


def names(found: Sequence[Named], *, most: int = NAMED_MOST) -> str:
    """In one line, linked where it is known where they stand."""
    listed = [linked(each.url, each.title) for each in found[:most]]
    return and_more(listed, len(found))


def and_more(listed: Sequence[str], of_all: int) -> str:
    rest = of_all - len(listed)
    return "; ".join(listed) + (f"; and {rest} more" if rest > 0 else "")


def was_week(digest: Digest) -> str:
    return "week" if digest.weeks == 1 else "two weeks"


def what_became(digest: Digest) -> str:
    """Of all questions, in the order of who helped; the parts sum to all."""
    by = digest.this.by_outcome
    helped = {"colleagues": Outcome.PEER, "the platform team": Outcome.PLATFORM, "the handbook": Outcome.BOT}
    helped["the askers themselves"] = Outcome.SELF
    who = [(name, by[outcome]) for name, outcome in helped.items() if by[outcome]]
    said = ", ".join(f"{name} {'answered ' * (at == 0)}{n}" for at, (name, n) in enumerate(who))
    left, young = by[Outcome.NONE] + by[Outcome.UNCONFIRMED], by[Outcome.OPEN]
    parts = [said] if said else []
    parts += [f"nobody answered {left}"] if left else []
    parts += [f"{young} {'is' if young == 1 else 'are'} too new to say"] if young else []
    whole = "; ".join(parts)
    return whole[:1].upper() + whole[1:]
