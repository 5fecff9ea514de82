"""`mentor rehearse`: past questions against today's handbook, and the thresholds that people's judgements speak for."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command, add_handbook_and_json
from bot.cli.handbook import read_handbook, searched_as_the_bot_does
from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answers.rehearsal import Rehearsal
    from bot.answers.rules import Thresholds
    from bot.answers.tuning import Judged, Proposal
    from bot.curation.gap_preview import PastGap

GAPS_MOST = 10
WORDS_MOST = 90  # characters of a question on its line


def add(commands: Commands) -> None:
    rehearse = add_command(
        commands, "rehearse", _rehearse, "past questions against today's handbook; nothing is sent, nothing is kept"
    )
    rehearse.add_argument("--since", metavar="D", default="90d", help="a day, or so long ago: 2026-11-02, 90d, 4w")
    rehearse.add_argument("--page", type=Path, metavar="F.yaml", help="write twenty answers there, for people to judge")
    rehearse.add_argument("--judged", type=Path, metavar="F.yaml", help="such a page, filled in")
    add_handbook_and_json(rehearse)


def _rehearse(options: argparse.Namespace) -> int:
    from bot.answers import rehearsal_page
    from bot.answers.rehearsal import HEADER

    judged = rehearsal_page.read(options.judged) if options.judged else ()
    rehearsal, in_shadow, today = asyncio.run(_played(options))
    complain([HEADER])
    judged = (*judged, *in_shadow)
    proposal = _proposed(judged, today)
    if options.page:
        options.page.write_text(rehearsal_page.written(rehearsal.page()))
        complain([f"{len(rehearsal.page())} answers to judge are in {options.page}"])
    gaps = _gaps(rehearsal)
    if options.json:
        thresholds = proposal.to_json() if proposal else None
        told = [{"example": gap.example, "n": gap.count} for gap in gaps]
        print(json.dumps({**rehearsal.to_json(), "gaps": told, "judged": len(judged), "thresholds": thresholds}))
    else:
        print("\n".join([*_in_words(rehearsal), *_gaps_in_words(gaps), *_proposal_in_words(proposal, judged, today)]))
    return 0


async def _played(options: argparse.Namespace) -> "tuple[Rehearsal, Sequence[Judged], Thresholds]":
    from bot.answers.rehearsal import RehearsalService
    from bot.answers.rules import thresholds
    from bot.library import catalogued
    from bot.peers.window import WindowInvalid, between
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, handbook = read_settings(), await read_handbook(options.handbook)
    try:
        window = between(options.since, None, now=settings.clock.now(), timezone=handbook.channels.timezone)
    except WindowInvalid as error:
        raise SettingsInvalid([f"--since: {error}"]) from error
    database = Database(settings.database_url)
    try:
        await migrate.check_current(database)
        async with searched_as_the_bot_does(settings, await catalogued(handbook)) as (library, vector_of):
            service = RehearsalService(database, library, vector_of)
            return await service.play(window), await service.judged_in_shadow(), thresholds(handbook)
    finally:
        await database.close()


def _gaps(rehearsal: "Rehearsal") -> "Sequence[PastGap]":
    from bot.curation.gap_preview import largest_gaps

    return largest_gaps({each.ts: each.text for each in rehearsal.silent}, most=GAPS_MOST)


def _proposed(judged: "Sequence[Judged]", today: "Thresholds") -> "Proposal | None":
    from bot.answers.tuning import propose

    return propose(judged, today)


def _in_words(rehearsal: "Rehearsal") -> list[str]:
    total = rehearsal.counts()
    if not total.total():
        return ["No question of that time is in the database with its words. `mentor import` reads an export of yours."]
    head = f"{'channel':14} {'questions':>9} {'answered':>9} {'suggested':>9} {'silent':>9}"
    lines = [head]
    for name in (*rehearsal.channels(), "all"):
        counts = total if name == "all" else rehearsal.counts(name)
        told = " ".join(f"{counts[outcome]:>9}" for outcome in ("answered", "suggested", "silent"))
        lines.append(f"{name:14} {counts.total():>9} {told}")
    return lines


def _gaps_in_words(gaps: "Sequence[PastGap]") -> list[str]:
    """What was asked most where nothing was found; nothing when all was."""
    listed = [f"  {gap.count:>4}  {' '.join(gap.example.split())[:WORDS_MOST]}" for gap in gaps]
    return ["", "Asked most, with nothing to answer from (as it was asked first):", *listed, ""] if listed else [""]


def _proposal_in_words(proposal: "Proposal | None", judged: "Sequence[Judged]", today: "Thresholds") -> list[str]:
    from bot.answers.tuning import FEWEST

    now = f"today: answer_at {today.answer_at:g}, suggest_at {today.suggest_at:g}"
    if proposal is None:
        return [f"Thresholds: too few judgements to say ({len(judged)} of {FEWEST}); {now}."]
    said, answered, before = proposal.thresholds, proposal.answered, proposal.before
    right = f"{answered.k} of {answered.n} answers right (today {before.k} of {before.n})"
    return [
        f"Thresholds, from {proposal.n} judgements ({now}):",
        f"  answer_at  {said.answer_at:.2f}: {right}",
        f"  suggest_at {said.suggest_at:.2f}: {proposal.suggested.k} of {proposal.suggested.n} suggestions right",
        "Write them under `answering:` in channels.yaml if they suit you.",
    ]
