"""Which articles may be shown where, and to whom: asked anew each time, as rights and articles change."""

from bot.model import Profile
from bot.people import PeopleService
from knowledge.article import Audience

PUBLIC = frozenset({Audience.PUBLIC})


async def audiences(people: PeopleService, profile: Profile, *, is_private: bool) -> frozenset[Audience]:
    """In channels public articles alone, in private what the person may see; guests see public ones everywhere."""
    if not is_private or profile.is_guest:
        return PUBLIC
    if await people.is_platform(profile.user_id):
        return frozenset(Audience)
    return frozenset({Audience.PUBLIC, Audience.INTERNAL})
