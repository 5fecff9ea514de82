"""`mentor rehearse` as scripts rely on it."""

import asyncio
import json
from pathlib import Path

from tests.cli.command import Run
from tests.embeddings.server import about
from tests.embeddings.server import serving as embeddings


def test_a_rehearsal_puts_past_questions_to_the_handbook(mentor: Run, handbook: str, slack_export: Path) -> None:
    channels = Path(handbook) / "channels.yaml"
    channels.write_text(channels.read_text() + "\nkeep_text: 3650 days\n")
    mentor("import", str(slack_export), MENTOR_HANDBOOK=handbook)

    done = mentor("rehearse", "--since", "3660d", "--json", MENTOR_HANDBOOK=handbook)

    told = json.loads(done.out)
    assert (done.status, told["n"]) == (0, told["answered"] + told["suggested"] + told["silent"])
    assert told["n"] > 0
    assert told["thresholds"] is None
    assert [line for line in done.complaints if "do not pass on" in line]


async def test_a_rehearsal_compares_meanings_where_a_model_is_set(
    mentor: Run, handbook: str, slack_export: Path
) -> None:
    channels = Path(handbook) / "channels.yaml"
    channels.write_text(channels.read_text() + "\nkeep_text: 3650 days\n")
    await asyncio.to_thread(mentor, "import", str(slack_export), MENTOR_HANDBOOK=handbook)
    async with embeddings(about) as server:
        model = {"MENTOR_EMBEDDING_MODEL": "m", "MENTOR_EMBEDDING_BASE_URL": server.base_url}

        done = await asyncio.to_thread(
            mentor, "rehearse", "--since", "3660d", "--json", MENTOR_HANDBOOK=handbook, **model
        )

    questions = [text for body in server.asked for text in body["input"] if len(body["input"]) == 1]
    assert len(questions) == json.loads(done.out)["n"] > 0


def test_a_rehearsal_of_no_time_is_misuse(mentor: Run, handbook: str) -> None:
    mentor("db", "upgrade")

    done = mentor("rehearse", "--since", "yesterday", MENTOR_HANDBOOK=handbook)

    assert (done.status, done.out) == (2, "")
    assert done.complaints == [
        "mentor: --since: 'yesterday' is no day and no length of time; write 2026-11-02, 30d or 4w."
    ]
