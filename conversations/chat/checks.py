"""Checks of what a user wrote, before it is stored."""

from django.utils.translation import gettext as _

from conversations.models import Message
from conversations.refusal import Refused

CONTENT_CHARACTERS = 100_000
SYSTEM_MESSAGE_CHARACTERS = 50_000


def checked_content(content: str) -> str:
    """The text of a message. Raises :class:`Refused` when there is none, or too much."""
    if not content.strip():
        raise Refused("empty", _("Write something first."), "content")
    if len(content) > CONTENT_CHARACTERS:
        text = _("The message has %(count)s characters; at most %(most)s can be sent.")
        counts = {"count": f"{len(content):,}", "most": f"{CONTENT_CHARACTERS:,}"}
        raise Refused("too_long", text % counts, "content")
    return content


def checked_system_message(text: str) -> str:
    """The text of a system message. Raises :class:`Refused` when there is too much."""
    if len(text) > SYSTEM_MESSAGE_CHARACTERS:
        reason = _("The system message has more than %s characters.")
        raise Refused("too_long", reason % f"{SYSTEM_MESSAGE_CHARACTERS:,}", "system_message")
    return text.strip()


def check_is_written(message: Message) -> None:
    """Raise :class:`Refused` while the message is being written: it is empty until it has ended."""
    if message.generation and message.generation.is_running:
        raise Refused("still_running", _("This answer is still being written. Stop it first."))
