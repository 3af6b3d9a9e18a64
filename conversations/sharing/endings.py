"""Sentences for readers about answers that are not whole.

They say that an answer was cut off, and not why: the reason may name what is not shared.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from conversations.models import Generation, Message

_STATUSES = Generation.Status
# By status, or by the finish reason of one that ended by itself.
_WITH_TEXT = {
    _STATUSES.RUNNING: _("This answer was still being written."),
    _STATUSES.STOPPED: _("This answer was stopped before its end."),
    _STATUSES.INTERRUPTED: _("This answer was interrupted before its end."),
    _STATUSES.FAILED: _("This answer failed before its end."),
    "length": _("This answer reached its maximum length."),
    "content_filter": _("A content filter ended this answer."),
}
_WITHOUT_TEXT = _WITH_TEXT | {
    _STATUSES.RUNNING: _("This answer had not begun yet."),
    _STATUSES.STOPPED: _("This answer was stopped before its first word."),
    _STATUSES.INTERRUPTED: _("This answer was interrupted before its first word."),
    _STATUSES.FAILED: _("This answer failed."),
}


def ending_of(message: Message) -> str:
    """The status or the finish reason of an answer that is not whole, "" of one that is."""
    generation = message.generation
    if generation is None or generation.status == _STATUSES.COMPLETED:
        return message.finish_reason if message.finish_reason in _WITH_TEXT else ""
    return str(generation.status)


def sentence_of(shown: Mapping[str, Any]) -> str:
    """The sentence below a message of a snapshot, "" for one that is whole."""
    has_text = any(shown.get(name) for name in ("content", "reasoning_content", "tool_calls"))
    sentences = _WITH_TEXT if has_text else _WITHOUT_TEXT
    return str(sentences.get(shown.get("ending", ""), ""))
