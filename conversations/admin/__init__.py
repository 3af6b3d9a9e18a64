"""The administration, one file a concept."""

from conversations.admin import models, people, providers

__all__ = ["models", "people", "providers"]
