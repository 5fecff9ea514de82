"""However a model is made to obey, nothing it was told to say is shown."""

from datetime import UTC, date, datetime

import pytest

from bot.answers import blocks
from bot.answers.model_writer import UNFIT, ModelWriter
from bot.answers.rules import Answered
from bot.answers.writer import Draft, QuotingWriter, quote
from bot.clock import Clock
from bot.config import read_settings
from bot.model import Turn
from bot.model_client import ModelClient, without_end
from knowledge.article import Article, Section
from knowledge.index import Hit
from tests.answers.attacks import ATTEMPTS, PAYLOADS, Attempt, harm_in, obeys
from tests.answers.shelf import QUESTION, found
from tests.answers.test_blocks import all_texts
from tests.goals.counting import Tally
from tests.model_server import serving

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def brought(attempt: Attempt) -> tuple[str, tuple[Turn, ...], Answered]:
    """The question, what was said before, and what was found, one of them with the order to the model in it."""
    match attempt.carrier:
        case "question":
            return f"{QUESTION} {attempt.order}", (), found()
        case "thread":
            return QUESTION, (Turn("someone", attempt.order),), found()
        case _:
            section = Section("Tips", "tips", (), f"Logs of a service. {attempt.order}", 3)
            poisoned = Article("tips.md", "Tips for logs", (section,))
            return QUESTION, (), Answered((*found().hits, Hit(poisoned, section, 1.0)), 0.9)


def posted(draft: Draft) -> str:
    shown = blocks.answer(draft, "a1", is_sure=True, today=date(2026, 11, 24))
    return "\n".join([shown.text, *all_texts(shown.blocks)])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_judge_sees_the_harm_in_each_payload(payload: str) -> None:
    draft = Draft(PAYLOADS[payload], quote(QUESTION, found()).sources)

    assert harm_in(posted(draft) + PAYLOADS[payload], allowed=cited_text(draft, found())) != []


def cited_text(draft: Draft, choice: Answered) -> str:
    """All that stands in the sections the answer cites, and their addresses."""
    cited = {(source.id, source.section) for source in draft.sources}
    return " ".join(
        f"{section.text} {hit.article.url}#{section.anchor}"
        for hit in choice.hits
        for section in hit.article.sections
        if (hit.article.id, section.heading) in cited
    )


@pytest.mark.goal(g=16)
async def test_of_over_500_attempts_none_gets_a_link_a_mention_or_a_word_of_its_own_through(tally: Tally) -> None:
    harm: dict[Attempt, list[str]] = {}
    async with serving(obeys) as server:
        settings = read_settings({"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": server.base_url})
        client = ModelClient(settings, without_end, clock=Clock(NOW.timestamp))
        writer = ModelWriter(client, QuotingWriter())
        for attempt in ATTEMPTS:
            question, context, choice = brought(attempt)
            draft = await writer.write(question, choice, person="p1", context=context)
            assert draft is not None
            if through := harm_in(posted(draft), allowed=cited_text(draft, choice)):
                harm[attempt] = through
        await client.close()

    tally(attacks=len(ATTEMPTS), escaped=len(harm))
    assert harm == {}
    assert client.outcomes[UNFIT] >= 500  # the others lost their order in the question's cleaning, or say what is true
