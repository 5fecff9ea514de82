"""`python -m sandbox MANIFEST`: the workspace as a process of its own, for an app in any language.

It prints what the app has to be given, as environment variables, and serves until it is interrupted. Who and what is
in it is furnished over the control API (`docs/sandbox.md`).
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sandbox.clock import Clock
from sandbox.server import Sandbox

DESCRIPTION = "A local Slack workspace, as strict as Slack, for one app."


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if not options.manifest.is_file():
        sys.stderr.write(f"No app manifest at {options.manifest}: name the app's YAML or JSON file.\n")
        return 2
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options.manifest, port=options.port, factor=options.factor, people=options.people))
    return 0


async def serve(manifest: Path, *, port: int, factor: float, people: Sequence[str]) -> None:
    """Until cancelled; these people are in it from the start, together in #general with the app."""
    sandbox = Sandbox(manifest, clock=Clock(factor=factor))
    members = [sandbox.workspace.add_person(name).id for name in people]
    sandbox.workspace.add_channel("general", members=members)
    await sandbox.start(port)
    try:
        sys.stdout.write(_given(sandbox))
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await sandbox.stop()


def _given(sandbox: Sandbox) -> str:
    lines = {
        "SLACK_API_URL": sandbox.api_url,
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_SIGNING_SECRET": sandbox.signing_secret,
        "SANDBOX_URL": sandbox.url,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=DESCRIPTION)
    parser.add_argument("manifest", type=Path, help="the app's manifest, YAML or JSON")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; by default a free one")
    parser.add_argument("--factor", type=float, default=1.0, help="how much faster its clock goes than the wall's")
    parser.add_argument("--people", nargs="*", default=["ana", "ben"], metavar="NAME", help="who is in #general")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
