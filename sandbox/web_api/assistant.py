"""The status and the suggested prompts of the app's conversations."""

from sandbox.assistant import PROMPTS_MAX
from sandbox.model import Json
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments, missing

LOADING_MESSAGES_MAX = 10


def set_status(api: Api, arguments: Arguments) -> Json:
    if "status" not in arguments.values:  # an empty one takes it away
        raise missing("status")
    messages = arguments.structure("loading_messages", otherwise="invalid_arguments") or []
    if not isinstance(messages, list) or len(messages) > LOADING_MESSAGES_MAX:
        raise Refused("invalid_arguments")
    channel_id, thread_ts = arguments.required("channel_id"), arguments.required("thread_ts")
    api.workspace.assistant.set_status(channel_id, thread_ts, arguments.text("status"))
    return {}


def set_suggested_prompts(api: Api, arguments: Arguments) -> Json:
    channel_id = arguments.required("channel_id")
    prompts = arguments.dicts("prompts", otherwise="invalid_arguments")
    if not prompts:
        raise missing("prompts")
    if len(prompts) > PROMPTS_MAX or not all(each.get("title") and each.get("message") for each in prompts):
        raise Refused("invalid_arguments")
    api.workspace.assistant.suggest(channel_id, prompts, thread_ts=arguments.optional("thread_ts"))
    return {}
