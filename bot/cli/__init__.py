"""The `mentor` command: a public contract that scripts rely on (exit 2 for misuse, 1 for a failed check).

Each module is a group of commands: it reads arguments, calls one thing and prints. They import late: `mentor ask`
should not wait for what `mentor run` needs.
"""

import sys
from collections.abc import Sequence

from bot.cli import (
    actions,
    adopting,
    answering,
    audit,
    database,
    digests,
    examining,
    facts,
    flows,
    importing,
    listening,
    privacy,
    pulse,
    rehearsing,
    reporting,
    running,
)
from bot.cli.arguments import Parser
from bot.cli.terminal import complain
from bot.errors import MentorError, SettingsInvalid


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process with the command's status; every error is one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except SettingsInvalid as invalid:
        complain(invalid.problems)
        sys.exit(2)
    except MentorError as error:
        complain(str(error).splitlines())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:  # a file that is not there, a port that is taken
        complain([f"{error.filename}: {error.strerror}" if error.filename else str(error)])
        sys.exit(1)


def _parser() -> Parser:
    parser = Parser(prog="mentor", description="The Slack bot of a platform team.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (
        running,
        examining,
        answering,
        rehearsing,
        actions,
        importing,
        facts,
        digests,
        adopting,
        pulse,
        listening,
        flows,
        reporting,
        database,
        privacy,
        audit,
    ):
        group.add(commands)
    return parser
