"""Shows how far a team is brought on: five steps, each with its state, who does it and how. Pure.

Where there is a press for it, it stands beside the step. What a form asks is `forms`'.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, context, escape, link, section
from bot.doing import open_button
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.onboarding.rules import PROPOSED, Standing, Step
from bot.statistics import counted

PROPOSE, LINK, PERSON = "onboarding.propose", "onboarding.link", "onboarding.person"
NEW_TEAM = "-"  # the value of the button by which a team is added; no team is called so
TEAM_MOST, NAMES_MOST, TEAMS_MOST = 80, 5, 30

START = MessageKind(
    "bringing a team on",
    Purpose.ASKED,
    "the person who asked, only visible to them; as a DM when that fails",
    "`start`, by the command or to the bot; a form sent from there that cannot be proposed",
    "once a request or form",
    "it only answers what you do",
)
KINDS = (START,)

NOT_OPENED = "Slack did not open the form. Please press again."
NOT_LEADING = "Only the team's leads and the platform team can propose this."
BEFORE = "This waits for the platform team's review already."
NO_TEAM = "The handbook has no such team any more. `start` shows how things stand."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please try again later."
FOOT = (
    "Read just now from the handbook, Slack and what was used. The platform team reviews what you propose. Nothing "
    "reminds you; `start` shows it again."
)


@dataclass(frozen=True)
class First:
    """An action that would be a first choice, and that the reader may run."""

    action_id: str
    title: str


def progress(standing: Standing, first: First | None, *, others: Sequence[str] = ()) -> Shown:
    """`others` are further teams that the reader may bring on."""
    head = f"*Bringing {_named(standing.team)} on*: {standing.done} of {len(Step)} done."
    steps = [_step(standing, each, first) for each in Step]
    more = [context(f"Also yours: {', '.join(f'`start {_named(typed(each))}`' for each in others[:NAMES_MOST])}.")]
    return Shown(head, (section(head), *steps, context(FOOT), *(more if others else [])))


def _step(standing: Standing, step: Step, first: First | None) -> Json:
    is_done = standing.is_done(step)
    mark = "✓" if is_done else "→" if step is standing.next_step else "·"
    words = _done(standing, step) if is_done else _open(standing, step, first)
    if (url := standing.proposed.get(step)) is not None:
        waits = link(url, "A proposal") if url else "A proposal"
        return section(f"{mark} {words}\n{waits} waits for the platform team's review.")
    press = None if is_done and step is not Step.LINK else _press(standing, step, first)
    return section(f"{mark} {words}", accessory=press)


def _done(standing: Standing, step: Step) -> str:
    match step:
        case Step.GROUP:
            return f"*Group*: {counted(standing.people, 'person', 'people')}, by the handbook and Slack."
        case Step.LINK:
            bear = "so changes bear people's own names."
            return f"*Git*: {standing.linked} of {counted(standing.people, 'account')} known, {bear}"
        case Step.DUTY:
            return f"*Duty person*: {', '.join(escape(each) for each in standing.duty[:NAMES_MOST])}."
        case Step.CHOICE:
            on = f", since {standing.chosen_on.day} {standing.chosen_on:%b %Y}" if standing.chosen_on else ""
            return f"*First capability*: {escape(clip(standing.chosen, TEAM_MOST))}{on}."
        case Step.CHANNEL:
            return f"*Channel*: <#{standing.channel_id}> is watched."


def _open(standing: Standing, step: Step, first: First | None) -> str:
    match step:
        case Step.GROUP:
            return "*Group*: nobody is in it. Ask whoever keeps the Slack user group to add the team's people."
        case Step.LINK if standing.can_link:
            return "*Git*: nobody's account is known. Each of you links their own: press, and enter a code at the host."
        case Step.LINK:
            return "*Git*: nobody's account is known. The platform team writes them into `people.yaml`; ask by `human`."
        case Step.DUTY:
            return "*Duty person*: nobody is named as the one to ask for the team. Propose somebody."
        case Step.CHOICE if first is not None:
            return f"*First capability*: none chosen yet. *{escape(first.title)}* is one you can have by a form."
        case Step.CHOICE:
            return "*First capability*: none chosen yet. `run`, in my messages, shows what is open to you."
        case Step.CHANNEL if standing.is_watched:
            return f"*Channel*: <#{standing.channel_id}> is watched, but I am not in it. Invite me there."
        case _:
            return "*Channel*: none of the team's is watched. Propose one; nothing is said there at first."


def _press(standing: Standing, step: Step, first: First | None) -> Json | None:
    if step is Step.LINK:
        return button("Link my account", action_id=LINK, value=step) if standing.can_link else None
    if step is Step.CHOICE:
        return open_button("Open its form", first.action_id) if first else None
    if step is Step.GROUP or (step is Step.CHANNEL and standing.is_watched):
        return None
    return _propose(step, standing.team)


def _propose(step: Step, team: str) -> Json:
    return button("Propose the change", action_id=f"{PROPOSE}.{step}", value=team)


def no_team() -> Shown:
    """For somebody whom the handbook counts to no team."""
    text = (
        "The handbook has you in no team. If yours is there already, whoever keeps its Slack user group adds you. "
        "If it is not, propose it; the other four steps follow once the platform team merged that."
    )
    row = actions("onboarding.start", [_propose(Step.GROUP, NEW_TEAM)])
    return Shown(text, (section(text), row, context(FOOT)))


def not_leading(team: str, leads: Sequence[str]) -> Shown:
    """For somebody of a team whose leads are named."""
    names = ", ".join(escape(each) for each in leads[:NAMES_MOST]) or "its leads"
    return said(f"Bringing {_named(team)} on is for {names} and the platform team: `leads` in `people.yaml` says so.")


def not_there(name: str, leading: Sequence[str]) -> Shown:
    known = ", ".join(f"`{_named(typed(each))}`" for each in leading[:TEAMS_MOST])
    yours = f" You can see: {known}." if known else ""
    return said(f"`{_named(name)}` is no team that you can bring on.{yours} A question? Ask it without `start`.")


def all_teams(standings: Sequence[Standing], *, left: int) -> Shown:
    """For the platform team; `left` are how many more there are."""
    lines = [_line(each) for each in standings]
    more = [f"And {left} more."] if left else []
    head = "*Teams, and how far each is brought on*" if standings else "The handbook knows no teams yet."
    text = "\n".join([head, *lines, *more])
    row = actions("onboarding.start", [button("Add a team", action_id=f"{PROPOSE}.{Step.GROUP}", value=NEW_TEAM)])
    return Shown(head, (section(text), row, context(f"`start TEAM` shows its steps. {FOOT}")))


def _line(standing: Standing) -> str:
    names = {Step.GROUP: "group", Step.LINK: "Git", Step.DUTY: "duty person", Step.CHOICE: "first capability"}
    following = standing.next_step
    left = f", next: {names.get(following, 'channel')}" if following else ""
    return f"• {_named(standing.team)}: {standing.done} of {len(Step)}{left}"


def by_hand(text: str) -> Shown:
    head = "Your handbook is a folder, not a Git repository. Add this by hand:"
    return Shown(head, (section(head), section(f"```\n{escape(text).strip()}\n```")))


def request_text(who: str) -> str:
    """What stands in the pull request, in Markdown."""
    return (
        f"{who} wants to bring a team on, by `start`.\n\n"
        "Please see that it is right, then merge or close it. Nothing changes before it is merged."
    )


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def typed(team: str) -> str:
    """As it is written after `start`: words there are a question."""
    return "-".join(team.split())


def _named(team: str) -> str:
    return escape(clip(team.replace("`", "'"), TEAM_MOST))


def read_propose(action_id: str) -> Step:
    """Raises PayloadMalformed for an id that is none of ours."""
    begin, _, step = action_id.rpartition(".")
    if begin != PROPOSE or step not in set(PROPOSED):
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return Step(step)
