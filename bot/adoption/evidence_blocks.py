"""Shows evidence: the form in which it is handed in, the card on which it is judged, and what comes of it.

And reads what comes back of the form, the card and the judge's reasons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.adoption.blocks import said
from bot.adoption.rules import (
    AFTER,
    ANSWER_MOST,
    ON_THE_DAY,
    POINT,
    REASON_MOST,
    Filled,
    in_words,
    last_day,
)
from bot.blockkit import BUTTON_TEXT_MAX, Shown, actions, button, clip, context, escape, link, option, section, select
from bot.errors import PayloadMalformed
from bot.model import Evidence, EvidenceState, Json, MessageKind, Purpose
from knowledge.policies import Policy

FORM, REASONS = "adoption.evidence", "adoption.reasons"  # what Slack calls the two forms
ACCEPT, NOT_ENOUGH = "adoption.judge.accept", "adoption.judge.not_enough"
FIELD = "adoption.field."  # before a form's field: a block's id
MISSING, WORDS = "missing", "words"  # fields of the reasons
SHOWN_MOST = 700  # characters of an answer on the card, as on the others below: escaping may lengthen it
NAME_MOST, POINT_SHOWN_MOST, LINK_SHOWN_MOST, REASON_SHOWN_MOST = 120, 200, 100, 700
REASON_TOLD_MOST = 2_000  # to the team: every point that is not shown, and then the judge's own words
ENDS_MOST = 20  # lines of a reminder

TO_JUDGE = MessageKind(
    "evidence to judge",
    Purpose.OWED,
    "the channel of the policy's owners, or each owner who may judge it as a DM",
    "a team handed in how it meets a policy in its own way",
    "once a piece of evidence and place",
    "it belongs to owning a policy: see `owner` in the handbook's `policies/`",
)
JUDGED = MessageKind(
    "evidence judged",
    Purpose.OWED,
    "who handed the evidence in and who owns it, as a DM",
    "a policy's owner judged it",
    "once a piece of evidence and person",
    "it tells what came of what the team handed in",
)
ENDS = MessageKind(
    "evidence ends",
    Purpose.OWED,
    "who owns the evidence, as a DM; who handed it in where the owner left; else the platform channel",
    "evidence of a team ends in 30 days, in 7 days, today, or ended",
    "one message a person and day, each of the four once a piece of evidence",
    "hand in newer evidence, or use the platform's way",
)
NOBODY_JUDGES = MessageKind(
    "evidence that nobody may judge",
    Purpose.OWED,
    "the platform channel",
    "evidence was handed in, and every owner of the policy owns the capability too, or has a part in the evidence",
    "once a piece of evidence",
    "name further owners of the policy in the handbook",
)
KINDS = (TO_JUDGE, JUDGED, ENDS, NOBODY_JUDGES)


@dataclass(frozen=True)
class Names:
    """What people are called, for those who judge and those who are told."""

    person: str
    owner: str
    judge: str = ""


@dataclass(frozen=True)
class Where:
    """The evidence that is judged, and the channel of the card on which it is; "" where that was no message."""

    evidence_id: str
    channel_id: str = ""


# The form.


def form(policy: Policy, teams: Sequence[str], *, user_id: str, today: date) -> Json:
    last = last_day(policy, today=today)
    both = "Evidence of your own complies as the platform's way does."
    answers = [_input(f"{POINT}{each.id}", each.text, _words_box(ANSWER_MOST)) for each in policy.must_show]
    owner = {"type": "users_select", "action_id": "person", "initial_user": user_id}
    until = {"type": "datepicker", "action_id": "day", "initial_date": last.isoformat()}
    blocks = [
        section(f"*{_named(policy.title)}*: {escape(policy.rule)}\n{both} Say below how each point is met."),
        _input("team", "Team", _team_menu(teams)),
        _input("link", "Link to the evidence", _link_box(), "Those who judge it must be able to open it."),
        *answers,
        _input("owner", "Owner", owner, "Keeps it true, and is reminded before it ends."),
        _input("expires_on", "Holds until", until, f"The last day; at the latest {in_words(last)}."),
    ]
    return _modal(FORM, "Hand in evidence", "Hand in", policy.id, blocks)


def _team_menu(teams: Sequence[str]) -> Json:
    options = [option(each, each) for each in teams]
    return select("Choose a team", options, action_id="team", chosen=options[0] if len(options) == 1 else None)


def _link_box() -> Json:
    return {"type": "url_text_input", "action_id": "link"}


def read_form(values: Mapping[str, str]) -> Filled:
    fields = {block.removeprefix(FIELD): value for block, value in values.items()}
    points = {field.removeprefix(POINT): value.strip() for field, value in fields.items() if field.startswith(POINT)}
    first = {name: fields.get(name, "").strip() for name in ("team", "link", "owner", "expires_on")}
    return Filled(points=points, **first)


def errors(found: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the block beside which it is shown."""
    return {f"{FIELD}{field}": problem for field, problem in found.items()}


