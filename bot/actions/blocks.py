"""Shows requests to who asked and to who may approve, and reads the presses. The form is `bot.actions.forms`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.blockkit import Shown, actions, button, clip, code, confirmation, context, escape, link, section, sections
from bot.errors import PayloadMalformed
from bot.friction import Origin, SaidIn, offer
from bot.model import Json, MessageKind, Purpose

APPROVE, DECLINE = "actions.request.approve", "actions.request.decline"
WITHDRAW, RENEW = "actions.request.withdraw", "actions.request.renew"
RETURNED, DECLARED = "actions.request.returned", "actions.request.declared"
CHOICES = {
    APPROVE: "approve",
    DECLINE: "decline",
    WITHDRAW: "withdraw",
    RENEW: "renew",
    RETURNED: "returned",
    DECLARED: "declared",
}
NAME_MOST, VALUE_MOST, NOTES_MOST = 80, 120, 1_200  # of a message, all inputs and the change stay under 10,000
SEPARATOR = ":"

REQUEST = MessageKind(
    "request",
    Purpose.ASKED,
    "the person who asked for an action, as a DM",
    "a form for an action was sent; the message is changed in place until the action is done, live or ended",
    "once a request",
    "it only answers what you do",
)
ENDED = MessageKind(
    "request's outcome",
    Purpose.OWED,
    "the person who asked, in the thread of the request's message",
    "the request waits for them no more: it is live, done, declined, void, expired, failed or closed",
    "once an outcome",
    "it tells what came of what you asked for",
)
APPROVAL = MessageKind(
    "approval",
    Purpose.OWED,
    "the channel of the approver group, else each of its people as a DM",
    "somebody asks for an action that needs their agreement",
    "once a request; changed in place when it is decided",
    "leave the approver group in the handbook's `people.yaml`",
)
PUSHED = MessageKind(
    "announcement of a break-glass run",
    Purpose.OWED,
    "the platform channel",
    "somebody ran an action that does not go through Git and is declared as break-glass",
    "once a run; changed in place when what it made is declared or was returned",
    "take the action out of the catalogue",
)
STUCK = MessageKind(
    "stuck request",
    Purpose.OWED,
    "the platform channel",
    "a request takes longer than its entry gives it, cannot be merged or followed, or could not be carried out",
    "once a request",
    "mend what holds it up, or give the entry a longer `stuck_after`",
)
UNREVIEWED = MessageKind(
    "merge without review",
    Purpose.OWED,
    "the platform channel",
    "a request was merged, and nobody but who asked agreed to it at the Git host, which its entry asks for",
    "once a request",
    "let the Git host ask for a review before it merges",
)
DEBT = MessageKind(
    "question about a pushed action",
    Purpose.OWED,
    "the platform channel",
    "an action that does not go through Git was run for the first time",
    "once an action",
    "make it a proposal",
)
KINDS = (REQUEST, ENDED, APPROVAL, PUSHED, STUCK, UNREVIEWED, DEBT)

UNDER_WAY = ("open", "running", "merged")
MODES = {
    "proposal": "",
    "direct": "This is done at once and not through Git.",
    "break-glass": "Break-glass: this is done at once, not through Git, and everybody in the platform channel sees it.",
}


@dataclass(frozen=True)
class Request:
    """A request as people see it. `inputs` are labels and values; `name` is what Slack calls who asked.

    `digest` begins what approval covers; `state` is the storage's word, `standing` says it in words.
    """

    id: str
    title: str
    name: str
    mode: str
    state: str
    standing: str
    inputs: Sequence[tuple[str, str]] = ()
    shown: str = ""
    digest: str = ""
    url: str = ""
    problem: str = ""
    agreed: Sequence[str] = ()
    notes: Sequence[str] = field(default=())
    is_hard: bool = False  # it failed once it was begun, or takes longer than its entry gives it


def taken(title: str, standing: str) -> Shown:
    """For who asked, at once."""
    return _said(f"*{escape(clip(title, NAME_MOST))}*: {escape(standing)}.")


def request(told: Request) -> Shown:
    """For who asked."""
    text = f"{clip(told.title, NAME_MOST)}: {told.standing}"
    blocks = [section(f"*{escape(clip(told.title, NAME_MOST))}*: {_standing(told)}"), *_body(told)]
    if buttons := _own_buttons(told):
        blocks.append(actions(f"actions.request.{told.id}", buttons))
    return Shown(escape(text), tuple(blocks))


def approval(told: Request, *, by: str, people: int, until: str, why: str) -> Shown:
    """For who may approve; with buttons while it waits."""
    head = f"{told.name} asks: {told.title}"
    blocks = [section(f"*{escape(clip(told.name, NAME_MOST))}* asks: *{escape(clip(told.title, NAME_MOST))}*")]
    blocks += _body(told)
    if told.state == "waiting":
        noun = "One person" if people == 1 else f"{people} people"
        open_for = f"Open until {until}. Whoever asked cannot approve it."
        blocks.append(context(f"{noun} of *{escape(by)}* must agree{escape(why)}. {open_for}"))
        blocks.append(actions(f"actions.request.{told.id}", _approver_buttons(told)))
    else:
        blocks.append(context(escape(told.standing)))
    return Shown(escape(f"{head}: {told.standing}"), tuple(blocks))


def outcome(told: Request) -> Shown:
    """For the thread below the request's message, so that who asked is told."""
    why = f" {escape(clip(told.problem, NOTES_MOST))}" if told.problem else ""
    text = f"{escape(clip(told.title, NAME_MOST))}: {_standing(told)}{why}"
    hard = [actions(f"actions.hard.{told.id}", [_hard(told)])] if told.is_hard else []
    return Shown(text, (section(text), *hard))


