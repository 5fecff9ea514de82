"""Shows a team what was changed by hand, that it was put back, and where in Git to change it instead."""

from collections.abc import Sequence

from bot.actions.drift_rules import Line, Place
from bot.blockkit import Shown, clip, context, escape, link, section
from bot.model import MessageKind, Purpose
from knowledge.repositories import FILE, Reporter

LINES_MOST, PLACES_MOST, RESOURCES_MOST = 20, 2, 3
NAME_MOST, NAMES_MOST, URL_MOST = 120, 600, 300  # characters
LINES_TEXT_MOST = 8_500  # of all lines; Slack takes 10,000 in a message
NAMES = {Reporter.ARGOCD: "Argo CD", Reporter.FLUX: "Flux", Reporter.STATUS: "commit status"}

CHANGED_BY_HAND = MessageKind(
    "changed by hand",
    Purpose.OWED,
    "the channel of the team whose it is (`teams` in people.yaml); the platform channel where it has none",
    "Argo CD or Flux found what Git describes changed by hand, put it back, or watches it no more",
    "once a working day and team in one message; of auto-sync that stays off once a week",
    "change it in Git; turn auto-sync on; take the trigger out of the controller's notifications",
)
KINDS = (CHANGED_BY_HAND,)


def changed_by_hand(lines: Sequence[Line]) -> Shown:
    """One message for all; what is too much for it is named alone."""
    head, told = _head(lines), _fitting(lines)
    blocks = [section(head), *map(section, told)]
    if rest := lines[len(told) :]:
        names = ", ".join(f"`{_code(line.object)}`" for line in rest)
        blocks.append(context(f"And {len(rest)} more: {clip(names, NAMES_MOST)}"))
    return Shown(head, tuple(blocks))


def _fitting(lines: Sequence[Line]) -> list[str]:
    """The first lines, as many as one message holds."""
    told: list[str] = []
    for line in lines[:LINES_MOST]:
        told.append(_told(line))
        if sum(map(len, told)) > LINES_TEXT_MOST:
            return told[:-1]
    return told


def _head(lines: Sequence[Line]) -> str:
    changed = sum(line.times > 0 for line in lines)
    if not changed:
        what = "Auto-sync is off" if len(lines) == 1 else f"Auto-sync is off for {len(lines)}"
        return f"{what}: nothing puts back there what is changed by hand."
    noun = "object was" if changed == 1 else "objects were"
    return f"{changed} {noun} changed by hand. What shall last is changed in Git."


def _told(line: Line) -> str:
    said = [each for each in (_change(line), _watch(line)) if each]
    return f"*`{_code(line.object)}`* ({NAMES[line.reporter]}) {'; '.join(said)}.\n{_instead(line)}"


def _change(line: Line) -> str:
    if not line.times:
        return ""
    times = "" if line.times == 1 else " twice" if line.times == 2 else f" {line.times} times"
    outcome = "and put back to what Git says" if line.is_returned else "and that still stands"
    return f"was changed by hand{times}{_resources(line)}, {outcome}"


def _resources(line: Line) -> str:
    if not line.resources:
        return ""
    named = ", ".join(f"`{_code(each)}`" for each in line.resources[:RESOURCES_MOST])
    left = len(line.resources) - RESOURCES_MOST
    return f" ({named}{f' and {left} more' if left > 0 else ''})"


def _watch(line: Line) -> str:
    if line.off_days is None:
        return ""
    if line.times:
        return "auto-sync is off there"
    if line.is_reminder:
        return f"still has auto-sync off, after {line.off_days} days"
    return "has auto-sync off: nothing puts back what is changed by hand"


def _instead(line: Line) -> str:
    if not line.places:
        return f"`{FILE}` does not say where in Git it stands: name it under `controllers` of its repository."
    places = " or ".join(_place(place) for place in line.places[:PLACES_MOST])
    if line.times:
        return f"Change it in Git instead: {places}."
    return f"Turn it on again if that is no longer meant; changes belong in Git: {places}."


def _place(place: Place) -> str:
    named = f"{place.repository}: {place.path}" if place.path else place.repository
    is_linked = 0 < len(place.url) <= URL_MOST
    return link(place.url, clip(named, NAME_MOST)) if is_linked else f"`{_code(named)}`"


def _code(text: str) -> str:
    """Nothing in it ends the code it stands in."""
    return clip(escape(text.replace("`", "'")), NAME_MOST)
