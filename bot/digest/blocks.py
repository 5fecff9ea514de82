"""Shows a digest, in plain words for a busy person on a Monday morning: what changed, why we believe it, what to do.

Nothing here is by person, and no words of anybody's are quoted.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blockkit import TEXT_MAX, Shown, clip, context, escape, header, link, section, table
from bot.curation.gap_blocks import LACKING
from bot.curation.gap_rules import FEWEST_PEOPLE
from bot.digest.rules import Digest, Listed, TopGap, peer_change, unanswered_change
from bot.model import MessageKind, Purpose
from bot.peers.blocks import times
from bot.peers.cases import Outcome
from bot.peers.solving import By
from bot.statistics import FEWEST, Change, counted, duration, share_in_words

DIGEST = MessageKind(
    "weekly digest",
    Purpose.OWED,
    "the platform channel",
    "the handbook's digest time, on the first working day from then on; not when nothing was asked for two weeks",
    "once a week",
    "take `platform_channel` out of the handbook's `channels.yaml`",
)
MISSED = MessageKind(
    "digest missed",
    Purpose.OWED,
    "the platform channel",
    "a weekly digest could not be posted within a day of its time",
    "once a week",
    "it tells of a fault",
)
SHOWN_DIGEST = MessageKind(
    "digest, asked for",
    Purpose.ASKED,
    "the person who asked, only visible to them",
    "`digest`, with a week or without",
    "once a request",
    "it only answers what you do",
)
KINDS = (DIGEST, MISSED, SHOWN_DIGEST)

TITLE_MOST = 120  # characters
# How each outcome reads, best first.
OUTCOMES = {
    Outcome.PEER: "Answered by a peer",
    Outcome.PLATFORM: "Answered by the platform team",
    Outcome.BOT: "Answered from the handbook, says the asker",
    Outcome.SELF: "Solved by the asker alone",
    Outcome.UNCONFIRMED: "Only the bot answered, unconfirmed",
    Outcome.NONE: "Nobody answered",
    Outcome.OPEN: "Still open (too young to say)",
}
CHANGES = {
    Change.BETTER: "better than in the four weeks before",
    Change.WORSE: "worse than in the four weeks before",
    Change.NONE: "no detectable change from the four weeks before",
    Change.TOO_FEW: "too few to compare with the four weeks before",
}


def digest_message(digest: Digest) -> Shown:
    """The whole digest. Short enough for one message."""
    parts = [_headline(digest), _first_response(digest), _peers(digest), _unanswered(digest), _gaps(digest)]
    parts = [part for part in (*parts, _shipped(digest), _thanks(digest)) if part]
    blocks = (
        header(f"The week in our channels: {_dates(digest)}"),
        section(parts[0]),
        table(f"What became of the questions, {digest.week}", _outcomes(digest)),
        *(section(part) for part in parts[1:]),
        context(_fine_print(digest)),
    )
    lines = [f"The week in our channels: {_dates(digest)}", parts[0], *_outcome_lines(digest), *parts[1:]]
    return Shown(clip("\n".join(lines), TEXT_MAX), blocks)


def missed(week: str) -> Shown:
    text = (
        f"The digest of {escape(week)} was not posted: I was not running at its time, nor within a day of it. "
        f"`digest {escape(week)}` shows it to you."
    )
    return Shown(text, (section(text),))


def _headline(digest: Digest) -> str:
    now, before = digest.this, digest.before
    if not now.questions:
        return f"No questions were asked this week{_versus(digest, 0, before.questions)}."
    people = now.by_responder[By.PEER] + now.by_responder[By.PLATFORM]
    return (
        f"*{counted(now.questions, 'question')}* from {counted(now.askers, 'person', 'people')}"
        f"{_versus(digest, now.questions, before.questions)}. "
        f"People were first to respond to {people}: peers to *{now.by_responder[By.PEER]}*, "
        f"the platform team to {now.by_responder[By.PLATFORM]}."
    )


def _versus(digest: Digest, now: int, before: int) -> str:
    if not digest.is_comparable:
        return " (not compared: a week of fewer than 3 working days)"
    return f" ({before} the week before)" if now != before else " (as many as the week before)"


def _outcomes(digest: Digest) -> Sequence[Sequence[str]]:
    now, before = digest.this.by_outcome, digest.before.by_outcome
    rows = [
        [words, str(now[each]), str(before[each]) if digest.is_comparable else "-"]
        for each, words in OUTCOMES.items()
        if now[each] or before[each]
    ]
    total = ["All questions", str(digest.this.questions), str(digest.before.questions) if digest.is_comparable else "-"]
    return [["What became of it", "This week", "Week before"], *rows, total]


def _outcome_lines(digest: Digest) -> Sequence[str]:
    """The table for where no table can be shown: a terminal, a notification, a screen reader."""
    _, *rows, _ = _outcomes(digest)
    before = " ({} the week before)" if digest.is_comparable else ""
    return [f"• {words}: {now}{before.format(was)}" for words, now, was in rows]


def _first_response(digest: Digest) -> str:
    by = ", ".join(
        f"{name} {times(digest.this.response_by[by])}"
        for by, name in ((By.PEER, "from peers"), (By.PLATFORM, "from the platform team"))
        if digest.this.response_by[by].n >= FEWEST
    )
    before = f"\nThe week before: {times(digest.before.response)}." if digest.is_comparable else ""
    apart = f"\nOf these {by}." if by else ""
    return f"*Time to the first response*: {times(digest.this.response)}.{apart}{before}"


def _peers(digest: Digest) -> str:
    first, solved = digest.rolling.peer_first, digest.rolling.peer_solved
    return (
        f"*Do people help each other?* Of first responses by people, peers gave {share_in_words(first)}: "
        f"{CHANGES[peer_change(digest)]}. Of what people solved, peers solved {share_in_words(solved)}."
    )


def _unanswered(digest: Digest) -> str:
    share = digest.rolling.unanswered
    told = f"In four weeks {share_in_words(share)} found no response: {CHANGES[unanswered_change(digest)]}."
    if not digest.unanswered:
        return f"*Nobody waits* for a response. {told}"
    listed = "\n".join(_listed(each, digest) for each in digest.listed)
    rest = digest.unanswered - len(digest.listed)
    more = f"\n… and {rest} more." if rest else ""
    return f"*To do: {counted(digest.unanswered, 'question')} without a response.* {told}\n{listed}{more}"


def _listed(each: Listed, digest: Digest) -> str:
    waits = duration((digest.made_at - each.asked_at).total_seconds())
    where = f"#{each.channel}, {_moment(each.asked_at, digest.timezone)}"
    return f"• {link(each.permalink, where) if each.permalink else escape(where)}, waiting for {waits}"


def _gaps(digest: Digest) -> str:
    """Counts, and where the weightiest were asked, without their words; "" of a week and a handbook without gaps."""
    gaps = digest.gaps
    if not (gaps.open or gaps.opened or gaps.closed):
        return ""
    came = f"{gaps.opened} came up this week, {gaps.closed} closed"
    listed = "".join(f"\n• {_gap(each)}" for each in gaps.top)
    return f"*What the handbook lacks*: {counted(gaps.open, 'open gap')} ({came}). `gaps` shows them.{listed}"


def _gap(gap: TopGap) -> str:
    people = f" by {gap.people} people" if gap.people >= FEWEST_PEOPLE else ""
    where = f", in {link(gap.permalink, f'#{gap.channel}')}" if gap.channel else ""
    return f"{LACKING[gap.lacks]}: asked {counted(gap.questions, 'time')}{people}{where}"


def _shipped(digest: Digest) -> str:
    """What was done about what people wrote in surveys; "" of a week with nothing."""
    listed = "".join(
        f"\n• {escape(clip(each.title, TITLE_MOST))}: {link(each.url, each.url)}" for each in digest.shipped
    )
    return f"*You said, we did*, after what several people wrote in a survey:{listed}" if listed else ""


def _thanks(digest: Digest) -> str:
    now, before = digest.this.thanked, digest.before.thanked
    if not now:
        return "*Thanks*: none were said this week. Saying thanks in the thread also marks a question as solved."
    helpers = counted(digest.this.answerers, "peer")
    was = f" ({before} the week before)" if digest.is_comparable else ""
    return f"*Thanks* were said for {counted(now, 'answer')}{was}. {helpers} answered questions: thank you."


def _fine_print(digest: Digest) -> str:
    young = digest.this.open
    return (
        f"Peers are people outside the platform team. Shares are of four weeks ({digest.rolling.settled} questions "
        "old enough) with their 95 % interval; under 5 cases nothing is said. "
        + (f"{counted(young, 'question')} of this week too young for a verdict. " if young else "")
        + "Private channels are counted, not shown. How each number is counted: docs/metrics.md."
        + (f"\nAudit: {digest.audit}…" if digest.audit else "")
    )


def _dates(digest: Digest) -> str:
    zone = ZoneInfo(digest.timezone)
    first, last = digest.this.window.since.astimezone(zone), digest.week.monday
    end = last.fromordinal(last.toordinal() + 6)
    return f"{first.day} {first:%b} to {end.day} {end:%b %Y}"


def _moment(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
