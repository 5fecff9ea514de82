"""Patterns that people write for inputs: a part of regular expressions that cannot blow up, and what may match them.

The whole of a value must match, so a pattern has no anchors. Repetitions of repetitions, look-around and references
back are refused: with these a short text can keep the matcher busy for hours. Matches nothing itself.
"""

import re
from dataclasses import dataclass
from typing import Final

LONGEST = 200  # characters of a pattern
MOST_STEPS = 1_000_000  # ways to match a text, times its length: measured, that is at most some 6 ms
ENDLESS: Final = 1 << 30

_ASCII, _OTHER = (1 << 128) - 1, 1 << 128  # a set of characters is a bit for each of ASCII, and one for all others
_ANY = _ASCII | _OTHER
_SHORTHANDS = {  # as the matcher reads them, for which these are of ASCII alone
    sign: sum(1 << number for number in range(128) if re.match(rf"\{sign}", chr(number), re.ASCII)) for sign in "dws"
}
_CONTROLS = {"n": "\n", "t": "\t"}
_SPECIAL = "\\.^$*+?{}[]()|"
_COUNTS = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)


class Unfit(Exception):
    """The pattern is not taken; `what` and `fix` say why and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        self.what, self.fix = what, fix
        super().__init__(f"{what}; {fix}")


@dataclass(frozen=True)
class Pattern:
    """What is known of the texts that match. `first` and `last` are the characters that these may begin and end with.

    `ways` is how many ways the matcher may have to go at most, for a text as long as the input allows.
    """

    may_be_empty: bool = True
    first: int = 0
    last: int = 0
    all: int = 0
    has_two_dots: bool = False
    ways: int = 1
    repeats: bool = False  # how often something stands in it is not fixed

    def begins_with(self, characters: str) -> bool:
        """Whether a matching text may begin with one of these."""
        return bool(self.first & _set_of(characters))

    def ends_with(self, characters: str) -> bool:
        """Whether a matching text may end with one of these."""
        return bool(self.last & _set_of(characters))

    def holds_other_than(self, characters: str) -> bool:
        """Whether a matching text may hold a character that is not one of these."""
        return bool(self.all & ~_set_of(characters))


def read_pattern(text: str, *, longest: int) -> Pattern:
    """The pattern, for texts of at most `longest` characters. Raises Unfit."""
    if len(text) > LONGEST:
        raise Unfit(f"the pattern has {len(text)} characters, {LONGEST} are allowed", "write it shorter")
    found = _Parser(text, longest).whole()
    if found.ways * longest > MOST_STEPS:
        raise Unfit(
            "the pattern can match a text in too many ways, so a long one could keep the matcher busy",
            "let the parts that repeat differ in their characters, or give them small counts such as {1,20}",
        )
    try:
        re.compile(text, re.ASCII)
    except (re.error, OverflowError) as error:
        raise Unfit(f"the pattern is no regular expression ({error})", "correct it") from None
    return found


@dataclass
class _Parser:
    """Goes through the text once; `at` is where."""

    text: str
    longest: int
    at: int = 0
    depth: int = 0

    def whole(self) -> Pattern:
        found = self.either(is_end=True)
        if self.at < len(self.text):
            raise Unfit('the pattern has a ")" too many', 'take it out, or write "\\)" for the sign itself')
        return found

    def either(self, *, is_end: bool) -> Pattern:
        """`is_end`: nothing comes after it."""
        found = self.sequence(is_end=is_end)
        while self.take("|"):
            found = _either(found, self.sequence(is_end=is_end))
        return found

    def sequence(self, *, is_end: bool) -> Pattern:
        parts: list[tuple[Pattern, int]] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated())
        return _in_order(parts, is_end=is_end)

    def repeated(self) -> tuple[Pattern, int]:
        """What stands here, and how many more times it may stand there than it must."""
        one = self.one()
        counts = self.counts()
        if counts is None:
            return one, 0
        least, most = counts
        if self.counts() is not None:
            raise Unfit("the pattern repeats a repetition", "write one of *, +, ? or {1,20} behind a part, not two")
        if most > 1 and (one.repeats or one.ways > 1):
            raise Unfit(
                "the pattern repeats a group that holds a repetition or a choice, which a short text can use to keep "
                "the matcher busy for hours",
                "repeat a set of characters instead, such as [a-z0-9-]{1,60}",
            )
        most = min(most, max(self.longest, least))
        return _times(one, least, most), most - least

    def counts(self) -> tuple[int, int] | None:
        for sign, counts in (("*", (0, ENDLESS)), ("+", (1, ENDLESS)), ("?", (0, 1))):
            if self.take(sign):
                return counts
        if not self.text.startswith("{", self.at):
            return None
        found = _COUNTS.match(self.text, self.at)
        if found is None:
            raise Unfit(
                'the pattern has a "{" that begins no count', 'write {2} or {1,20}, or "\\{" for the sign itself'
            )
        self.at = found.end()
        least = int(found[1])
        most = int(found[3]) if found[3] else ENDLESS if found[2] else least
        if most < least:
            raise Unfit(f"the pattern counts from {least} to {most}", "write the smaller number first")
        return least, most

    def one(self) -> Pattern:
        sign = self.text[self.at]
        self.at += 1
        match sign:
            case "(":
                return self.group()
            case "[":
                return _of(self.set())
            case "\\":
                return _of(self.escaped())
            case ".":
                return _of(_ANY & ~_set_of("\n"))
            case "^" | "$":
                what = f'the pattern has a "{sign}", but the whole of a text must match anyway'
                raise Unfit(what, f'take it out, or write "\\{sign}" for the sign itself')
            case "*" | "+" | "?" | "{":
                raise Unfit(
                    f'the pattern has a "{sign}" with nothing before it to repeat', "put what repeats before it"
                )
            case "]" | "}":
                raise Unfit(f'the pattern has a "{sign}" that closes nothing', f'write "\\{sign}" for the sign itself')
        return _of(_set_of(sign))

    def group(self) -> Pattern:
        if self.take("?") and not self.take(":"):
            what = "the pattern looks ahead or back, sets flags or names a group, which is not taken here"
            raise Unfit(what, "write a plain group: ( ) or (?: )")
        self.depth += 1
        if self.depth > 10:
            raise Unfit("the pattern has groups in groups in groups", "write it simpler")
        found = self.either(is_end=False)
        self.depth -= 1
        if not self.take(")"):
            raise Unfit('the pattern has a "(" that is not closed', 'add the ")"')
        return found

    def set(self) -> int:
        is_other = self.take("^")
        found, is_first = 0, True
        while is_first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise Unfit('the pattern has a "[" that is not closed', 'add the "]"')
            found |= self.range()
            is_first = False
        self.at += 1
        return _ANY & ~found if is_other else found

    def range(self) -> int:
        start = self.member()
        is_range = self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("", "]")
        if not is_range:
            return start
        self.at += 1
        end = self.member()
        if start.bit_count() != 1 or end.bit_count() != 1 or start > end:
            raise Unfit("the pattern has a range in [ ] that is none", "write the smaller end first, such as a-z")
        return sum(1 << number for number in range(start.bit_length() - 1, end.bit_length()))

    def member(self) -> int:
        sign = self.text[self.at]
        self.at += 1
        if sign == "\\":
            return self.escaped()
        if sign == "[" or self.text[self.at - 1 : self.at + 1] in ("--", "&&", "~~", "||"):
            raise Unfit(f'the pattern has a "{sign}" in [ ] that could be read in two ways', f'write "\\{sign}"')
        return _set_of(sign)

    def escaped(self) -> int:
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign.lower() in _SHORTHANDS:
            found = _SHORTHANDS[sign.lower()]
            return _ANY & ~found if sign.isupper() else found
        if sign in _CONTROLS:
            return _set_of(_CONTROLS[sign])
        if sign.isdigit():
            raise Unfit("the pattern refers back to a group, which is not taken here", "write out what may stand there")
        if not sign or sign.isalnum():
            raise Unfit(f'the pattern has "\\{sign}", which is not taken here', "write out the characters, as in [a-z]")
        return _set_of(sign)

    def take(self, sign: str) -> bool:
        is_there = self.text.startswith(sign, self.at)
        self.at += len(sign) * is_there
        return is_there


def _set_of(characters: str) -> int:
    found = 0
    for one in characters:
        found |= 1 << ord(one) if ord(one) < 128 else _OTHER
    return found


def _of(characters: int) -> Pattern:
    return Pattern(False, characters, characters, characters)


def _either(one: Pattern, other: Pattern) -> Pattern:
    return Pattern(
        may_be_empty=one.may_be_empty or other.may_be_empty,
        first=one.first | other.first,
        last=one.last | other.last,
        all=one.all | other.all,
        has_two_dots=one.has_two_dots or other.has_two_dots,
        ways=one.ways + other.ways,
        repeats=one.repeats or other.repeats,
    )


def _times(one: Pattern, least: int, most: int) -> Pattern:
    """The part from `least` to `most` times; how many ways that adds depends on what follows (see `_in_order`)."""
    if most == 0:
        return Pattern()
    return Pattern(
        may_be_empty=one.may_be_empty or least == 0,
        first=one.first,
        last=one.last,
        all=one.all,
        has_two_dots=one.has_two_dots or (most > 1 and _touches(one, one)),
        ways=one.ways,
        repeats=one.repeats or least != most,
    )


def _in_order(parts: list[tuple[Pattern, int]], *, is_end: bool) -> Pattern:
    whole = Pattern()
    for index, (part, extra) in enumerate(parts):
        follows = parts[index + 1][0] if index + 1 < len(parts) else None
        # What repeats ends in one place only before the end, or where what must follow begins with other characters.
        is_sure = is_end if follows is None else not follows.may_be_empty and not part.all & follows.first
        whole = Pattern(
            may_be_empty=whole.may_be_empty and part.may_be_empty,
            first=whole.first | (part.first if whole.may_be_empty else 0),
            last=part.last | (whole.last if part.may_be_empty else 0),
            all=whole.all | part.all,
            has_two_dots=whole.has_two_dots or part.has_two_dots or _touches(whole, part),
            ways=min(whole.ways * (part.ways + (0 if is_sure else extra)), ENDLESS),
            repeats=whole.repeats or part.repeats,
        )
    return whole


def _touches(one: Pattern, other: Pattern) -> bool:
    """Whether the one may end with a dot and the other begin with one."""
    return bool(one.last & other.first & _set_of("."))
