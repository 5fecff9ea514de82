"""Logs: one JSON object a line on standard error, with ids and actions; never message text, tokens or user ids."""

import logging
import re
import sys
import traceback
from pathlib import Path

import structlog

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "knowledge")
DATA = re.compile(r"[:({\n]")  # where a library's message begins to quote


def set_up(level: str) -> None:
    """For the whole process. Libraries speak from warnings on: Bolt and aiohttp log bodies below that."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _places_only,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _words_only],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(number, logging.WARNING))
    for ours in ROOMS:
        logging.getLogger(ours).setLevel(number)


def _words_only(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's message up to its data: what follows may be a payload, an address with a ticket, an error's words."""
    event["event"] = DATA.split(str(event["event"]), maxsplit=1)[0].strip()
    return event


def _places_only(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception as its type and where it was raised: its message and locals may hold what people wrote."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    """Where it passed through our code, innermost last, and where it was raised."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if any(Path(frame[0]).is_relative_to(ROOT / room) for room in ROOMS)]
    return [f"{Path(file).parent.name}/{Path(file).name}:{line}" for file, line in (*ours[-5:], *frames[-1:])]
