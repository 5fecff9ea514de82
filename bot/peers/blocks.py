"""Shows the figures in plain words. All words people see of them are here; each number's definition is not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blockkit import SECTION_MAX, Shown, actions, button, clip, context, escape, section
from bot.errors import PayloadMalformed
from bot.model import MessageKind, Purpose
from bot.peers.cases import Outcome
from bot.peers.community import CommunityFacts, Group
from bot.peers.figures import Figures, PeerFacts, Times
from bot.peers.hinting import NO_HINTS, Hinting
from bot.peers.solving import By
from bot.statistics import FEWEST, TOO_FEW, Change, counted, duration, share_in_words
from bot.wire import ID, read_ts

HEALTH = MessageKind(
    "health",
    Purpose.ASKED,
    "the person who asked, only visible to them; as a DM when that fails",
    "`health`, by the command or to the bot",
    "once a request",
    "it only answers what you do",
)
MARKED = MessageKind(
    "mark",
    Purpose.ASKED,
    "the person who marked it, only visible to them; as a DM when that fails",
    "*Mark as the answer* in a message's menu, and *Take it back* under what it says",
    "once a press",
    "it only answers what you do",
)
SECRET = MessageKind(
    "secret seen",
    Purpose.OWED,
    "who wrote the message, only visible to them, below it",
    "a message in a watched channel holds what looks like a password, token or key; not in shadow channels",
    "once a message",
    "be left out by `settings`",
)
KINDS = (HEALTH, MARKED, SECRET)
TAKE_BACK = "peers.mark.back"

EFFECTS = {
    Change.BETTER: "Peers answer more after a hint",
    Change.WORSE: "Peers answer less after a hint",
    Change.NONE: "No detectable change",
    Change.TOO_FEW: "Too few to say whether hints change that",
}
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
OUTCOMES = (
    (Outcome.PEER, "by peers"),
    (Outcome.PLATFORM, "by the platform team"),
    (Outcome.BOT, "by a bot (confirmed)"),
    (Outcome.SELF, "by the asker"),
    (Outcome.UNCONFIRMED, "by a bot alone (unconfirmed)"),
    (Outcome.NONE, "no answer"),
    (Outcome.OPEN, "too new to say"),
)
SHARES_IN_WORDS = {
    "peer_first": "peers first",
    "peer_solved": "solved by peers",
    "peer_opportunity": "solved by peers where they had the chance",
    "cross_team": "help across teams",
    "solved": "solved",
    "self_serve": "served by the handbook",
    "unanswered": "no person responded",
    "do_it_for_me": "do it for me",
    "repeats": "known to the handbook",
    "out_of_hours": "out of hours",
}
RESPONDERS = (
    (By.PEER, "by peers"),
    (By.PLATFORM, "by the platform team"),
    (By.BOT, "by a bot alone"),
    (By.NONE, "by nobody yet"),
)


def health(figures: Figures, hints: Hinting = NO_HINTS, *, timezone: str, no_questions: int = 0) -> Shown:
    """How people help each other, in a few lines, with what was counted and what is left out."""
    title = f"*Do people help each other?* {_days(figures, timezone)}"
    if not figures.questions:
        return _shown([title, "Nobody asked anything in the channels I watch."], "")
    lines = [
        f"{title}: {counted(figures.questions, 'question')} from {counted(figures.askers, 'person', 'people')}.",
        f"• *What became of them*: {_counts([(figures.by_outcome[each], words) for each, words in OUTCOMES])}.",
        f"• *Who responded first*: {_counts([(figures.by_responder[each], words) for each, words in RESPONDERS])}.",
        f"• *Time to the first response*: {times(figures.response)}.",
        *_times_by_responder(figures),
        f"• *Peers were first* (peers or the platform team): {share_in_words(figures.peer_first)}.",
        f"• *Solved*, says the asker: {share_in_words(figures.solved)}.",
        f"• *Time until that was said*: {times(figures.solving)}.",
        f"• *No person responded*: {share_in_words(figures.unanswered)}.",
        *_across_teams(figures),
        *_repeats(figures),
        f"• *What kind*: {_kinds(figures)}.",
        f"• {_breadth(figures)}",
        *_hints(hints),
    ]
    young = figures.questions - figures.settled
    left_out = f" {counted(young, 'newer question')} left out of the shares." if young else ""
    return _shown(
        lines,
        "Peers are people outside the platform team. In brackets: where the true share lies, with 95 % confidence."
        + left_out
        + (f" {counted(no_questions, 'message')} that people called no question left out." if no_questions else ""),
    )


def in_words(facts: PeerFacts, *, timezone: str) -> str:
    """The same for a terminal, with a line for each channel."""
    lines = _head(facts, timezone)
    for channel in facts.channels:
        lines.append(_channel(channel.name, channel.figures, is_public=channel.is_public))
    return "\n".join(lines)


def _head(facts: PeerFacts, timezone: str) -> list[str]:
    shown = health(facts.figures, facts.hints, timezone=timezone, no_questions=facts.no_questions)
    notes = [each["elements"][0]["text"] for each in shown.blocks if each["type"] == "context"]
    return [shown.text.replace("*", ""), *notes]


def _channel(name: str, figures: Figures, *, is_public: bool = True) -> str:
    kept = "" if is_public else " (private)"
    unanswered = f"no person responded: {share_in_words(figures.unanswered)}" if figures.questions else ""
    return f"#{name}{kept}: {counted(figures.questions, 'question')}. {unanswered}".rstrip()


def community_in_words(facts: CommunityFacts, *, timezone: str) -> str:
    """For a terminal: all numbers that people act on, each topic and channel in a line."""
    lines = [*_head(facts.facts, timezone), *_since_before(facts.whole), *_reach(facts)]
    lines += [_topic(each) for each in facts.topics if each.is_enough]
    lines += [_channel(each.name, each.figures, is_public=each.is_public) for each in facts.channels]
    return "\n".join(lines)


def _since_before(whole: Group) -> list[str]:
    """What changed detectably since the window before; one line where nothing did."""
    if not whole.is_comparable:
        return ["Not compared with the time before: it has too few working days."]
    told = [(SHARES_IN_WORDS[name], each) for name, each in whole.changes.items()]
    changed = [
        f"{words} ({each.verdict.value})" for words, each in told if each.verdict in (Change.BETTER, Change.WORSE)
    ]
    return [f"Compared with as long before: {', '.join(changed) or Change.NONE.value}."]


def _reach(facts: CommunityFacts) -> list[str]:
    lines = []
    activity, conversion = facts.whole.activity, facts.conversion
    if activity is not None and activity.is_enough:
        teams = f"; {activity.teams.k} of {counted(activity.teams.n, 'team')} wrote" if activity.teams.n else ""
        lines.append(f"Answered, of all who wrote: {share_in_words(activity.breadth)}{teams}.")
    if conversion.askers.n:
        lines.append(f"Asked first in the last year, and answer by now: {share_in_words(conversion.askers)}.")
    if conversion.answerers.n:
        lines.append(f"Answer, and gave something to the handbook: {share_in_words(conversion.answerers)}.")
    return lines


def _topic(group: Group) -> str:
    asked, first = counted(group.figures.questions, "question"), share_in_words(group.figures.peer_first)
    few = _few(group.figures)
    return f"{group.name}: {asked}; peers were first: {first}.{f' {few}.' if few else ''}"


def _few(figures: Figures) -> str:
    """How few carry it; nothing where fewer than five people do anything."""
    if figures.answers < FEWEST or figures.answerers < FEWEST:
        return ""
    number = figures.absence_factor
    who = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{who} {'person gives' if number == 1 else 'people give'} more than half of all answers"


def refusal(reason: str) -> Shown:
    text = clip(escape(reason), SECTION_MAX)
    return Shown(text, (section(text),))


def marked(channel_id: str, ts: str, *, is_there: bool) -> Shown:
    """That the message is the answer now, with the way back; or that it is not any more."""
    if not is_there:
        return refusal("Taken back: it is not marked as the answer any more.")
    text = "Noted as the answer: the question counts as solved by who wrote it."
    back = button("Take it back", action_id=TAKE_BACK, value=f"{channel_id}:{ts}")
    return Shown(text, (section(text), actions("marked", [back])))


def read_marked(value: str) -> tuple[str, str]:
    """Channel and ts of the message marked. Raises PayloadMalformed for anything else."""
    channel_id, _, ts = value.partition(":")
    if not ID.fullmatch(channel_id):
        raise PayloadMalformed("no message to take a mark from")
    return channel_id, read_ts({"ts": ts}, "ts")


def _shown(lines: Sequence[str], foot: str) -> Shown:
    text = "\n".join(lines)
    return Shown(text, (section(text), context(foot)) if foot else (section(text),))


def _counts(kinds: Sequence[tuple[int, str]]) -> str:
    return ", ".join(f"{number} {words}" for number, words in kinds if number)


def times(measured: Times) -> str:
    """How long first responses took, by the clock and in working time; or that there are too few to say."""
    if measured.n < FEWEST or measured.median_s is None or measured.p90_s is None:
        return f"{TOO_FEW} (n = {measured.n})"
    working = [duration(each) for each in (measured.working_median_s, measured.working_p90_s) if each is not None]
    by_clock = [duration(measured.median_s), duration(measured.p90_s)]
    worked = f"; in working time {' and '.join(working)}" if working and working != by_clock else ""
    took = f"half within {by_clock[0]}, nine of ten within {by_clock[1]}"
    return f"{took}{worked} (n = {measured.n})"


def _times_by_responder(figures: Figures) -> list[str]:
    words = {By.PEER: "from peers", By.PLATFORM: "from the platform team"}
    return [f"    {words[by]}: {times(took)}." for by, took in figures.response_by.items() if took.n]


def _kinds(figures: Figures) -> str:
    """What was asked for, and how often the rules that tell it were corrected."""
    kinds = _counts([(number, kind) for kind, number in figures.by_kind.items()])
    corrected = figures.kinds_corrected.k
    return f"{kinds}; people corrected {corrected} of them" if corrected else kinds


def _breadth(figures: Figures) -> str:
    """How few carry it: never who."""
    if figures.answers < FEWEST:
        return f"*How many carry it*: {TOO_FEW} ({counted(figures.answers, 'answer')})."
    few = figures.absence_factor
    number = NUMBERS[few] if few < len(NUMBERS) else str(few)
    gives = "person gives" if few == 1 else "people give"
    peers = counted(figures.answerers, "peer")
    return f"{number} {gives} more than half of all answers; {peers} answered ({counted(figures.answers, 'answer')})."


def _across_teams(figures: Figures) -> list[str]:
    """Nothing where nobody's teams are known."""
    said = f"• *Peers' answers to other teams than their own*: {share_in_words(figures.cross_team)}."
    return [said] if figures.cross_team.is_enough else []


def _repeats(figures: Figures) -> list[str]:
    said = f"• *The handbook or a solved thread had it*: {share_in_words(figures.repeats)} that I looked up."
    return [said] if figures.repeats.is_enough else []


def _hints(hints: Hinting) -> list[str]:
    """Whether showing the handbook to the asker first crowds peers out; nothing where none was shown."""
    if not hints.confirmed.n:
        return []
    with_hint, without = share_in_words(hints.peer_first), share_in_words(hints.peer_first_without)
    hinted, solved = counted(hints.confirmed.n, "hint"), share_in_words(hints.confirmed)
    return [
        f"• *Hints to the asker alone*: {hinted}; solved it: {solved}.",
        f"    Peers were first after one: {with_hint}; without one: {without}. {EFFECTS[hints.effect]}.",
    ]


def _days(figures: Figures, timezone: str) -> str:
    zone = ZoneInfo(timezone)
    return f"{_day(figures.window.since, zone)} to {_day(figures.window.until - timedelta.resolution, zone)}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"
