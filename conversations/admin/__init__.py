"""The administration, one file a concept."""

from conversations.admin import (
    audit_log,
    groups,
    invitations,
    ledger,
    models,
    people,
    policy,
    providers,
    rules,
    sign_in,
)

__all__ = [
    "audit_log",
    "groups",
    "invitations",
    "ledger",
    "models",
    "people",
    "policy",
    "providers",
    "rules",
    "sign_in",
]
