"""A local Slack workspace, as strict as Slack. Imports nothing from the bot.

`Sandbox` serves it, an `Actor` is a person at work in it, and `Clock` is its time.
"""

from sandbox.actor import Actor
from sandbox.acts import Interaction
from sandbox.clock import Clock
from sandbox.ledger import Effect, Ledger
from sandbox.manifest import AppManifest
from sandbox.model import Channel, Message, Person, View
from sandbox.server import Sandbox
from sandbox.workspace import Refused, Workspace

__all__ = [
    "Actor",
    "AppManifest",
    "Channel",
    "Clock",
    "Effect",
    "Interaction",
    "Ledger",
    "Message",
    "Person",
    "Refused",
    "Sandbox",
    "View",
    "Workspace",
]
