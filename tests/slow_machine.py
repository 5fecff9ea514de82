"""How long the sandbox and the bot wait for each other in tests: a machine that is busy is no failure of either.

Slack's own three seconds, and the two within them, are held to in `tests/handlers/test_errors.py`.
"""

from dataclasses import replace

from bot.config import Settings
from sandbox.delivery import ACK_WITHIN_S

PATIENCE = 5.0
ACK_WALL_S = ACK_WITHIN_S * PATIENCE


def patient(settings: Settings, patience: float = PATIENCE) -> Settings:
    """The same for a bot that may take its time."""
    return replace(settings, clock=replace(settings.clock, patience=patience))
