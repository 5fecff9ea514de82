"""The ten main journeys on the sandbox's page, as people see them: by roles and names, in a real Chromium.

The bot is the real one. Each journey is walked in one look in every run and in all four (light and dark, 1280 and
390 px) in long ones. At its main state axe finds nothing grave, and the browser complains of nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser import NEEDS_CHROMIUM, Look, Seat, Windows, looks, windows
from tests.journeys.company import copy_handbook, make_live
from tests.journeys.office import Office, at_work, new_sandbox, settings_in
from tests.journeys.test_pulse import MONDAY, PULSE, QUESTION, asked

pytestmark = [pytest.mark.asyncio(loop_scope="module"), *NEEDS_CHROMIUM]

LOGS = "how do I see the logs of my service?"
BACKUP = "how do I restore a database backup?"
ASKERS = {  # one in each look
    "light-1280": "Jonas Weber",
    "dark-390": "Yuki Tanaka",
    "dark-1280": "Owen Price",
    "light-390": "Hannes Vogt",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """The bot at work in the demo's company, with a survey that is due on Wednesday. It is Monday, nine o'clock."""
    folder = tmp_path_factory.mktemp("company")
    handbook = copy_handbook(folder / "handbook", make_live(folder / "live.git").address)
    for survey in (handbook / "surveys").iterdir():
        survey.unlink()  # nobody is asked by two of them in one week
    (handbook / "surveys" / "platform-pulse.yaml").write_text(PULSE)
    async with new_sandbox(starts_at=MONDAY) as sandbox:
        url = f"sqlite+aiosqlite:///{folder / 'mentor.db'}"
        settings = settings_in(sandbox, folder / "data", database_url=url, handbook=handbook)
        async with at_work(sandbox, settings) as office:
            yield office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[Windows]:
    async with windows() as opened:
        yield opened


@asynccontextmanager
async def seat_of(opened: Windows, office: Office, look: Look) -> AsyncIterator[Seat]:
    """Nothing is left to complain about where the journey ends."""
    seat = Seat(await opened(look), office.sandbox.url, look)
    yield seat
    assert seat.complaints == []
    await seat.leave()


@pytest.mark.parametrize("look", looks(0))
async def test_a_question_in_a_channel_gets_an_answer_with_its_source(
    opened: Windows, office: Office, look: Look
) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit(_name(look), "C0ASKPLAT")
        await seat.write(LOGS)
        await _asked(seat, look).get_by_role("button", name="1 reply").click()

        answer = seat.thread.get_by_role("article").last
        await expect(answer).to_contain_text("Mentor")
        await expect(answer).to_contain_text("owner platform-observability")
        await answer.get_by_role("button", name="That solved it").click()
        await expect(answer).to_contain_text("Solved, says the person who asked")
        assert await seat.flaws() == []


@pytest.mark.parametrize("look", looks(1))
async def test_what_is_asked_next_in_the_thread_is_answered_there(opened: Windows, office: Office, look: Look) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit(_name(look), "C0RANDOM")
        box = seat.page.get_by_role("textbox", name="Message #random")
        await box.press_sequentially("@ment")
        await expect(seat.page.get_by_role("option", name="@mentor")).to_have_attribute("aria-selected", "true")
        await box.press("Tab")
        await box.press_sequentially(LOGS)
        await box.press("Enter")
        await _asked(seat, look).get_by_role("button", name="1 reply").click()
        await seat.write(f"thanks, and {BACKUP}", "Reply…")

        await expect(seat.thread.get_by_role("article")).to_have_count(4)
        await expect(seat.thread.get_by_role("article").last).to_contain_text("owner platform-data")


@pytest.mark.parametrize("look", looks(2))
async def test_a_direct_message_is_answered_in_a_message_that_grows(
    opened: Windows, office: Office, look: Look
) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit(_name(look), "C0ASKPLAT")
        await seat.go("Mentor")
        await seat.page.get_by_role("tab", name="Messages").click()
        await seat.write(LOGS)
        await _asked(seat, look).get_by_role("button", name="1 reply").click()

        await expect(seat.thread.get_by_role("article").last).to_contain_text("owner platform-observability")
        await expect(seat.thread).not_to_contain_text("is writing …")
        assert await seat.flaws() == []
        assert "stream_start" in {each.kind for each in office.sandbox.ledger.effects}


@pytest.mark.parametrize("look", looks(3))
async def test_a_command_is_completed_and_answered_to_one_person_alone(
    opened: Windows, office: Office, look: Look
) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit("owen", "C0DEPLOYS")
        box = seat.page.get_by_role("textbox", name="Message #deploys")
        await box.press_sequentially("/pl")
        await expect(seat.page.get_by_role("option", name="/platform")).to_be_visible()
        assert await seat.flaws() == []
        await box.press("Enter")
        await expect(box).to_have_value("/platform ")
        await box.press_sequentially("human")
        await box.press("Enter")

        await expect(seat.messages.last).to_contain_text("Only visible to you")
        await seat.act_as("Lucia Ferrer")
        await expect(seat.page.get_by_text("Only visible to you")).to_have_count(0)


@pytest.mark.parametrize("look", looks(4))
async def test_a_form_says_what_is_wrong_at_its_field_and_takes_it_mended(
    opened: Windows, office: Office, look: Look
) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit("samir", "C0ASKPLAT")
        await _fill_in(seat, f"Logs {look.name}!", "dev")

        wrong = seat.form("Create a storage bucket").get_by_role("textbox", name="Bucket name")
        await expect(wrong).to_have_attribute("aria-invalid", "true")
        await expect(wrong).to_be_focused()
        assert await seat.flaws() == []
        await wrong.fill(f"logs-{look.name}")
        await wrong.press("Enter")
        await expect(seat.form("Create a storage bucket")).to_be_hidden()


@pytest.mark.parametrize("look", looks(5))
async def test_what_one_asks_for_another_approves(opened: Windows, office: Office, look: Look) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit("priya", "C0ASKPLAT")
        await _fill_in(seat, f"receipts-{look.name}", "prod")
        await expect(seat.form("Create a storage bucket")).to_be_hidden()
        await seat.act_as("Maya Lind")
        await seat.go("platform-team")

        card = seat.message(f"receipts-{look.name}")
        await expect(card).to_contain_text("Priya Nair asks")
        await card.get_by_role("button", name="Approve").click()
        await expect(card).to_contain_text("Agreed: Maya Lind")
        assert await seat.flaws() == []


@pytest.mark.parametrize("look", looks(6))
async def test_the_apps_home_shows_what_one_may_do(opened: Windows, office: Office, look: Look) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit("fatima", "app")
        await seat.page.get_by_role("tab", name="Home").click()

        home = seat.page.get_by_role("region", name="Home")
        await expect(home.get_by_role("heading").first).to_be_visible()
        await expect(home.get_by_role("button").first).to_be_visible()
        assert await seat.flaws() == []


@pytest.mark.parametrize("look", looks(7))
async def test_a_shortcut_on_a_message_opens_a_form_about_it(opened: Windows, office: Office, look: Look) -> None:
    async with seat_of(opened, office, look) as seat:
        office.person("li").say("random", f"{look.name}: the builds are slow again")
        await seat.sit("maya", "C0RANDOM")
        await seat.choose(seat.message(look.name), "More actions", "Log as friction")

        form = seat.form("Log what was hard")
        await form.get_by_role("textbox", name="What was hard?").fill("Every build takes an hour")
        await form.get_by_role("combobox", name="At which stage?").select_option("building")
        assert await seat.flaws() == []
        await form.get_by_role("button", name="Log").click()
        await expect(form).to_be_hidden()
        await seat.go("Mentor")
        await seat.page.get_by_role("tab", name="Messages").click()
        await expect(seat.messages.last).to_contain_text("Every build takes an hour")


@pytest.mark.parametrize("look", looks(8))
async def test_one_reacts_to_a_message_mends_ones_own_and_takes_it_away(
    opened: Windows, office: Office, look: Look
) -> None:
    async with seat_of(opened, office, look) as seat:
        await seat.sit("nadia", "C0RANDOM")
        await seat.write(f"It wroks in {look.name}")
        mine = seat.message(f"in {look.name}")
        await seat.choose(mine, "Add reaction", "tada")
        await expect(mine.get_by_role("button", name="tada: Nadia Rahman")).to_have_attribute("aria-pressed", "true")

        await seat.choose(mine, "More actions", "Edit message")
        await seat.write(f"It works in {look.name}", "Edit message")
        await expect(mine).to_contain_text(f"It works in {look.name}(edited)")
        assert await seat.flaws() == []

        await seat.choose(mine, "More actions", "Delete message")
        await seat.form("Delete message").get_by_role("button", name="Delete").click()
        await expect(seat.messages.filter(has_text=f"in {look.name}")).to_have_count(0)


@pytest.mark.parametrize("look", looks(9))
async def test_a_pulse_is_answered_by_one_press_and_said_more_of_in_a_form(
    opened: Windows, office: Office, look: Look
) -> None:
    async with seat_of(opened, office, look) as seat:
        if not any(each.text == QUESTION for each in office.told("marta")):
            await asked(office)
        await seat.sit("marta", "app")
        await seat.page.get_by_role("tab", name="Messages").click()
        question = seat.message(QUESTION)
        await question.get_by_role("button", name="4", exact=True).click()
        await question.get_by_role("button", name="Say more").click()

        form = seat.page.get_by_role("dialog")
        await form.get_by_role("textbox", name="What is missing?").fill("Faster builds")
        assert await seat.flaws() == []
        await form.get_by_role("button", name="Send").click()
        await expect(form).to_be_hidden()
        await expect(question).to_contain_text("Thank you")


def _name(look: Look) -> str:
    return ASKERS[look.name].split()[0].lower()


def _asked(seat: Seat, look: Look) -> Locator:
    """The look's own asker's question."""
    return seat.messages.filter(has_text=LOGS).filter(has_text=ASKERS[look.name]).last


async def _fill_in(seat: Seat, name: str, environment: str) -> None:
    """Opens the form of a bucket by the command, fills it in and sends it."""
    await seat.write("/platform run bucket")
    form = seat.form("Create a storage bucket")
    await form.get_by_role("textbox", name="Bucket name").fill(name)
    await form.get_by_role("combobox", name="Environment").select_option(environment)
    await form.get_by_role("combobox", name="Team").select_option("payments")
    await form.get_by_role("button", name="Ask for it").click()
