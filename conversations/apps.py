"""The application as Django's one app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    """Conversations with language models; the administration shows its records."""

    name = "conversations"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Register the system checks and the receivers of signals."""
        # They register themselves on import, and need settings and records that are ready.
        from conversations.accounts import names, sign_in_events  # noqa: F401, PLC0415
        from conversations.database import checks, large_numbers  # noqa: F401, PLC0415
        from conversations.management import checks as settings_checks  # noqa: F401, PLC0415
