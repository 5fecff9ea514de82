"""A capability is offered, used and mandated while the bot runs on a handbook in Git; the platform team sees it."""

import json
from dataclasses import replace
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bot.config import HookSettings, Secret, Settings
from bot.storage.schema import capability_marks, contributions
from bot.wanted import Due
from sandbox import Sandbox
from tests.git.remote import make_remote
from tests.handlers.by_http import free_port
from tests.handlers.test_webhooks import KEY, signed
from tests.journeys.handbook import ARTICLES, CHANNELS, PEOPLE
from tests.journeys.office import at_work
from tests.journeys.test_home import home_of

CAPABILITY = """\
- id: buckets
  title: Buckets
  owner: platform_team
  status: {status}
  since: 2025-01-06
  teams: all
  counts_as_use: a bucket
  built_from: {{what: ours, because: so}}
"""
TEAMS = "".join(f"  team-{number}: {{{{members: [U0TEAM{number}]}}}}\n" for number in range(6)).format()
OPTIONAL = CAPABILITY.format(status="optional") + "  alternative: an own account\n"
FILES = {
    "people.yaml": f"{PEOPLE}teams:\n{TEAMS}",
    "channels.yaml": CHANNELS,
    "capabilities.yaml": OPTIONAL,
    **{f"articles/{name}": text for name, text in ARTICLES.items()},
}


async def test_what_is_told_seen_and_merged_is_in_the_platform_teams_home(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit(FILES)
    heard = replace(
        settings, handbook=remote.address, http_port=free_port(), hooks=HookSettings(use_hmac_key=Secret(KEY))
    )
    async with at_work(sandbox, heard) as office, aiohttp.ClientSession() as session:
        at = office.mentor.clock.now().isoformat()
        for team in ("team-1", "team-2", "team-2"):
            body = json.dumps({"id": f"{team} today", "capability": "buckets", "team": team, "at": at}).encode()
            url = f"http://127.0.0.1:{heard.http_port}/hooks/use"
            async with session.post(url, data=body, headers=signed(body)) as response:
                assert (response.status, await response.text()) == (200, "")
        before = await home_of(office, "maya")
        remote.commit(FILES | {"capabilities.yaml": CAPABILITY.format(status="mandated")})
        await office.mentor.read_handbook()
        await office.mentor.adoption.contributions.read(Due("adoption:now", at))
        after, others = await home_of(office, "maya"), await home_of(office, "priya")

        assert "Buckets (optional): teams that chose it, of those that could: 33 % of 6 (10 % to 70 %)" in before
        assert "not measured (handbook: not read yet)" in before
        # changed on the very day it was first seen: so it was never seen to be free
        assert "Buckets (mandated): there never was a choice (6 teams could use it); without a choice" in after
        assert "from outside the team: too few to say" in after  # and no more "not measured"
        assert "Buckets" not in others
        async with office.mentor.database.read() as tx:
            marks = (await tx.execute(select(capability_marks.c.status).order_by(capability_marks.c.status))).all()
            read = (await tx.execute(select(contributions.c.repository, contributions.c.days))).all()
    assert [row.status for row in marks] == ["mandated"]
    assert [row.repository for row in read] == [""]
    assert [sum(counts) for counts in read[0].days.values()] == [1]  # its commits of the test have no parents
