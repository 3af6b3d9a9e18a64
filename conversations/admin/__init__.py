"""The administration, one file a concept."""

from conversations.admin import (
    api_keys,
    audit_log,
    groups,
    invitations,
    kept_completions,
    ledger,
    links,
    models,
    people,
    policy,
    presets,
    providers,
    rules,
    sign_in,
)

__all__ = [
    "api_keys",
    "audit_log",
    "groups",
    "invitations",
    "kept_completions",
    "ledger",
    "links",
    "models",
    "people",
    "policy",
    "presets",
    "providers",
    "rules",
    "sign_in",
]
