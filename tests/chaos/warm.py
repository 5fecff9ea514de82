"""What a bot loads at its start and keeps, loaded once before bots are forked off: hundreds are started.

Nothing here leaves a thread or a connection, which a fork would not take along.
"""

import importlib

from bot.calendar import regions_of
from bot.handbook import EMBEDDED
from bot.storage import migrate
from knowledge.loader import load

LATE = (  # what is imported where it is first needed
    "aiosqlite",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.date",
    "apscheduler.triggers.interval",
    "encodings.ascii",
    "encodings.utf_8_sig",
    "psycopg",
    "slack_bolt.listener_matcher.async_builtins",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "tzdata.zoneinfo",
)

for name in LATE:
    importlib.import_module(name)
load(EMBEDDED)  # each article's text is read once
migrate.head()
regions_of("GB")
