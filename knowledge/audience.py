"""For whom an article is written."""

from enum import StrEnum


class Audience(StrEnum):
    PUBLIC = "public"
    # Never to guests, and in a channel only if it is private and `channels.yaml` says so.
    INTERNAL = "internal"  # our own people, in private
    PLATFORM = "platform"  # the platform team only, in private
