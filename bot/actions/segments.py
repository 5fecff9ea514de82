"""Whether a text may become part of a file's path or of a key, or stand in Git at all.

Refuses what is not seen, what looks like something else, and what Git or a file system would take for more than a name.
"""

import unicodedata
from collections.abc import Callable, Mapping

from bot.actions.placeholders import name_of, parts_of
from bot.errors import GitFailed
from bot.git.proposals import read_file_path
from bot.text_checks import hidden
from knowledge.actions import Json

MAX_SEGMENT = 200  # bytes; file systems take 255, and an ending may follow
# Letters and marks that are drawn as nothing, beside those of the categories that `hidden` knows.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
PUNCTUATION = "-_.+=@,"  # in a path; more of it means something to a shell, to a file system or to Git
# Scripts that are written together. Any other two in one name are a disguise more often than a name.
TOGETHER = (frozenset({"CJK", "HIRAGANA", "KATAKANA"}), frozenset({"CJK", "HANGUL"}), frozenset({"CJK", "BOPOMOFO"}))


def unseen(text: str) -> str:
    """The first sign in the text that cannot be seen for what it is, as U+202E; "" when there is none."""
    odd = hidden(text) | frozenset("\n\t") | BLANK
    return next((f"U+{ord(sign):04X}" for sign in text if sign in odd or _is_odd_space(sign)), "")


def key_problem(text: str) -> str:
    """Why the text may not be a key in a file, as the end of a sentence; "" when it may."""
    if not text:
        return "is empty"
    if sign := unseen(text):
        return f"holds a character that cannot be seen ({sign})"
    if len(text.encode()) > MAX_SEGMENT:
        return f"is longer than {MAX_SEGMENT} bytes"
    if unicodedata.normalize("NFKC", text) != text:
        return "holds letters that only look like others"
    if not _is_of_one_script(text):
        return "mixes letters of several alphabets"
    return "is a key that YAML keeps for itself" if text == "<<" else ""


def segment_problem(text: str) -> str:
    """Why the text may not be a name in a path, as the end of a sentence; "" when it may."""
    if problem := key_problem(text):
        return problem
    if odd := next((sign for sign in text if not _may_stand_in_path(sign)), ""):
        return f"holds {odd} where only letters, digits and {' '.join(PUNCTUATION)} may stand"
    if text[0] in "-." or text[-1] == ".":
        return "begins with a dash or a dot, or ends with a dot"
    return "" if _is_path(text) else "is a name that Git keeps for itself"


def path_of(template: str, values: Mapping[str, Json]) -> str:
    """The file's path with the values in it. GitFailed, in words for people, when one of them may not stand there."""
    for segment in template.split("/"):
        whole = _filled(segment, values)
        if whole != segment and (problem := segment_problem(whole)) and not _is_dotted_by_entry(segment, whole):
            raise GitFailed(f'The file\'s path cannot hold "{_clipped(whole)}": it {problem}.')
    return read_file_path("/".join(_filled(segment, values) for segment in template.split("/")))


def key_of(template: str, values: Mapping[str, Json]) -> str:
    """A key with its value, where it is a placeholder. GitFailed when the value may not stand there."""
    name = name_of(template)
    return template if name is None else _text_of(name, values, key_problem)


def _filled(segment: str, values: Mapping[str, Json]) -> str:
    pieces = parts_of(segment)
    return "".join(_text_of(piece, values, segment_problem) if is_name else piece for piece, is_name in pieces)


def _text_of(name: str, values: Mapping[str, Json], problem_of: Callable[[str], str]) -> str:
    """The value as it stands in a path, if it may."""
    value = values.get(name)
    if value is None:
        raise GitFailed(f"{name} is left empty, and the path of what is changed needs it; fill it in.")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise GitFailed(f"{name} is no name, and the path of what is changed needs one.")
    text = str(value)
    if problem := problem_of(text):
        raise GitFailed(f'{name} cannot be "{_clipped(text)}" here: it {problem}.')
    return text


def _is_dotted_by_entry(segment: str, whole: str) -> bool:
    """Whether the entry itself begins the name with a dot, as in `.github`, and all else is well."""
    return segment.startswith(".") and whole.startswith(".") and not segment_problem(whole[1:]) and _is_path(whole)


def _is_path(text: str) -> bool:
    try:
        return read_file_path(text) == text
    except GitFailed:
        return False


def _may_stand_in_path(sign: str) -> bool:
    return sign in PUNCTUATION or unicodedata.category(sign)[0] in "LM" or unicodedata.category(sign) == "Nd"


def _is_odd_space(sign: str) -> bool:
    return sign != " " and unicodedata.category(sign) == "Zs"


def _is_of_one_script(text: str) -> bool:
    scripts = {_script(sign) for sign in text if sign.isalpha()}
    return len(scripts) <= 1 or any(scripts <= together for together in TOGETHER)


def _script(letter: str) -> str:
    """The first word of the letter's name: LATIN, CYRILLIC, CJK. Python knows no other list of scripts."""
    word = unicodedata.name(letter, "UNNAMED").split()[0].split("-")[0]
    return "LATIN" if word in {"FEMININE", "MASCULINE"} else word


def _clipped(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else "�" for sign in text)
    return shown if len(shown) <= 60 else shown[:59] + "…"
