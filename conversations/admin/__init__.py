"""The administration: records, reports of usage, and the running answers.

``audited_admin`` is the base of every record that administrators change, ``confirmation`` asks
before a bulk action, ``dashboards`` shows usage and ``live`` the running answers.
"""

from conversations.admin import (
    api_keys,
    audit_log,
    groups,
    invitations,
    language_models,
    ledger,
    links,
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
    "language_models",
    "ledger",
    "links",
    "policy",
    "presets",
    "providers",
    "rules",
    "sign_in",
    "stored_completions",
    "users",
]
