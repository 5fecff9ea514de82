"""Which stage of delivery words are about, and which capability."""

import pytest

from bot.errors import PayloadMalformed
from bot.friction import Origin, SaidIn, Stage, read_origin
from bot.listening.rules import capability_in, guessed_stage
from tests.listening.desk import BUCKETS


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("the dev container takes an hour to start on my laptop", Stage.CODE),
        ("builds are slow, and the cache never hits", Stage.BUILD),
        ("our e2e tests are flaky again", Stage.TEST),
        ("I waited three days for an approval of my PR", Stage.REVIEW),
        ("the rollout hangs in Argo CD and nobody can roll it back", Stage.DEPLOY),
        ("nobody finds the logs when we are on-call", Stage.OPERATE),
        ("everything is just tiring", Stage.UNSURE),
        ("the latest builder of my house", Stage.UNSURE),
        ("", Stage.UNSURE),
        ("deploy waits for the test", Stage.DEPLOY),
        ("a test waits for the deploy", Stage.TEST),
    ],
)
def test_a_stage_is_read_from_the_words(text: str, stage: Stage) -> None:
    assert guessed_stage(text) is stage


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the object storage is slow", "object-storage"),
        ("object-storage is slow", "object-storage"),
        ("storage is slow", ""),
        ("", ""),
    ],
)
def test_a_capability_is_known_by_all_words_of_its_name(text: str, found: str) -> None:
    assert capability_in(text, [BUCKETS]) == found


@pytest.mark.parametrize("origin", [Origin(), Origin(SaidIn.ANSWER, "a1"), Origin(SaidIn.MESSAGE, "C1:1.2")])
def test_an_origin_comes_back_as_it_was_written(origin: Origin) -> None:
    assert read_origin(str(origin)) == origin


@pytest.mark.parametrize("value", ["", "words", "other:a", "message:a b", f"answer:{'x' * 101}"])
def test_an_origin_of_no_form_of_ours_is_refused(value: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_origin(value)
