"""Who may do what for themselves, said a second time: as an ordered table instead of as code.

Taken from the promises and the threat model, not from `bot.authority`, which a test holds against it cell by cell. The
first rule that fits decides; where none fits, no. Each rule says in words what it is for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

ANY = ("*",)
HERE = "private | channel"  # where an action may be run
OURS_ALONE = "private | channel | closed"  # wherever no other company reads along
OPEN = "waiting | void | expired"  # asked for, and nothing was begun


@dataclass(frozen=True)
class Rule:
    """`has` and `lacks` are words that must and must not be true; the other columns are alternatives, or `*`."""

    allows: bool
    because: str
    act: tuple[str, ...] = ANY
    who: tuple[str, ...] = ANY
    place: tuple[str, ...] = ANY
    stage: tuple[str, ...] = ANY
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()

    def fits(self, case: "Case") -> bool:
        return (
            _is_among(case.act, self.act)
            and _is_among(case.who, self.who)
            and _is_among(case.place, self.place)
            and _is_among(case.stage, self.stage)
            and self.has <= case.true
            and not self.lacks & case.true
        )


@dataclass(frozen=True)
class Case:
    """One cell of the matrix, in the table's words.

    `who` is foreign, bot, deleted, guest or member. `true` holds any of: named, named guest, asker, approver, decided,
    platform, owner, conflicted, offered, intact, enough.
    """

    act: str
    who: str
    place: str
    stage: str
    true: frozenset[str] = field(default_factory=frozenset)


def allows(case: Case, rules: Iterable[Rule] | None = None) -> bool:
    """What the first rule that fits says; where none does, no."""
    return next((rule.allows for rule in rules or RULES if rule.fits(case)), False)


def _is_among(word: str, words: tuple[str, ...]) -> bool:
    return words == ANY or word in words


def _rule(allows: bool, because: str, columns: dict[str, str]) -> Rule:
    def words(name: str) -> tuple[str, ...]:
        return tuple(each.strip() for each in columns.pop(name, "*").split("|"))

    def flags(name: str) -> frozenset[str]:
        return frozenset(each.strip() for each in columns.pop(name, "").split("+") if each.strip())

    rule = Rule(
        allows, because, words("act"), words("who"), words("place"), words("stage"), flags("has"), flags("lacks")
    )
    assert not columns, f"no such columns: {columns}"
    return rule


def _yes(because: str, **columns: str) -> Rule:
    return _rule(True, because, columns)


def _no(because: str, **columns: str) -> Rule:
    return _rule(False, because, columns)


RULES = (
    # Nobody of ours
    _no("other companies' people may do nothing", who="foreign"),
    _no("a bot may do nothing, least of all approve", who="bot"),
    _no("who has left may do nothing", who="deleted"),
    # Where others read along
    _no("nothing is run in a shared channel", act="run", place="shared"),
    _no("what was asked in a channel that is shared by now is not done", act="execute", place="shared"),
    _no("nothing is decided in a shared channel", act="approve | decline | withdraw | settle", place="shared"),
    _no("evidence is handed in and judged among ourselves", act="hand in | judge evidence", place="shared"),
    _no("requests are not shown to other companies", act="see request", place="shared"),
    _no("a code to link an account by is not for a shared channel", act="link", place="shared"),
    # Where the handbook does not let it be run
    _no("an action is run only where it may be", act="run", place="closed"),
    _no("and done only while that holds", act="execute", place="closed"),
    # Guests
    _no("guests never agree", act="approve", who="guest"),
    _no("guests never decline", act="decline", who="guest"),
    _no("guests never judge", act="judge evidence", who="guest"),
    _no("guests never settle", act="settle", who="guest"),
    _no("guests never link", act="link", who="guest"),
    _no("guests never speak for a team", act="hand in", who="guest"),
    _no("guests run only what names them", act="run | execute", who="guest", lacks="named guest"),
    _yes("a guest whom the entry names", act="run", who="guest", place=HERE, stage="new", has="named guest + offered"),
    _yes(
        "such a guest renews what they asked",
        act="run",
        who="guest",
        place=HERE,
        stage="void | expired",
        has="named guest + offered + asker",
    ),
    _yes(
        "what such a guest asked is done",
        act="execute",
        who="guest",
        place=HERE,
        stage="going",
        has="named guest + offered + asker + intact + enough",
    ),
    _yes("guests see what they asked", act="see request", who="guest", place=OURS_ALONE, has="asker"),
    _yes("guests withdraw what they asked", act="withdraw", who="guest", place=OURS_ALONE, stage=OPEN, has="asker"),
    _no("guests may nothing else, whatever group they are in", who="guest"),
    # Running
    _no("what is not offered now is not run", act="run | execute", lacks="offered"),
    _no("who is not named may not run it, the platform team neither", act="run | execute", lacks="named"),
    _yes("who is named runs it", act="run", who="member", place=HERE, stage="new"),
    _yes("who asked renews it", act="run", who="member", place=HERE, stage="void | expired", has="asker"),
    # Doing it
    _no("nothing is done in the name of who did not ask", act="execute", lacks="asker"),
    _no("what has changed since is not done", act="execute", lacks="intact"),
    _no("nothing is done with too few who agreed and still may", act="execute", lacks="enough"),
    _yes("once, when nothing more is waited for", act="execute", who="member", place=HERE, stage="going"),
    # Deciding
    _no("nobody decides on their own request, by no account of theirs", act="approve | decline", has="asker"),
    _no("nobody decides twice, so that two are two people", act="approve | decline", has="decided"),
    _no("what has changed since cannot be agreed to", act="approve", lacks="intact"),
    _no("what is not offered any more cannot be agreed to", act="approve", lacks="offered"),
    _yes("an approver agrees", act="approve", who="member", place=OURS_ALONE, stage="waiting", has="approver"),
    _yes("an approver declines", act="decline", who="member", place=OURS_ALONE, stage="waiting", has="approver"),
    _yes("who asked withdraws", act="withdraw", who="member", place=OURS_ALONE, stage=OPEN, has="asker"),
    # Seeing
    _yes("who asked", act="see request", who="member", place=OURS_ALONE, has="asker"),
    _yes("who may approve", act="see request", who="member", place=OURS_ALONE, has="approver"),
    _yes("the platform team", act="see request", who="member", place=OURS_ALONE, has="platform"),
    # What a break-glass run left
    _yes(
        "the action's owner, or who is on duty",
        act="settle",
        who="member",
        place=OURS_ALONE,
        stage="begun | ended",
        has="owner",
    ),
    _yes("the platform team", act="settle", who="member", place=OURS_ALONE, stage="begun | ended", has="platform"),
    # Accounts and evidence
    _yes("everybody of ours links an account", act="link", who="member", place=OURS_ALONE),
    _yes("the team itself", act="hand in", who="member", place=OURS_ALONE, has="named"),
    _no("nobody judges what they handed in or profit by", act="judge evidence", has="conflicted"),
    _no("nor what another account of theirs handed in", act="judge evidence", has="asker"),
    _yes("the policy's owner", act="judge evidence", who="member", place=OURS_ALONE, stage="waiting", has="owner"),
)
