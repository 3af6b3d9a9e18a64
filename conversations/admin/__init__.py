"""The administration, one file a concept."""

from conversations.admin import people, providers

__all__ = ["people", "providers"]
