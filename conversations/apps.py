"""The application as Django's one app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    """Conversations with language models; the administration shows its records."""

    name = "conversations"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Register the system checks."""
        # They need settings that are ready.
        from conversations.management import checks  # noqa: F401, PLC0415
