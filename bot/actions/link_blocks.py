"""Shows a person which Git accounts are theirs, the code to prove one with, and what came of it; reads the buttons."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, context, escape, link, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose

PREFIX = "actions.link."
BEGIN, FORGET = "begin", "forget"
CHOICES = (BEGIN, FORGET)
HOST_MOST, HOSTS_MOST = 120, 8  # characters of a host's name, and hosts that are shown

LINK = MessageKind(
    "link",
    Purpose.ASKED,
    "the person alone: by the command's or the button's own reply, else as a DM",
    "`link`, a press on *Link* or *Unlink*, and once the Git host says what came of it",
    "once an act, and once for its outcome",
    "it only answers what you do",
)
KINDS = (LINK,)

WARNING = (
    "*Enter this code only because you asked me for it yourself, just now.* Never enter one that somebody sent you: "
    "your account would be linked to them, and what they ask for would bear your name. Give this one to nobody."
)
ASKED_FOR = "I ask the host only who you are, and keep the account's name and the name and address its commits bear."


@dataclass(frozen=True)
class Standing:
    """What is known of the person at a host. `proven` is "" where nothing is, `on` the day it was proven."""

    host: str
    proven: str = ""
    on: str = ""
    is_open: bool = True  # an account can be proven there now


def standings(known: Sequence[Standing], *, named: str) -> Shown:
    """`named` is the account that the handbook names, or ""."""
    text = "\n".join(["*Your Git accounts*", *_named(named), *map(_line, known[:HOSTS_MOST]), *_nowhere(known)])
    rows = [row for each in known[:HOSTS_MOST] if (row := _buttons(each))]
    return Shown(text, (section(text), *rows))


def code(host: str, *, user_code: str, page: str, until: str) -> Shown:
    text = (
        f"*Link your account at {escape(host)}*\n"
        f"1. Open {link(page, page.partition('://')[2])}\n"
        f"2. Enter this code there: `{escape(user_code)}`\n"
        f"It is good until {until}. I tell you here when it is done."
    )
    return Shown(f"{text}\n{WARNING}", (section(text), section(f":warning: {WARNING}"), context(ASKED_FOR)))


def proven(host: str, account: str, *, named: str) -> Shown:
    ours = f"*{escape(account)}* at {escape(host)} is your Git account now. Changes you ask for there carry its name."
    wins = f" The handbook names you as *{escape(named)}*, and that one is used as long as it stands there."
    return _plain(ours + (wins if named else "") + " `link` shows it, and takes it back.")


def forgotten(host: str) -> Shown:
    return _plain(
        f"Done. I do not know your account at {escape(host)} any more. What was changed with it stays as it is."
    )


def refusal(reason: str) -> Shown:
    return _plain(reason)


def choice_id(choice: str) -> str:
    return f"{PREFIX}{choice}"


def read_choice(action_id: str) -> str:
    """Raises PayloadMalformed for an id that is none of ours."""
    choice = action_id.removeprefix(PREFIX).partition(":")[0]
    if not action_id.startswith(PREFIX) or choice not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return choice


def _named(named: str) -> list[str]:
    return [f"The handbook names you as *{escape(named)}*: that one is used, whatever you prove here."] if named else []


def _line(each: Standing) -> str:
    host = escape(each.host)
    if each.proven:
        return f"• {host}: *{escape(each.proven)}*, proven on {each.on}"
    return f"• {host}: not linked"


def _nowhere(known: Sequence[Standing]) -> list[str]:
    if any(each.is_open for each in known):
        return []
    nowhere = "None of the handbook's repositories is at a host where an account can be proven."
    return [f"{nowhere} The platform team can name yours under `git_accounts` in people.yaml."]


def _buttons(each: Standing) -> Json | None:
    host, shown = each.host[:HOST_MOST], clip(each.host, 50)
    begin = button(f"Link {shown}", action_id=choice_id(BEGIN), value=host)
    anew = button("Link another", action_id=choice_id(BEGIN), value=host)
    forget = button(f"Unlink {shown}", action_id=choice_id(FORGET), value=host)
    buttons = [anew if each.proven else begin] * each.is_open + [forget] * bool(each.proven)
    return actions(f"{PREFIX}{host}", buttons) if buttons else None


def _plain(text: str) -> Shown:
    return Shown(text, (section(text),))
