"""What people press under notices and incidents, and the forms of the latter."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model import Json
from bot.notices import blocks, incident_blocks
from bot.notices.incidents import IncidentService
from bot.notices.news import NewsService
from handlers import payload
from handlers.payload import Command


async def opens_form(command: Command, words: str, incidents: IncidentService) -> None:
    """The verb, by the command: its form opens at once."""
    key, user_id, url = command.key, command.user_id, command.response_url
    await incidents.open_form("", words, key=key, user_id=user_id, trigger_id=command.trigger_id, response_url=url)


async def on_notice(body: Json, ack: AsyncAck, news: NewsService) -> None:
    """A team is done, or not after all; or a person wants less of this."""
    pressed = payload.read_press(body)
    choice = blocks.read_press(pressed.action_id)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    await news.take_press(pressed.value, choice, key=key, user_id=user_id, response_url=url)
    await ack()


async def on_incident(body: Json, ack: AsyncAck, incidents: IncidentService) -> None:
    """The form of a new one, more of one, or its end."""
    pressed = payload.read_press(body)
    wanted = incident_blocks.read_press(pressed.action_id)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    if wanted == "over":
        await incidents.take_end(pressed.value, key=key, user_id=user_id, response_url=url)
    else:
        incident_id = pressed.value if wanted == "update" else ""
        trigger_id = pressed.trigger_id
        await incidents.open_form(incident_id, "", key=key, user_id=user_id, trigger_id=trigger_id, response_url=url)
    await ack()


async def on_incident_form(body: Json, ack: AsyncAck, incidents: IncidentService) -> None:
    """The form was sent; what is wrong in it is shown beside its fields."""
    sent = payload.read_submission(body)
    incident_id, filled = incident_blocks.read_form(sent.private_metadata, sent.values)
    errors = await incidents.take_form(incident_id, filled, key=sent.key, user_id=sent.user_id)
    if errors:
        await ack(response_action="errors", errors=errors)
    else:
        await ack()
