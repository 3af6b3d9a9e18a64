"""Checks of what a user wrote, before it is stored."""

from django.utils.translation import gettext as _

from conversations.models import Message
from conversations.refusal import Refused

CONTENT_CHARACTERS = 100_000
SYSTEM_MESSAGE_CHARACTERS = 50_000


def checked_content(content: str) -> str:
    """The content of a message. Raises :class:`Refused` if it is empty or too long."""
    if not content.strip():
        raise Refused("empty", _("The message is empty. Write something first."), "content")
    if len(content) > CONTENT_CHARACTERS:
        text = _("The message has %(count)s characters. It can have at most %(most)s.")
        counts = {"count": f"{len(content):,}", "most": f"{CONTENT_CHARACTERS:,}"}
        raise Refused("too_long", text % counts, "content")
    return content


def checked_system_message(text: str) -> str:
    """The content of a system message. Raises :class:`Refused` if it is too long."""
    if len(text) > SYSTEM_MESSAGE_CHARACTERS:
        reason = _("The system message can have at most %s characters.")
        raise Refused("too_long", reason % f"{SYSTEM_MESSAGE_CHARACTERS:,}", "system_message")
    return text.strip()


def check_is_written(message: Message) -> None:
    """Raise :class:`Refused` while a message is being written: until then its row is empty."""
    if message.generation and message.generation.is_running:
        raise Refused("still_running", _("This answer is still being written. Stop it first."))
