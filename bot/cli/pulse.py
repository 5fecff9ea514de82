"""`mentor pulse`: what came of surveys."""

from bot.cli import results
from bot.cli.arguments import Commands


def add(commands: Commands) -> None:
    pulse = commands.add_parser("pulse", help="surveys: what they ask, and what came of them")
    kinds = pulse.add_subparsers(required=True, metavar="COMMAND")
    results.add_to(kinds)
