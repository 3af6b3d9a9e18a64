"""The application that allauth finds the provider in."""

from django.apps import AppConfig


class SingleSignOnConfig(AppConfig):
    """Connects the signal of a finished sign-in."""

    name = "conversations.views.single_sign_on"

    def ready(self) -> None:
        """Connect the receivers."""
        from conversations.views.single_sign_on import signed_in  # noqa: F401, PLC0415 - needs the records
