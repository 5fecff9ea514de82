"""What people do with the app's buttons, forms and commands: sent to the app, and its answer shown to them.

Takes people, messages and elements that were already found; finding them by name is `actor.py`.
"""

from dataclasses import dataclass, field

from sandbox import interactive
from sandbox.delivery import Answer, Delivery, Package
from sandbox.elements import Found, Values, action_entry, client_errors, values_of
from sandbox.installation import Installation
from sandbox.interactive import Handles
from sandbox.model import Channel, Json, Message, Person, View
from sandbox.response_urls import ResponseUrls
from sandbox.workspace import Refused, Workspace

Place = tuple[str, str]  # block id, action id
Filled = dict[Place, object]


@dataclass(frozen=True)
class Interaction:
    """What came of an act. `failure` is what Slack tells the person when the app's answer was none or no good.

    `errors` are the form's, by block id; `shown` is the message the acknowledgement itself carried.
    """

    acknowledged: bool
    status: int | None = None
    body: Json | str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    shown: Message | None = None
    failure: str | None = None  # operation_timeout, dispatch_failed, invalid_response


class Acts:
    def __init__(
        self, workspace: Workspace, app: Installation, *, delivery: Delivery, response_urls: ResponseUrls
    ) -> None:
        self._workspace = workspace
        self._app = app
        self._delivery = delivery
        self._urls = response_urls
        self._filled: dict[tuple[str, ...], Filled] = {}  # what people chose and have not sent, by surface

    async def command(self, person: Person, channel: Channel, command: str, text: str) -> Interaction:
        """A slash command; a body in the acknowledgement is shown in the channel, to the person by default."""
        url = self._urls.new(user_id=person.id, channel_id=channel.id)
        handles = Handles(self._trigger(person), url)
        payload = interactive.slash_command(self._app, person, channel, command=command, text=text, handles=handles)
        answer = await self._delivery.ask(Package("slash_commands", payload, accepts_response=True))
        if not answer.is_acknowledged or not answer.body:
            return _told(answer, self._slackbot(person, channel, command, answer))
        said = {"text": answer.body} if isinstance(answer.body, str) else answer.body
        try:
            shown = self._urls.respond(person.id, channel.id, said, None)
        except Refused:
            return Interaction(True, answer.status, answer.body, failure="invalid_response")
        return Interaction(True, answer.status, answer.body, shown=shown)

    def fill(self, view: View, given: Filled) -> None:
        """What the person typed or chose in a modal and has not sent yet."""
        self._filled.setdefault((view.id,), {}).update(given)

    async def act_on_message(self, person: Person, message: Message, found: Found, given: object) -> Interaction:
        """A press on a button or a choice in a message."""
        place = (message.channel, message.ts, person.id)
        values = self._keep(place, message.blocks, found, given)
        url = self._urls.new(user_id=person.id, channel_id=message.channel, original=message)
        payload = interactive.message_action(
            self._app,
            person,
            message,
            action=action_entry(found, given, action_ts=self._workspace.ids.ts()),
            values=values,
            handles=Handles(self._trigger(person), url),
        )
        return _told(await self._delivery.ask(Package("interactive", payload)))

    async def act_on_view(self, person: Person, view: View, found: Found, given: object) -> Interaction:
        """A press or a choice in a modal or on Home."""
        payload = interactive.view_action(
            self._app,
            person,
            view,
            action=action_entry(found, given, action_ts=self._workspace.ids.ts()),
            values=self._keep((view.id,), view.payload["blocks"], found, given),
            handles=Handles(self._trigger(person, view)),
        )
        return _told(await self._delivery.ask(Package("interactive", payload)))

    async def shortcut(self, person: Person, callback_id: str, message: Message | None) -> Interaction:
        """A global shortcut, or one on a message."""
        action_ts, trigger = self._workspace.ids.ts(), self._trigger(person)
        if message is None:
            payload = interactive.global_shortcut(
                self._app, person, callback_id=callback_id, action_ts=action_ts, handles=Handles(trigger)
            )
        else:
            url = self._urls.new(user_id=person.id, channel_id=message.channel, original=message)
            payload = interactive.message_shortcut(
                self._app,
                person,
                message,
                callback_id=callback_id,
                action_ts=action_ts,
                handles=Handles(trigger, url),
            )
        return _told(await self._delivery.ask(Package("interactive", payload)))

    async def submit(self, person: Person, view: View) -> Interaction:
        """A form sent as it is filled in. What Slack's client refuses by itself comes back as errors, unsent."""
        blocks = view.payload["blocks"]
        values = values_of(blocks, self._filled.get((view.id,), {}))
        errors = client_errors(blocks, values)
        if errors:
            return Interaction(False, errors=errors)
        payload = interactive.view_submission(
            self._app, person, view, values=values, handles=Handles(self._trigger(person, view))
        )
        answer = await self._delivery.ask(Package("interactive", payload, accepts_response=True))
        return self._after_submission(view, answer)

    async def close(self, person: Person, view: View) -> Interaction:
        """A modal closed unsent; the app hears of it only if the view asks for that."""
        values = values_of(view.payload["blocks"], self._filled.get((view.id,), {}))
        self._workspace.windows.close(view.id)
        if not view.payload.get("notify_on_close"):
            return Interaction(acknowledged=True)
        payload = interactive.view_closed(self._app, person, view, values=values, is_cleared=False)
        return _told(await self._delivery.ask(Package("interactive", payload)))

    def _after_submission(self, view: View, answer: Answer) -> Interaction:
        if not answer.is_acknowledged:
            return _told(answer)
        body = answer.body if isinstance(answer.body, dict) else {}
        errors: dict[str, str] = body.get("errors", {}) if body.get("response_action") == "errors" else {}
        try:
            self._apply(view, body)
        except Refused:
            return Interaction(True, answer.status, answer.body, failure="invalid_response")
        return Interaction(True, answer.status, answer.body, errors=errors)

    def _apply(self, view: View, body: Json) -> None:
        """Does to the modal what the acknowledgement asks. Raises Refused for what Slack would not show."""
        windows = self._workspace.windows
        match body.get("response_action"):
            case None:
                windows.close(view.id)
            case "clear":
                windows.close_all(view.root_id)
            case "update" | "push" as action:
                windows.answer(view.id, action, body.get("view") or {})
            case "errors":
                _check_errors(view, body.get("errors"))
            case _:
                raise Refused("invalid_response_action")

    def _keep(self, surface: tuple[str, ...], blocks: list[Json], found: Found, given: object) -> Values:
        """The state of the surface with this choice in it."""
        filled = self._filled.setdefault(surface, {})
        if given is not None:
            filled[(found.block_id, found.action_id)] = given
        return values_of(blocks, filled)

    def _trigger(self, person: Person, view: View | None = None) -> str:
        return self._workspace.windows.issue_trigger(person.id, view_id=view.id if view else None)

    def _slackbot(self, person: Person, channel: Channel, command: str, answer: Answer) -> Message | None:
        """What Slack itself tells the person when the app did not answer."""
        if answer.is_acknowledged:
            return None
        text = f'{command} failed with the error "{_seen(answer)}"'
        ts = self._workspace.ids.ts()
        return Message(channel.id, ts, "USLACKBOT", text, ephemeral_to=person.id)


def _told(answer: Answer, shown: Message | None = None) -> Interaction:
    failure = None if answer.is_acknowledged else _seen(answer)
    return Interaction(answer.is_acknowledged, answer.status, answer.body, shown=shown, failure=failure)


def _seen(answer: Answer) -> str:
    """Slack's word for it to people."""
    return "operation_timeout" if answer.failure in ("timeout", "http_timeout") else "dispatch_failed"


def _check_errors(view: View, errors: object) -> None:
    """Slack shows errors only under the form's own input blocks."""
    inputs = {block.get("block_id") for block in view.payload["blocks"] if block.get("type") == "input"}
    is_said = isinstance(errors, dict) and all(isinstance(text, str) and text for text in errors.values())
    if not isinstance(errors, dict) or not errors or not is_said or not inputs.issuperset(errors):
        raise Refused("invalid_errors")
