"""The one Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    """Conversations with language models; the administration shows its records."""

    name = "conversations"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Register the system checks."""
        # Checks register themselves on import, and need apps that are ready.
        from conversations.database import checks  # noqa: F401, PLC0415
