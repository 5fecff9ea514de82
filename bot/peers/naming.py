"""Reads whom a message of an export is to where its writer typed a name in place of a mention. Pure.

An export lists people's names; only names of those who wrote in the channel shortly before are looked for, since names
can be words. Live messages name people by mentions, and Mentor keeps no names.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping

from bot.model import Json, Message

REMEMBERED = 60  # messages
# Of three letters or more: shorter ones are words too often.
_FIRST = re.compile(r"@?([^\s,:;>|]{3,80})")
_COMMANDED = re.compile(r"![^\s|>][^|>]*[|>]\s*@?(\S{3,80})\s*$")  # "!docs | ada": a bot is to tell her


def names_of(users: Iterable[Json]) -> dict[str, str]:
    """User ids by handle and by display name, in lower case; a name that two people share is nobody's."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for user in users:
        profile = user.get("profile")
        display = profile.get("display_name") if isinstance(profile, dict) else None
        user_id = user.get("id")
        for name in {each.lower() for each in (user.get("name"), display) if isinstance(each, str) and each}:
            if isinstance(user_id, str) and found.setdefault(name, user_id) != user_id:
                shared.add(name)
    return {name: user_id for name, user_id in found.items() if name not in shared}


class Addressing:
    """Of one channel, in its order."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._wrote: deque[str] = deque(maxlen=REMEMBERED)

    def of(self, message: Message) -> str | None:
        """The user id of whom it names, at its beginning or for a command; None where it mentions somebody."""
        named = None
        if self._names and not message.author.is_bot and "<@" not in message.text:
            known = (self._names[name] for name in _candidates(message.text) if name in self._names)
            named = next((each for each in known if each in self._wrote and each != message.author.user_id), None)
        self._wrote.append(message.author.user_id)
        return named


def _candidates(text: str) -> Iterable[str]:
    plain = text.strip().replace("&gt;", ">")
    for found in (_COMMANDED.match(plain), _FIRST.match(plain)):
        if found:
            yield found[1].lower().rstrip(".!?-")
