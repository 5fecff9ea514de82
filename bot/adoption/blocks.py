"""Shows policies: how a person's teams stand, and both ways to comply, in the same words and with the same weight.

Forms and cards of evidence are `bot.adoption.evidence_blocks`'.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adoption.rules import Standing, State, in_words
from bot.blockkit import Shown, actions, button, clip, context, escape, fits, link, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.statistics import FEWEST, TOO_FEW, Share, counted, duration, median, share_in_words
from knowledge.policies import Policy

RUN_ACTION = "actions.open"  # opens the action's form; who hears it is the actions' listener
HAND_IN = "adoption.hand_in"
TEAMS_MOST = 8  # of one person, in the list and in the form
NAME_MOST = 75  # characters: what Slack takes in a menu

POLICIES = MessageKind(
    "policies",
    Purpose.ASKED,
    "the person who asked, only visible to them; as a DM when that fails",
    "`policies`, by the command or to the bot",
    "once a request",
    "it only answers what you do",
)
KINDS = (POLICIES,)

NONE = "The handbook names no policy."
NO_TEAM = "You are in no team of the handbook, so no policy is yours to meet. The platform team adds people to teams."


@dataclass(frozen=True)
class Took:
    """How many seconds each took, over the last 12 weeks."""

    seconds: Sequence[float] = ()


@dataclass(frozen=True)
class Listed:
    """A policy as one person sees it. `standings` are of their teams; `share` is for the platform team, else None."""

    policy: Policy
    capability: str  # its title
    url: str  # of the article; "" where it has none
    standings: Mapping[str, Standing]
    action: str = ""  # "" where the catalogue has none for it
    platform: Took = Took()
    evidence: Took = Took()
    share: Share | None = None
    can_act: bool = True
    is_ahead: bool = False  # it does not hold yet


def policies(listed: Sequence[Listed], *, nothing: str = NONE) -> Shown:
    """All that fit one message; how many did not is said."""
    head = f"{len(listed)} polic{'y' if len(listed) == 1 else 'ies'}. Each can be met in two ways, and both comply."
    if not listed:
        return said(nothing)
    blocks: list[Json] = [section(head)]
    for number, each in enumerate(listed):
        more = _policy(each)
        if not fits(blocks, more):
            blocks.append(context(f"And {len(listed) - number} more: a Slack message takes no more."))
            break
        blocks += more
    return Shown(head, tuple(blocks))


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def none_applies(teams: Sequence[str]) -> str:
    return f"No policy applies to {', '.join(escape(clip(each, NAME_MOST)) for each in teams[:TEAMS_MOST])}."


def refusal(reason: str) -> Shown:
    return said(escape(reason))


def _policy(listed: Listed) -> list[Json]:
    policy = listed.policy
    named = link(listed.url, policy.title) if listed.url else escape(policy.title)
    teams = [f"• *{escape(clip(team, NAME_MOST))}*: {_standing(each)}" for team, each in listed.standings.items()]
    lines = [f"*{named}*: {escape(policy.rule)}", *teams[:TEAMS_MOST]]
    lines += [f"… and {counted(len(teams) - TEAMS_MOST, 'more team')}"] if len(teams) > TEAMS_MOST else []
    blocks = [section("\n".join(lines))]
    if listed.is_ahead:
        blocks.append(context(f"It holds from {in_words(policy.since)}. You can comply before that."))
    if listed.standings:
        blocks.append(context(_ways(listed)))
    if listed.can_act and listed.standings:
        blocks.append(actions(f"adoption.ways.{policy.id}", _buttons(listed)))
    if listed.share is not None:
        blocks.append(context(f"By evidence of their own, of the teams that comply: {share_in_words(listed.share)}"))
    return blocks


def _ways(listed: Listed) -> str:
    """What each way takes, in the same words."""
    return (
        f"Use the platform's way ({escape(listed.capability)}): {_took(listed.platform)}.\n"
        f"Hand in evidence ({counted(len(listed.policy.must_show), 'point')} to show): {_took(listed.evidence)}."
    )


def _took(took: Took) -> str:
    n, middle = len(took.seconds), median(took.seconds)
    if n < FEWEST or middle is None:
        return f"{TOO_FEW} how long it takes (n = {n} in 12 weeks)"
    return f"took {duration(middle)} (median of {n} in 12 weeks)"


def _buttons(listed: Listed) -> list[Json]:
    evidence = button("Hand in evidence", action_id=HAND_IN, value=_offer(listed.policy, tuple(listed.standings)))
    if not listed.action:
        return [evidence]
    return [button("Use the platform's way", action_id=RUN_ACTION, value=listed.action), evidence]


def _offer(policy: Policy, teams: Sequence[str]) -> str:
    """What the form is about: it must open within three seconds, before anybody can be asked for the teams."""
    return json.dumps([policy.id, *[each for each in teams if len(each) <= NAME_MOST][:TEAMS_MOST]])


def read_offer(value: str) -> tuple[str, tuple[str, ...]]:
    """The policy's id and the teams. Raises PayloadMalformed."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise PayloadMalformed("no offer of ours") from error
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise PayloadMalformed("no offer of ours")
    return found[0], tuple(found[1:])


def _standing(standing: Standing) -> str:
    day = in_words(standing.day) if standing.day else ""
    words = {
        State.PLATFORM: f"complies by the platform's way, since {day}",
        State.EVIDENCE: f"complies by evidence of its own, until {day}",
        State.WAITING: f"evidence waits for judgement, since {day}",
        State.EXPIRED: f"expired: its evidence held until {day}",
        State.NOT_YET: "not yet",
    }[standing.state]
    waits = standing.is_waiting and standing.state is not State.WAITING
    return f"{words}; other evidence waits for judgement" if waits else words
