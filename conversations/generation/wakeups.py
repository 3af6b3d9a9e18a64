"""Change notifications for open pages, over the channel layer.

They carry an id and no data; losing one only delays an update.
"""

import logging
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)


def group_of(user_id: int) -> str:
    """Return the name of the group of all open pages of a user."""
    return f"user-{user_id}"


async def notify(user_id: int, conversation_id: UUID) -> None:
    """Notify the user's pages that this conversation has changed, or is gone."""
    message: dict[str, Any] = {
        "type": "conversation.changed",
        "conversation_id": str(conversation_id),
    }
    try:
        await get_channel_layer().group_send(group_of(user_id), message)
    except Exception:
        # Pages also poll every few seconds, so a broken layer must break nothing else.
        logger.warning("The channel layer did not take a wake-up.", exc_info=True)