# The card.


def card(evidence: Evidence, policy: Policy, names: Names, *, on: date | None = None) -> Shown:
    """Evidence as its judges see it, with what became of it once something did; `on` is when that was."""
    team, title = _named(evidence.team), _named(policy.title)
    head = f"*{title}*: evidence of *{team}*"
    facts = f"Handed in by {_name(names.person)}. Owner: {_name(names.owner)}."
    shown = link(evidence.link, clip(evidence.link, LINK_SHOWN_MOST))
    blocks = [section(f"{head}\n{shown}\n{facts} It would hold until {in_words(evidence.expires_on)}.")]
    blocks += [_answer(policy, point, answer) for point, answer in evidence.points.items()]
    outcome = _outcome(evidence, names, on)
    text = f"{title}: evidence of {team} {'waits for judgement' if not outcome else 'is settled'}"
    return Shown(text, (*blocks, context(outcome) if outcome else _judging(evidence)))


def _answer(policy: Policy, point_id: str, answer: str) -> Json:
    point = policy.point(point_id)
    return section(
        f"*{clip(escape(point.text if point else point_id), POINT_SHOWN_MOST)}*\n{clip(escape(answer), SHOWN_MOST)}"
    )


def _judging(evidence: Evidence) -> Json:
    buttons = [
        button("Accept", action_id=ACCEPT, value=evidence.id),
        button("Not enough", action_id=NOT_ENOUGH, value=evidence.id),
    ]
    return actions(f"adoption.evidence.{evidence.id}", buttons)


def _outcome(evidence: Evidence, names: Names, day: date | None) -> str:
    """What became of it; "" while it waits."""
    by = f"{_name(names.judge)}{f', on {in_words(day)}' if day else ''}"
    match evidence.state:
        case EvidenceState.ACCEPTED:
            return f"Accepted by {by}."
        case EvidenceState.DECLINED:
            return f"Not enough, says {by}: {clip(escape(evidence.reason), REASON_SHOWN_MOST)}"
        case EvidenceState.EXPIRED:
            return "It ended before anybody judged it."
        case EvidenceState.REPLACED:
            return "The team handed in newer evidence, which takes its place."
    return ""


def reasons(evidence: Evidence, policy: Policy, where: Where) -> Json:
    """The form in which a judge says what is not enough."""
    options = [option(clip(each.text, BUTTON_TEXT_MAX), each.id) for each in policy.must_show]
    boxes = {"type": "checkboxes", "action_id": "points", "options": options}
    blocks = [
        section(f"*{_named(policy.title)}*: evidence of *{_named(evidence.team)}*. The team reads what you say here."),
        _input(MISSING, "Not shown", boxes, is_optional=True),
        _input(WORDS, "In your words", _words_box(REASON_MOST), "What would be enough?", is_optional=True),
    ]
    return _modal(REASONS, "Not enough", "Send", f"{where.evidence_id} {where.channel_id}", blocks)


def read_where(metadata: str) -> Where:
    evidence_id, _, channel_id = metadata.partition(" ")
    return Where(evidence_id, channel_id)


