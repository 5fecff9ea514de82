"""What stands in the pull request and the commit of a request: who asked for what, and who agreed. Pure."""

from collections.abc import Sequence

from bot.actions.blocks import Request
from bot.storage.requests import RequestRow

VALUE_MOST = 200
TITLE_MOST = 120
NAMES_MOST = 10  # of those who agreed, in trailers: hosts of ours take 20
SOMEONE = "Someone"


def title(told: Request) -> str:
    first = next((value for _, value in told.inputs), "")
    return f"{told.title}: {first}"[:TITLE_MOST] if first else told.title[:TITLE_MOST]


def body(told: Request, row: RequestRow) -> str:
    """In Markdown. Names and values are not ours, so they stand as code or plain words."""
    lines = [
        f"{_words(told.name) or SOMEONE} asked for this in Slack (request `{told.id}`, action `{row.action}`).",
        "",
    ]
    lines += [f"- {_words(label)}: `{_code(value)}`" for label, value in told.inputs]
    lines += ["", *(_agreed(told.agreed, row) or ["Nobody had to agree before it was proposed."])]
    fingerprint = (row.digest or "")[:16]
    foot = (
        f"Handbook `{row.revision}`, fingerprint of what was asked `{fingerprint}`. Mentor follows it until it is live."
    )
    lines += ["", foot]
    return "\n".join(lines)


def trailers(told: Request) -> tuple[tuple[str, str], ...]:
    """A name of nothing but signs would be no trailer, and more than a few are not taken."""
    said = [("Requested-by", told.name), *(("Approved-by", name) for name in told.agreed[:NAMES_MOST])]
    return tuple((key, _words(name) or SOMEONE) for key, name in said)


def _agreed(agreed: Sequence[str], row: RequestRow) -> list[str]:
    at = f" on {row.approved_at:%Y-%m-%d %H:%M} UTC" if row.approved_at else ""
    return [f"Agreed to in Slack by {_words(name) or SOMEONE}{at}." for name in agreed]


def _words(text: str) -> str:
    """On one line, without what Markdown or a host would read as more than words: no link, no mention."""
    plain = "".join(each if each.isalnum() or each in " .,'-()/" else " " for each in text)
    return " ".join(plain.split())[:VALUE_MOST]


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").split())[:VALUE_MOST]
