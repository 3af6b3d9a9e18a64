"""The records. Import them from here and from nowhere below."""

from conversations.models.conversation import Conversation, title_from
from conversations.models.encryption import UnreadableSecret
from conversations.models.generation import Generation, LoggedEvent
from conversations.models.message import Message
from conversations.models.provider import LanguageModel, Provider
from conversations.models.user import User

__all__ = [
    "Conversation",
    "Generation",
    "LanguageModel",
    "LoggedEvent",
    "Message",
    "Provider",
    "UnreadableSecret",
    "User",
    "title_from",
]
