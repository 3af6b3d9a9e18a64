"""The audit log as a file: JSON lines for programs, CSV for spreadsheets."""

import json
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.timezone import localtime

from conversations.admin import csv
from conversations.admin.export import in_pieces
from conversations.models import SecurityEvent

_FIELDS = (
    "at", "last_at", "times", "is_security_event", "action", "actor_name", "target_type",
    "target_id", "target_name", "address", "user_agent", "before", "after",
)  # fmt: skip
_FAILURES = {event.value for event in SecurityEvent if event.is_failure}
FORMS = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def exported(entries: QuerySet[Any], form: str) -> StreamingHttpResponse:
    """The file in one of ``FORMS``, sent as it is read."""
    lines = _json_lines(entries) if form == "jsonl" else _csv_lines(entries)
    response = StreamingHttpResponse(lines, content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="audit.{form}"'
    return response


async def _json_lines(entries: QuerySet[Any]) -> AsyncIterator[str]:
    async for rows in in_pieces(entries, "at", _FIELDS):
        yield "".join(f"{json.dumps(_for_programs(row))}\n" for row in rows)


def _for_programs(row: dict[str, Any]) -> dict[str, Any]:
    """An entry with moments in UTC, and the outcome of a security event."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    for name in ("at", "last_at"):
        values[name] = row[name] and row[name].astimezone(UTC).isoformat(timespec="milliseconds")
    if row["is_security_event"]:
        values["outcome"] = "failure" if row["action"] in _FAILURES else "success"
    return values


async def _csv_lines(entries: QuerySet[Any]) -> AsyncIterator[str]:
    yield "".join(csv.lines(_FIELDS, ()))
    async for rows in in_pieces(entries, "at", _FIELDS):
        yield "".join(csv.line(_cell(row[name]) for name in _FIELDS) for row in rows)


def _cell(value: Any) -> csv.Cell:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if value is None or isinstance(value, bool | int):
        return value
    return str(value if isinstance(value, str) else localtime(value))
