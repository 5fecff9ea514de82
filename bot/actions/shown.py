"""A change to files as people read it before they agree: what goes, what comes, and a little of what is around. Pure.

Bounded to what a message holds. Escaping for Slack is `bot.blockkit`'s and comes on top; its length is counted here.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from bot.actions.segments import BLANK
from bot.blockkit import escape
from bot.text_checks import hidden

MAX_SHOWN = 2_400  # characters, escaped: a section of Slack's holds 3,000, and the card says more than the diff
MAX_LINE = 240
AROUND = 2  # lines before and after a change
MAX_MATCHED = 2_000  # lines compared with each other; beyond it all of the old and all of the new is shown
APART = "  …"


def diff(former: Mapping[str, str | None], files: Mapping[str, str | None]) -> str:
    """Each file's name, and its lines with + and -; what does not fit is counted. "" where nothing changes."""
    lines = [line for path, text in files.items() for line in _of_file(path, former.get(path), text)]
    return "\n".join(_bounded(lines))


def _of_file(path: str, former: str | None, text: str | None) -> Iterator[str]:
    if former == text:
        return
    kind = " (new file)" if former is None else " (deleted)" if text is None else ""
    yield f"{_visible(path)}{kind}"
    old, new = (former or "").split("\n"), (text or "").split("\n")
    yield from _changed(_without_last_end(old), _without_last_end(new))
    if (former or "\n").endswith("\n") != (text or "\n").endswith("\n"):
        yield "  (the newline at the end of the file changes)"


def _without_last_end(lines: list[str]) -> list[str]:
    return lines[:-1] if lines[-1] == "" else lines


def _changed(old: list[str], new: list[str]) -> Iterator[str]:
    if max(len(old), len(new)) <= MAX_MATCHED:
        groups = list(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND))
    else:
        groups = [_hull(old, new)]
    for index, group in enumerate(groups):
        if index:
            yield APART
        for _, first, last, new_first, new_last in group:
            if old[first:last] == new[new_first:new_last]:
                yield from (f"  {_visible(line)}" for line in old[first:last])
                continue
            yield from (f"- {_visible(line)}" for line in old[first:last])
            yield from (f"+ {_visible(line)}" for line in new[new_first:new_last])


def _hull(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """One change from the first line that differs to the last, with what is around it."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    left = shorter - head
    tail = next((index for index in range(left) if old[-1 - index] != new[-1 - index]), left)
    begin, end = max(0, head - AROUND), min(tail, AROUND)
    old_end, new_end = len(old) - tail, len(new) - tail
    return [
        ("equal", begin, head, begin, head),
        ("replace", head, old_end, head, new_end),
        ("equal", old_end, old_end + end, new_end, new_end + end),
    ]


def _visible(line: str) -> str:
    """With a name in place of what cannot be seen, and its end cut where it is very long."""
    cut = line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}… ({len(line) - MAX_LINE} more characters)"
    odd = hidden(cut) | (BLANK & set(cut))
    return "".join(f"\\u{{{ord(sign):04X}}}" if sign in odd else sign for sign in cut)


def _bounded(lines: list[str]) -> list[str]:
    """Whole lines, as many as fit; the last one then counts the rest."""
    if _length(lines) <= MAX_SHOWN:
        return lines
    kept: list[str] = []
    room = MAX_SHOWN - len(_more(len(lines)))
    for line in lines:
        room -= len(escape(line)) + 1
        if room < 0:
            break
        kept.append(line)
    return [*kept, _more(len(lines) - len(kept))]


def _more(lines: int) -> str:
    return f"… {lines} more lines" if lines != 1 else "… 1 more line"


def _length(lines: list[str]) -> int:
    return sum(len(escape(line)) + 1 for line in lines) - 1
