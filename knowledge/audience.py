"""For whom an article is written."""

from enum import StrEnum


class Audience(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"  # our own people only, never in channels shared with other companies
    PLATFORM = "platform"  # the platform team only
