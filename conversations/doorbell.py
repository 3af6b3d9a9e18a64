"""Wake-ups for open pages. They say that something is new, never what: a lost one only delays."""

import logging
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)


def group_of(user_id: int) -> str:
    """The name of the group that all open pages of a person belong to."""
    return f"user-{user_id}"


async def ring(user_id: int, conversation_id: UUID) -> None:
    """Tell the person's pages that this conversation has changed, or is gone."""
    message: dict[str, Any] = {
        "type": "conversation.rang",
        "conversation_id": str(conversation_id),
    }
    try:
        await get_channel_layer().group_send(group_of(user_id), message)
    except Exception:
        # Pages look for themselves every few seconds, so a broken bell must break nothing else.
        logger.warning("The channel layer did not take a wake-up.", exc_info=True)
