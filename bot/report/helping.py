"""Who helped whom in the channels, and how self-service fared. Pure."""

from collections.abc import Iterator

from bot.peers.cases import Outcome
from bot.peers.figures import Figures
from bot.report.facts import QuarterFacts
from bot.report.page import Line, Section, Trend
from bot.report.words import compared, people, point, said
from bot.statistics import FEWEST, counted, duration

HELPED, DONE = "Who helped whom", "What people got done themselves"
BECAME = {
    Outcome.PEER: "helped by peers",
    Outcome.PLATFORM: "by the platform team",
    Outcome.BOT: "by the handbook",
    Outcome.SELF: "by the asker alone",
    Outcome.UNCONFIRMED: "only the bot answered",
    Outcome.NONE: "nobody answered",
    Outcome.OPEN: "too new to say",
}


def helped(facts: QuarterFacts) -> Section:
    now, before = facts.peers.figures, facts.peers_before.figures
    if not now.questions:
        return Section(HELPED)
    unanswered = compared(before.unanswered, now.unanswered, more_is_better=False)
    lines = [
        Line(
            f"{counted(now.questions, 'question')} from {people(now.askers)} ({before.questions:,} a quarter before).",
            "Context, never a goal: more questions may mean more users, or a worse handbook.",
        ),
        Line(
            f"Peers responded first: {said(now.peer_first)}{compared(before.peer_first, now.peer_first)}.",
            "Of what a peer or the platform team responded to. Peers are people outside that team; "
            "where it is fast, they have less of a chance.",
        ),
        *_times(now),
        Line(
            f"No person responded: {said(now.unanswered)}{unanswered}.",
            "Of questions older than three working days; a bot's answer is no response.",
        ),
        Line(f"Solved, says the asker: {said(now.solved)}.", "Only what askers confirmed; many do not say."),
        *_became(now),
    ]
    first = tuple(point(each.label, each.peer_first) for each in facts.weeks)
    nobody = tuple(point(each.label, each.unanswered) for each in facts.weeks)
    return Section(
        HELPED,
        tuple(lines),
        (
            Trend("First responses that peers gave, over 4 weeks", first),
            Trend("No person responded, over 4 weeks", nobody),
        ),
    )


def _times(now: Figures) -> Iterator[Line]:
    took = now.response
    if took.n >= FEWEST and took.median_s is not None and took.p90_s is not None:
        yield Line(
            f"First response: {duration(took.median_s)} in the middle, nine of ten within {duration(took.p90_s)}.",
            f"Of {counted(took.n, 'question')} that a person responded to; what nobody answered is not in it. "
            "By the clock, nights included.",
        )
    rate = now.interrupts_per_working_day
    if rate is not None and now.platform_first >= FEWEST:
        yield Line(
            f"The platform team was first {rate:.1f} times a working day, out of hours: {said(now.out_of_hours)}.",
            "What interrupts it, not what it achieves.",
        )


def _became(now: Figures) -> Iterator[Line]:
    told = [f"{words} {now.by_outcome[each]}" for each, words in BECAME.items() if now.by_outcome[each] >= FEWEST]
    if told:
        yield Line(
            f"What became of them: {', '.join(told)}.",
            f"Who solved it, says the asker; where nobody said, who answered first. Fewer than {FEWEST} are left out.",
        )


def got_done(facts: QuarterFacts) -> Section:
    actions, lines = facts.actions, []
    if actions.success.n:
        lines.append(
            Line(
                f"Started by self-service and live or done: {said(actions.success)}.",
                f"{actions.under_way} still under way count as started; {actions.unobserved} merged and not seen to "
                "be live are left out.",
            )
        )
    if actions.to_converged is not None:
        middle, slow = map(duration, actions.to_converged)
        lines.append(
            Line(
                f"From asking to live: {middle} in the middle, {slow} for nine of ten.",
                f"Of {len(actions.live_s)}, with approval and review in it; only what a controller was seen to pull.",
            )
        )
    if actions.pushed.n:
        lines.append(
            Line(
                f"Runs that were pushed past Git: {said(actions.pushed)}.",
                "What is pushed is not declared, and can be lost.",
            )
        )
    return Section(DONE, tuple(lines))
