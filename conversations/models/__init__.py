"""The database records, one module for each concept.

Other packages import them from here, and never from the modules below.
"""

from conversations.models.api_completion import CLAIM_HOURS, IdempotencyClaim, KeptCompletion
from conversations.models.api_key import (
    KEY_NAME_CHARACTERS,
    KEY_SHOWN_CHARACTERS,
    ApiKey,
    all_endpoints,
    new_key_secret,
)
from conversations.models.audit import AuditEntry, SecurityEvent
from conversations.models.conversation import Conversation, title_from
from conversations.models.counter import ALL_MODELS, ALL_USE, Counter, Hold, Slot
from conversations.models.encryption import (
    EncryptedTextField,
    UnreadableText,
    WrongKey,
    decrypt,
    encrypt,
    is_current,
)
from conversations.models.failed_attempts import FailedAttempts
from conversations.models.feedback import Feedback
from conversations.models.generation import Generation, LoggedEvent
from conversations.models.hashing import hashed
from conversations.models.invitation import Invitation
from conversations.models.ledger import LedgerEntry
from conversations.models.measure import (
    MICROS,
    ByMeasure,
    Measure,
    Period,
    exact_amount,
    money,
    with_unit,
)
from conversations.models.message import Message
from conversations.models.networks import address_in, network_of
from conversations.models.policy import POLICY_KEY, GroupPolicy, Policy
from conversations.models.preset import Definition, Preset
from conversations.models.process import Process
from conversations.models.provider import LanguageModel, Provider
from conversations.models.quota import Rule
from conversations.models.session import BrowserSession, SessionEnd
from conversations.models.share import ShareLink, ShareLinkQuerySet
from conversations.models.sign_in_name import (
    NameTaken,
    SignInName,
    comparable,
    is_own_name,
    names_of,
    validate_distinct,
)
from conversations.models.usage import UsageDay, UsageTotal
from conversations.models.user import (
    DELETED_NAME,
    MOST_ANSWERS_AT_ONCE,
    USERNAME_CHARACTERS,
    USERNAME_VALIDATORS,
    User,
    neutral_name,
)

__all__ = [
    "ALL_MODELS",
    "ALL_USE",
    "CLAIM_HOURS",
    "DELETED_NAME",
    "KEY_NAME_CHARACTERS",
    "KEY_SHOWN_CHARACTERS",
    "MICROS",
    "MOST_ANSWERS_AT_ONCE",
    "POLICY_KEY",
    "USERNAME_CHARACTERS",
    "USERNAME_VALIDATORS",
    "ApiKey",
    "AuditEntry",
    "BrowserSession",
    "ByMeasure",
    "Conversation",
    "Counter",
    "Definition",
    "EncryptedTextField",
    "FailedAttempts",
    "Feedback",
    "Generation",
    "GroupPolicy",
    "Hold",
    "IdempotencyClaim",
    "Invitation",
    "KeptCompletion",
    "LanguageModel",
    "LedgerEntry",
    "LoggedEvent",
    "Measure",
    "Message",
    "NameTaken",
    "Period",
    "Policy",
    "Preset",
    "Process",
    "Provider",
    "Rule",
    "SecurityEvent",
    "SessionEnd",
    "ShareLink",
    "ShareLinkQuerySet",
    "SignInName",
    "Slot",
    "UnreadableText",
    "UsageDay",
    "UsageTotal",
    "User",
    "WrongKey",
    "address_in",
    "all_endpoints",
    "comparable",
    "decrypt",
    "encrypt",
    "exact_amount",
    "hashed",
    "is_current",
    "is_own_name",
    "money",
    "names_of",
    "network_of",
    "neutral_name",
    "new_key_secret",
    "title_from",
    "validate_distinct",
    "with_unit",
]
