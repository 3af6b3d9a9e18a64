"""The administration, one file a concept."""

from conversations.admin import (
    api_keys,
    audit_log,
    groups,
    invitations,
    ledger,
    links,
    models,
    policy,
    presets,
    providers,
    rules,
    sign_in,
    stored_completions,
    users,
)

__all__ = [
    "api_keys",
    "audit_log",
    "groups",
    "invitations",
    "ledger",
    "links",
    "models",
    "policy",
    "presets",
    "providers",
    "rules",
    "sign_in",
    "stored_completions",
    "users",
]
