"""Where we are weak: each found by a rule over the figures, with what would mend it. Pure.

A rule speaks only where there are enough cases, and says the same of the same figures.
"""

from collections.abc import Iterator

from bot.curation.gap_rules import Lack
from bot.report.facts import QuarterFacts
from bot.report.page import Line, Section
from bot.report.voices import newest_waves
from bot.report.words import said
from bot.statistics import FEWEST, Change, Share, change, counted

TITLE = "Where we are weak"
MOST = 7
MUCH = 0.2  # of questions or teams: one in five is nobody's bad luck
FEW = 2  # people who together give more than half of all answers
NO_RULE = "No rule of ours found a weakness in these figures. That says as much about the rules as about us."


def section(facts: QuarterFacts) -> Section:
    is_counted = bool(facts.peers.figures.questions or facts.surveys.waves or facts.adoption.capabilities)
    rules = (_questions, _satisfaction, _adoption, _pushes, _handbook, _unmeasured)
    found = [line for rule in rules for line in rule(facts)] if is_counted else []
    more = [Line(f"And {len(found) - MOST} more, in the figures above.")] if len(found) > MOST else []
    return Section(TITLE, (*found[:MOST], *more) or ((Line(NO_RULE),) if is_counted else ()))


def _is_much(share: Share) -> bool:
    return share.is_enough and share.value is not None and share.value >= MUCH


def _questions(facts: QuarterFacts) -> Iterator[Line]:
    now, before = facts.peers.figures, facts.peers_before.figures
    if _is_much(now.unanswered):
        yield Line(
            f"Many questions found no response: {said(now.unanswered)}.",
            "The digest links those that wait; whoever takes one says so in its thread.",
        )
    if change(before.peer_first, now.peer_first) is Change.WORSE:
        yield Line(
            "Peers help each other less than the quarter before.",
            "In busy channels let the bot wait until peers had their chance, and save solved threads as knowledge.",
        )
    if now.answerers >= FEWEST and 0 < now.absence_factor <= FEW:
        who = "One person gives" if now.absence_factor == 1 else "Two people give"
        yield Line(f"{who} more than half of all answers.", "If they leave, answers do. Ask others in, topic by topic.")


def _satisfaction(facts: QuarterFacts) -> Iterator[Line]:
    for wave in newest_waves(facts):
        for question in wave.questions:
            if question.change is Change.WORSE:
                yield Line(
                    f"“{question.question.text}” fell since the wave before.",
                    "Themes of the comments say why; some offered to talk.",
                )
        if wave.answers < wave.threshold:
            yield Line(
                f"{wave.survey.title}: too few answered to say anything.", "A larger sample, or a shorter survey."
            )


def _adoption(facts: QuarterFacts) -> Iterator[Line]:
    for each in facts.adoption.capabilities:
        if _is_much(each.churn):
            yield Line(
                f"{each.title}, quiet since the quarter before, of teams that chose it: {said(each.churn)}.",
                "Ask them why: leaving is a press and one question.",
            )
        if any(change.is_jump for change in each.changes):
            yield Line(f"{each.title} grew because teams have to use it.", "Offer an equivalent, and see who stays.")


def _pushes(facts: QuarterFacts) -> Iterator[Line]:
    if debts := facts.actions.debts:
        yield Line(
            f"Pushed, with no proposal in its place: {', '.join(debts)}.",
            "An entry of the catalogue that proposes the same change mends it.",
        )
    if (reverts := sum(facts.actions.reverts.values())) >= FEWEST:
        yield Line(
            f"{reverts} changes by hand were put back by a controller.", "Each names the file in Git to change instead."
        )


def _handbook(facts: QuarterFacts) -> Iterator[Line]:
    if gaps := facts.gaps.open:
        actions = sum(each.lacks is Lack.ACTION for each in gaps)
        kinds = f", {actions} of them asking for an action" if actions else ""
        yield Line(
            f"{counted(len(gaps), 'gap')} in the handbook stood open at the quarter's end{kinds}.",
            "A gap is closed by an article or an action; the team has a list, the weightiest first.",
        )
    if badly := facts.articles.served_badly:
        yield Line(
            f"{counted(badly, 'article')} did not help a third of those who were shown it first.",
            "As things stand now. Their owners are asked.",
        )
    if overdue := facts.articles.overdue:
        yield Line(
            f"{counted(overdue, 'article')} past the date by which somebody was to look at it.",
            "As things stand now. One press says that it is still true.",
        )


def _unmeasured(facts: QuarterFacts) -> Iterator[Line]:
    if not facts.surveys.waves:
        yield Line(
            "Nobody was asked how satisfied they are.",
            "A survey of three questions to a sample is a file in the handbook.",
        )