def _hard(told: Request) -> Json:
    """What was hard about it may be told, where it failed or took long."""
    return offer(Origin(SaidIn.REQUEST, told.id))


def pushed(told: Request, *, follow_up: str, has_buttons: bool) -> Shown:
    """For the platform channel: who did what past Git, and what is left to declare."""
    head = f"*Break-glass*: {escape(clip(told.name, NAME_MOST))} ran *{escape(clip(told.title, NAME_MOST))}*."
    blocks = [section(head), *_body(told), context(escape(follow_up))]
    if has_buttons:
        buttons = [
            button("The controller put it back", action_id=RETURNED, value=_value(told)),
            button("It is declared in Git", action_id=DECLARED, value=_value(told)),
        ]
        blocks.append(actions(f"actions.request.{told.id}", buttons))
    return Shown(f"{head} {escape(follow_up)}", tuple(blocks))


def stuck(told: Request, *, since: str) -> Shown:
    why = f" {escape(clip(told.problem, NOTES_MOST))}" if told.problem else ""
    return _said(f"*Stuck*: {_named(told)}: {escape(since)}.{why}")


def unreviewed(told: Request) -> Shown:
    return _said(
        f"*Merged without review*: {_named(told)}. Its entry asks for somebody else's agreement on the pull "
        "request, and I see none. Please look at it."
    )


def debt(title: str, action_id: str, *, owner: str) -> Shown:
    whose = f" Its owner is *{escape(owner)}*." if owner else ""
    return _said(
        f"*{escape(clip(title, NAME_MOST))}* (`{escape(action_id)}`) was run past Git for the first time.{whose} "
        "What would make it a proposal? Until it is one, each run is counted as pushed past Git. I ask this once."
    )


def refused(reason: str) -> Shown:
    return _said(escape(reason))


def read_choice(action_id: str) -> str:
    """Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]


def read_value(value: str) -> tuple[str, str]:
    """The request's id, and the beginning of what was shown. Raises PayloadMalformed."""
    request_id, separator, digest = value.partition(SEPARATOR)
    if not separator or not request_id.isalnum() or not (digest.isalnum() or not digest):
        raise PayloadMalformed(f"no request of ours: {value[:40]}")
    return request_id, digest


def _named(told: Request) -> str:
    named = link(told.url, told.title) if told.url else escape(told.title)
    return f"{named} (request `{escape(told.id)}`)"


def _standing(told: Request) -> str:
    where = f" {link(told.url, 'The pull request')}." if told.url else ""
    return f"{escape(told.standing)}.{where}"


def _body(told: Request) -> list[Json]:
    blocks = sections([f"• {_short(label, NAME_MOST)}: {_short(value, VALUE_MOST)}" for label, value in told.inputs])
    if told.shown:
        blocks += code(told.shown, most=1)
    agreed = f"Agreed: {', '.join(told.agreed)}." if told.agreed else ""
    notes = [MODES[told.mode], *told.notes, clip(told.problem, NOTES_MOST), agreed]
    said = clip(" ".join(escape(note) for note in notes if note), NOTES_MOST)
    return [*blocks, context(said)] if said else blocks


def _short(text: str, most: int) -> str:
    """On one line, as words: it neither ends ours nor begins code. Cut after escaping, which makes it longer."""
    return clip(escape(" ".join(text.split()).replace("`", "'")), most)


def _own_buttons(told: Request) -> list[Json]:
    buttons = []
    if told.state in ("void", "expired"):
        buttons.append(button("Ask again", action_id=RENEW, value=_value(told), style="primary"))
    if told.state in ("waiting", "void", "expired"):
        buttons.append(button("Withdraw", action_id=WITHDRAW, value=_value(told)))
    if told.is_hard and told.state in UNDER_WAY:
        buttons.append(_hard(told))
    return buttons


def _approver_buttons(told: Request) -> list[Json]:
    sure = confirmation("Decline this?", "The person who asked is told, with your name.", yes="Decline", no="Not now")
    return [
        button("Approve", action_id=APPROVE, value=_value(told), style="primary"),
        button("Decline", action_id=DECLINE, value=_value(told), confirm=sure),
    ]


def _value(told: Request) -> str:
    """What was shown goes with the press, so that nobody agrees to something else."""
    return f"{told.id}{SEPARATOR}{told.digest[:16]}"


def _said(text: str) -> Shown:
    return Shown(text, (section(text),))
