"""One line on standard error for each event; the core keeps it in its log: ``warning late cycle=42 took="1.2 s"``."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback

from . import limits

#: For plugins too: ``log.info("started", extra={"fields": {"symbols": 3}})``.
log = logging.getLogger("bigbrother")

_PLAIN = re.compile(r"[!#-<>-~]+")


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = dict(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = repr(record.exc_info[1])
            fields["trace"] = "".join(traceback.format_exception(record.exc_info[1]))[-limits.LOG_LINE // 2 :]
        words = [record.levelname.lower(), " ".join(record.getMessage().split())]
        words += [f"{name}={_value(value)}" for name, value in fields.items()]
        return " ".join(words)[: limits.LOG_LINE]


def _value(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def set_up() -> None:
    """Everything that is logged in this process takes the one shape."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def note(level: int, message: str, /, **fields: object) -> None:
    """Logs a message with its figures."""
    log.log(level, message, extra={"fields": fields})


def fault(message: str, /, **fields: object) -> None:
    """Logs the exception that is being handled, with its trace."""
    log.error(message, exc_info=True, extra={"fields": fields})
