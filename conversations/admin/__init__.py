"""The administration, one file a concept."""

from conversations.admin import ledger, models, people, providers

__all__ = ["ledger", "models", "people", "providers"]
