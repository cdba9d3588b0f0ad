"""Log lines without personal data.

Two rules. A line of ours carries only the keys listed in `KNOWN_KEYS`: everything
else is replaced, so a forgotten name or address cannot slip in. And a traceback
shows where it happened and the kind of error, never its message or values, since
an exception's text may quote a row ("Key (name)=(…) already exists").
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

KNOWN_KEYS = frozenset(
    {
        # structlog's own
        "event", "level", "logger", "timestamp", "exception", "stack", "_record",
        "_from_structlog", "exc_info", "positional_args",
        # ours: opaque ids, kinds and counts
        "action", "actor_id", "alias", "attempt", "code", "count", "dedupe_key",
        "deadline_id", "duration_ms", "exit_code", "index", "job", "kind", "method",
        "object_id", "package_id", "pid", "production_id", "program",
        "disclosure_request_id", "role", "route", "seconds", "size", "status",
        "stream", "task", "tree_size", "url_name", "version",
    }
)  # fmt: skip
WITHHELD = "[withheld]"


def withhold_unknown(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the value of every key that is not known to be harmless."""
    for key in line:
        if key not in KNOWN_KEYS:
            line[key] = WITHHELD
    return line


def bare_traceback(exc_info: Any) -> str:
    """Return file, line and function of every frame, and the error's type only."""
    error = exc_info[1]
    if error is None:
        return ""
    lines: list[str] = []
    while error is not None:
        kind = type(error)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        lines.extend(
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        )
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


def _format_exception(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    exc_info = line.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info:
        line["exception"] = bare_traceback(exc_info)
    return line


def configure(*, as_json: bool, level: str) -> None:
    """Send structlog and the standard library's loggers to stderr, one way."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _format_exception,
        withhold_unknown,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # SQL parameters and request bodies are personal data; keep these quiet.
    logging.getLogger("django.db.backends").setLevel("WARNING")
    # A ring of the bell every five seconds is not worth two lines each.
    logging.getLogger("celery").setLevel("WARNING")
    logging.getLogger("asyncio").setLevel("WARNING")
