"""What the workspace says when it will not do something."""

from sandbox.model import Json


class Refused(Exception):
    """Refused, as Slack would: `code` is Slack's error, `extra` stands beside it in the reply."""

    def __init__(self, code: str, extra: Json | None = None) -> None:
        self.code = code
        self.extra: Json = extra or {}
        super().__init__(code)
