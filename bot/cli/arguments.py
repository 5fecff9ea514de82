"""Pieces of the command line's grammar that several groups of commands use."""

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

Commands = Any  # what `add_subparsers` returns: argparse has no public name for it


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as every error."""
        self.exit(2, f"mentor: {message}; see `{self.prog} --help`\n")


def add_command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], help_text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(run=run)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="only JSON on standard output")


def add_handbook_and_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--handbook", metavar="DIR", help="instead of MENTOR_HANDBOOK")
    add_json(parser)