def read_reasons(values: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """The ids of the points not shown, and the judge's words."""
    missing = values.get(f"{FIELD}{MISSING}", "")
    return tuple(each for each in missing.split(",") if each), values.get(f"{FIELD}{WORDS}", "").strip()[:REASON_MOST]


def read_press(action_id: str) -> bool:
    """Whether it was said to be enough. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in (ACCEPT, NOT_ENOUGH):
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return action_id == ACCEPT


# What people are told.


def handed_in(evidence: Evidence, policy: Policy, *, has_judges: bool, replaces: bool) -> Shown:
    text = f"Handed in: evidence of *{_named(evidence.team)}* for *{_named(policy.title)}*."
    text += " It takes the place of what waited before." if replaces else ""
    if has_judges:
        return said(f"{text} {_named(policy.owner)} judges it, and I tell you what they say.")
    return said(
        f"{text} Nobody of {_named(policy.owner)} may judge it now: nobody judges what they have a part in. "
        "The platform team can name further owners of the policy; then it is judged."
    )


def nobody_judges(evidence: Evidence, policy: Policy) -> Shown:
    return said(
        f"Evidence of *{_named(evidence.team)}* for *{_named(policy.title)}* waits, and nobody of "
        f"{_named(policy.owner)} may judge it: they own the capability too, or have a part in the evidence. "
        f"Please name further owners in `policies/{policy.id}.yaml` or in `people.yaml`."
    )


def judged(evidence: Evidence, policy: Policy, names: Names, *, command: str) -> Shown:
    team, title = _named(evidence.team), _named(policy.title)
    if evidence.state == EvidenceState.ACCEPTED:
        return said(
            f"*{team}* complies with *{title}* by evidence of its own until {in_words(evidence.expires_on)}, says "
            f"{_name(names.judge)}. {_name(names.owner)} owns it, and is reminded 30 and 7 days before it ends."
        )
    reason = clip(escape(evidence.reason), REASON_TOLD_MOST)
    return said(
        f"The evidence of *{team}* for *{title}* is not enough yet, says {_name(names.judge)}: {reason}\n"
        f"You can hand in more, or use the platform's way: `{command} policies`. Both comply."
    )


def ends(items: Sequence[tuple[Evidence, Policy, int]], *, command: str) -> Shown:
    """All that one person is told of a day; the number is how many days it still holds, as reminded."""
    lines = [f"• *{_named(each.team)}*, *{_named(policy.title)}*: {_ends(each, days)}" for each, policy, days in items]
    more = [f"… and {len(lines) - ENDS_MOST} more"] if len(lines) > ENDS_MOST else []
    head = "Evidence that you own ends:" if len(items) > 1 else "Evidence that you own:"
    foot = f"Hand in newer evidence, or use the platform's way: `{command} policies`. Both comply."
    text = "\n".join([head, *lines[:ENDS_MOST], *more])
    return Shown(text, (section(text), context(foot)))


def _ends(evidence: Evidence, days: int) -> str:
    day = in_words(evidence.expires_on)
    if days == AFTER and evidence.state == EvidenceState.WAITING:
        return f"it ended on {day}, before anybody judged it"
    if days == AFTER:
        return f"it ended on {day}, so the team does not comply any more"
    return f"today, {day}, is its last day" if days == ON_THE_DAY else f"it holds until {day}"


def _named(name: str) -> str:
    return clip(escape(name), NAME_MOST)


def _name(name: str) -> str:
    return _named(name) or "someone"


def _modal(callback_id: str, title: str, submit: str, subject: str, blocks: Sequence[Json]) -> Json:
    words = {"title": title, "submit": submit, "close": "Cancel"}
    shown = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    return {"type": "modal", "callback_id": callback_id, "private_metadata": subject, **shown, "blocks": list(blocks)}


def _input(field: str, label: str, element: Json, hint: str = "", *, is_optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": f"{FIELD}{field}",
        "label": {"type": "plain_text", "text": label},
        "element": element,
        **({"hint": {"type": "plain_text", "text": hint}} if hint else {}),
        **({"optional": True} if is_optional else {}),
    }


def _words_box(most: int) -> Json:
    return {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": most}
