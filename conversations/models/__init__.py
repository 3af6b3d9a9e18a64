"""The records. Import them from here and from nowhere below."""

from conversations.models.api_completion import IdempotencyClaim, KeptCompletion
from conversations.models.api_key import ApiKey
from conversations.models.audit import AuditEntry
from conversations.models.conversation import Conversation, title_from
from conversations.models.counter import ALL_MODELS, ALL_USE, Counter, Hold
from conversations.models.encryption import UnreadableText
from conversations.models.feedback import Feedback
from conversations.models.generation import Generation, LoggedEvent
from conversations.models.invitation import Invitation
from conversations.models.ledger import LedgerEntry
from conversations.models.measure import MICROS, Measure, Period
from conversations.models.message import Message
from conversations.models.policy import Policy
from conversations.models.preset import Definition, Preset
from conversations.models.provider import LanguageModel, Provider
from conversations.models.quota import Rule
from conversations.models.share import ShareLink
from conversations.models.usage import UsageDay, UsageTotal
from conversations.models.user import User

__all__ = [
    "ALL_MODELS",
    "ALL_USE",
    "MICROS",
    "ApiKey",
    "AuditEntry",
    "Conversation",
    "Counter",
    "Definition",
    "Feedback",
    "Generation",
    "Hold",
    "IdempotencyClaim",
    "Invitation",
    "KeptCompletion",
    "LanguageModel",
    "LedgerEntry",
    "LoggedEvent",
    "Measure",
    "Message",
    "Period",
    "Policy",
    "Preset",
    "Provider",
    "Rule",
    "ShareLink",
    "UnreadableText",
    "UsageDay",
    "UsageTotal",
    "User",
    "title_from",
]
