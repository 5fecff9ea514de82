"""For whom an article is written."""

from enum import StrEnum


class Audience(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"  # our own people, in private: never in a channel, never to guests
    PLATFORM = "platform"  # the platform team only, in private
