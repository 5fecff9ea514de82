"""A survey of the demo's company that closed before the demo begins: some of it may be shown, and some may not.

Who said what is made up here. It is put in as an open wave holds it, and closed as every wave is.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.app import new_key
from bot.clock import Clock
from bot.demo.company import GROUPS, PEOPLE
from bot.desk import Desk
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonyms_of
from bot.storage.surveys import ASKED, AnswerRow, Invitation, Wave
from bot.surveys import definition, rules
from bot.surveys.closing import ClosingService
from bot.surveys.frames import OTHER, PLATFORM
from bot.surveys.sampling import Strata
from bot.wanted import ClosingWave

SURVEY = "platform-pulse"
OPENED_AT, CLOSES_AT = datetime(2026, 10, 26, 6, tzinfo=UTC), datetime(2026, 11, 3, 17, 30, tzinfo=UTC)

# Of each who answered the score, what would help most (by its place), and what they wrote.
WHO_ASKED: dict[str, tuple[int, int, str]] = {
    "U0PRIYA": (4, 0, "Waiting for builds costs me an hour each morning."),
    "U0JONAS": (2, 0, "Builds: the waiting is too long in the morning."),
    "U0AMARA": (4, 2, ""),
    "U0LICHEN": (5, 4, "Nadia Rahman and the database guide saved my week."),
    "U0MARTA": (3, 0, "Too long a wait for builds, mostly in the morning."),
    "U0SAMIR": (4, 1, ""),
    "U0FATIMA": (4, 0, ""),
    "U0YUKI": (2, 0, ""),
    "U0HANNES": (5, 3, ""),
}
WHO_DID_NOT: dict[str, tuple[int, int, str]] = {
    "U0MAYA": (4, 4, ""),
    "U0ELLEN": (3, 1, ""),
    "U0OWEN": (4, 0, ""),
    "U0LUCIA": (1, 1, ""),
    "U0NADIA": (3, 2, ""),
}
ANSWERS = WHO_ASKED | WHO_DID_NOT


async def furnish_survey(desk: Desk) -> None:
    """The wave, with everybody asked and most answers given, closed on its day."""
    survey = desk.shelf.library.handbook.survey(SURVEY)
    assert survey is not None, "the embedded handbook has it"
    everybody = replace(survey, share=1.0)  # a quarter of so few would say nothing
    key = new_key()
    wave = Wave(
        id=desk.new_id(),
        survey=SURVEY,
        slot=rules.week_of(OPENED_AT.date()),
        definition=definition.to_json(everybody),
        revision=desk.shelf.library.handbook.revision,
        seed=new_key(),
        key=key,
        frame=len(PEOPLE),
        state=rows.OPEN,
        opened_at=OPENED_AT,
        closes_at=CLOSES_AT,
    )
    helps, satisfied = survey.questions[1], survey.questions[0].name

    def answered(person: str, user_id: str) -> AnswerRow:
        score, place, words = ANSWERS[user_id]
        scores = {satisfied: score, helps.name: helps.choices[place]}
        return AnswerRow(wave.id, rules.tag(key, person), scores, words, _strata(user_id).to_json())

    async def unit(tx: Tx) -> None:
        await rows.open_wave(tx, wave)
        persons = await pseudonyms_of(tx, list(PEOPLE), now=OPENED_AT, new_id=desk.new_id)
        await rows.invite(tx, _invitations(wave.id, [(persons[each], each) for each in PEOPLE]))
        for each in ANSWERS:
            await rows.put_answer(tx, answered(persons[each], each))

    await desk.database.write(unit)
    then = replace(desk, clock=Clock(CLOSES_AT.timestamp))
    await ClosingService(then, new_key=new_key).close(ClosingWave(wave.id, wave.id))


def _invitations(wave_id: str, people: Sequence[tuple[str, str]]) -> list[Invitation]:
    return [
        Invitation(
            wave_id,
            person,
            OPENED_AT,
            state=ASKED,
            has_answered=user_id in ANSWERS,
            strata=_strata(user_id).to_json(),
        )
        for person, user_id in people
    ]


def _strata(user_id: str) -> Strata:
    teams = {group: who for group, who in GROUPS.values() if not group.startswith("platform")}
    team = next((group for group, who in teams.items() if user_id in who), None)
    role = PLATFORM if user_id in GROUPS["S0PLATFORM"][1] else OTHER
    return Strata(team, role, asker=user_id in WHO_ASKED, new=False)
