"""Log lines as plain text or as JSON, on standard error."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from chatsite import log_context, metrics

# Addresses whose knowledge gives access, as they appear in requests, with slashes that are doubled,
# escaped in query strings, once or more often, and in the messages of exceptions: links that are
# shared, invitations, the set-up, a new password, the confirmation of an e-mail address.
_SLASH = r"(?:/|%(?:25)*2F)+"
_SECRET_ADDRESS = re.compile(
    rf"({_SLASH}(?:s|invite|setup|reset{_SLASH}key|confirm-email){_SLASH})[^\s/?#&\"'<>]{{8,}}",
    re.IGNORECASE,
)
# What services of sign-in put into the query of their answers.
_SECRET_FIELD = re.compile(
    r"((?:[?&;]|%(?:25)*(?:3F|26|3B))"
    r"(?:code|state|token|key|id_token|access_token|client_secret)(?:=|%(?:25)*3D))[^\s&;#\"'<>]+",
    re.IGNORECASE,
)
# Keys of this site and of providers, in whatever names them.
_SECRET_KEY = re.compile(
    r"\b((?:Bearer|Basic)\s+|pk-parley-)[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE
)


def without_secrets(text: str) -> str:
    """The text without the tokens and keys that give access, wherever they stand in it."""
    for secret in (_SECRET_ADDRESS, _SECRET_FIELD, _SECRET_KEY):
        text = secret.sub(r"\1…", text)
    return text


class TextFormatter(logging.Formatter):
    """Plain text: time, level, logger, message with the request's id, and the traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        line, request_id = super().formatMessage(record), log_context.ids().get("request_id")
        return f"{line} [{request_id}]" if request_id else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (ISO 8601, UTC), level, logger, message, ids, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **log_context.ids_of(record),
        }
        if status := getattr(record, "status_code", None):
            entry["status"] = status
        # The fields of conversations.audit.security_events, for programs that read the log.
        if event := getattr(record, "security_event", None):
            entry["security_event"] = event
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(entry, ensure_ascii=False))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class Counted(logging.Filter):
    """Counts the lines, repeated ones as well, and lets each through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Count a line."""
        metrics.LOG_LINES.labels(record.levelname).inc()
        return True


def logging_config(log_format: str) -> dict[str, Any]:
    """Django's `LOGGING` for the format `text` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {
                "()": "chatsite.logs.TextFormatter",
                "format": "{asctime} {levelname} {name}: {message}",
                "style": "{",
            },
            "json": {"()": "chatsite.logs.JsonFormatter"},
        },
        "filters": {
            "counted": {"()": "chatsite.logs.Counted"},
            "once": {"()": "chatsite.repeated_lines.OnceInAWhile"},
            "refused": {"()": "chatsite.refused_requests.WithoutTraceback"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": log_format,
                "filters": ["counted", "once", "refused"],
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # Its own handlers would print each line twice.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # A line for each connection is of no use to an operator.
            "daphne": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }
