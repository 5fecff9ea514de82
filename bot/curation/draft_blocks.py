"""Shows drafts, what became of them, and what is asked of those who wrote the words; and reads the presses."""

from bot.blockkit import Shown, actions, button, clip, code, context, escape, link, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose

OPEN, OPEN_NAMED, NOT_NOW = "curation.draft.open", "curation.draft.open_named", "curation.draft.not_now"
NAME_ME, NAME_NOBODY = "curation.draft.name_me", "curation.draft.name_nobody"
MAKE, DECLINE, NEVER = "curation.draft.make", "curation.draft.decline", "curation.draft.never"
CHOICES = {
    OPEN: "open",
    OPEN_NAMED: "open named",
    NOT_NOW: "not now",
    NAME_ME: "name me",
    NAME_NOBODY: "name nobody",
    MAKE: "make",
    DECLINE: "decline",
    NEVER: "never",
}

DRAFT = MessageKind(
    "draft for the handbook",
    Purpose.ASKED,
    "the person who wants it, only visible to them; as a DM when that fails",
    "*Save as knowledge* on a message, *Draft it* under an offer, *Draft an article* or *Draft an action* beside a gap",
    "once a request",
    "it only answers what you do",
)
OFFER = MessageKind(
    "offer to draft",
    Purpose.UNASKED,
    "the person whose reply solved a question in a public watched channel, as a DM in working hours",
    "the asker set a check mark, and no article answers the question; not where the bot is in `shadow`",
    "once a thread, within the budget of unasked messages",
    "*Less of this* under it, or *Count me out* in `settings`",
)
CREDIT = MessageKind(
    "question about naming",
    Purpose.UNASKED,
    "the person whose reply a draft is made from, as a DM",
    "somebody else made the draft; without an answer nobody is named",
    "once a draft, within the budget of unasked messages",
    "*Less of this* under it, or *Count me out* in `settings`",
)
PROPOSED = MessageKind(
    "proposal to the handbook",
    Purpose.OWED,
    "the platform channel",
    "somebody opened a pull request for an article, for its review date, for an action, a success story or a bet",
    "once a proposal",
    "take `platform_channel` out of `channels.yaml`",
)
DOCUMENTED = MessageKind(
    "now documented",
    Purpose.OWED,
    "the thread that the article was made from; where the bot is in `shadow`, who opened the pull request",
    "its pull request was merged",
    "once a thread",
    "it only follows a pull request that people merged",
)
DOCUMENTED_TOO = MessageKind(
    "now documented, for who asked too",
    Purpose.OWED,
    "the thread of a question that waits for a response; not where the bot is in `shadow`",
    "an article was merged that fills the gap the question is in",
    "once a question",
    "it only follows a pull request that people merged",
)
PROPOSAL_CLOSED = MessageKind(
    "proposal closed",
    Purpose.OWED,
    "the person who opened it, as a DM",
    "the pull request was closed without being merged",
    "once a proposal",
    "it only follows what you opened",
)
KINDS = (DRAFT, OFFER, CREDIT, PROPOSED, DOCUMENTED, DOCUMENTED_TOO, PROPOSAL_CLOSED)

LOOK_WELL = (
    "Names, ids, e-mail addresses and secrets that I recognised are taken out. Please check it yourself: "
    "it goes into Git as it stands here. Nothing is in the handbook until somebody merges it."
)


def draft(text: str, draft_id: str, *, file: str, is_own: bool, was_asked: bool, has_repository: bool) -> Shown:
    """The draft as it would be proposed. `is_own`: the reader wrote the reply; `was_asked`: who did is asked first."""
    head = f"A draft from this thread, which only you see. It would become `{escape(file)}`."
    credit = "The person who answered is asked whether I may name them; without an answer nobody is named."
    buttons = [_button("Open pull request" if has_repository else "Give me the file", OPEN, draft_id, style="primary")]
    buttons += [_button("Open, naming me", OPEN_NAMED, draft_id)] if is_own and has_repository else []
    buttons += [_button("Not now", NOT_NOW, draft_id)]
    notes = [LOOK_WELL] + [credit] * was_asked
    return Shown(head, (section(head), *code(text), context(" ".join(notes)), actions("curation.draft", buttons)))


def offer(permalink: str, draft_id: str) -> Shown:
    text = (
        f"Your reply solved {link(permalink, 'this question')}, and no article answers it. "
        "Shall I draft one from the thread? You see it before anybody else does."
    )
    return Shown(text, (section(text), actions("curation.draft", [
        _button("Draft it", MAKE, draft_id, style="primary"),
        _button("Not now", DECLINE, draft_id),
        _button("Less of this", NEVER, draft_id),
    ])))  # fmt: skip


def may_i_name_you(permalink: str, draft_id: str) -> Shown:
    text = (
        f"A colleague made a draft for the handbook from your reply in {link(permalink, 'this thread')}. "
        "May I name you as the source? Your name would stand in Git, from where I cannot take it away. "
        "If you do nothing, nobody is named."
    )
    return Shown(text, (section(text), actions("curation.draft", [
        _button("Name me", NAME_ME, draft_id, style="primary"),
        _button("Name nobody", NAME_NOBODY, draft_id),
        _button("Less of this", NEVER, draft_id),
    ])))  # fmt: skip


def by_hand(text: str, *, file: str) -> Shown:
    """For a handbook that is a folder: nothing can be proposed to it."""
    head = (
        f"Your handbook is a folder, not a Git repository, so I cannot propose a change to it. "
        f"Add this by hand as `{escape(file)}`:"
    )
    return Shown(head, (section(head), *code(text)))


def proposed(title: str, *, branch: str, url: str, excerpt: str) -> Shown:
    """For the platform channel: what lies before the reviewers."""
    named = link(url, title) if url else f"{escape(clip(title, 200))} on the branch `{escape(branch)}`"
    head = f"A proposal for the handbook: {named}."
    who = "Whoever may merge in the handbook's repository decides. I never merge."
    return Shown(head, (section(head), *code(excerpt, most=1), context(who)))


def opened(*, branch: str, url: str, is_told: bool) -> Shown:
    where = link(url, "the pull request") if url else f"a proposal on the branch `{escape(branch)}`"
    return said(f"Opened: {where}." + " Once it is merged, I say so." * is_told)


def proposed_before(*, branch: str, url: str) -> Shown:
    where = link(url, "a pull request") if url else f"a proposal on the branch `{escape(branch)}`"
    return said(f"There is {where} for this already.")


def request_text(permalink: str) -> str:
    """What stands in the pull request, in Markdown."""
    return (
        f"Drafted from [a thread in Slack]({permalink}) at the request of a colleague.\n\n"
        "Nobody has checked it yet. Please see that it is right and holds nothing that should not be here, "
        "fill in `owner` and `reviewed`, then merge or close it."
    )


def documented(title: str, *, url: str, file: str, credit: str) -> Shown:
    """For the thread."""
    where = link(url, title) if url else f"{escape(clip(title, 200))} (`{escape(file)}`)"
    thanks = f" Answered by {escape(credit)}." if credit else ""
    return said(f"Now documented: {where}.{thanks}")


def closed(title: str, *, url: str) -> Shown:
    named = link(url, title) if url else escape(clip(title, 200))
    why = " Its reviewers say why there." if url else ""
    return said(f"Your proposal for the handbook, {named}, was closed without being merged.{why}")


def said(text: str) -> Shown:
    """Slack's own mark-up, made here."""
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """What the button says. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]


def _button(text: str, action_id: str, draft_id: str, *, style: str | None = None) -> Json:
    return button(text, action_id=action_id, value=draft_id, style=style)
