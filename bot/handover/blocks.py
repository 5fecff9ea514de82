"""Shows what is open, a part a section; a part without anything is not there."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import SECTION_MAX, Shown, clip, escape, section
from bot.model import MessageKind, Purpose

HANDOVER = MessageKind(
    "handover",
    Purpose.ASKED,
    "the person who asked, only visible to them; as a DM when that fails",
    "`handover`, by the command or to the bot",
    "once a request",
    "it only answers what you do",
)
ON_DUTY = MessageKind(
    "handover to the next on duty",
    Purpose.OWED,
    "each person who comes into the duty group, as a DM",
    "the duty group's people changed, in Slack or in the handbook's `people.yaml`, and something is open",
    "once a person and change",
    "it belongs to being on duty",
)
KINDS = (HANDOVER, ON_DUTY)

NOTHING = "Nothing is open."


@dataclass(frozen=True)
class Part:
    """What one pillar hands over. `lines` are mark-up of ours, the most pressing first; `more` are not listed."""

    title: str
    lines: tuple[str, ...]
    more: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.more


def handover(parts: Sequence[Part], *, head: str) -> Shown:
    told = [part for part in parts if not part.is_empty]
    if not told:
        return Shown(f"{head} {NOTHING}", (section(f"{head} {NOTHING}"),))
    text = f"{head} " + ", ".join(f"{part.title}: {len(part.lines) + part.more}" for part in told)
    return Shown(text, (section(head), *(section(_part(part)) for part in told)))


def refusal(reason: str) -> Shown:
    text = clip(escape(reason), SECTION_MAX)
    return Shown(text, (section(text),))


def _part(part: Part) -> str:
    """Whole lines: a link that is cut would be none."""
    lines, length = [f"*{part.title}*"], len(part.title) + 100
    for line in part.lines:
        if length + len(line) > SECTION_MAX:
            break
        lines.append(f"• {line}")
        length += len(line) + 3
    more = part.more + len(part.lines) - (len(lines) - 1)
    return "\n".join([*lines, *[f"… and {more} more."] * (more > 0)])
