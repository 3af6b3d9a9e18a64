"""The one app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    """Conversations with language models; the administration shows its records."""

    name = "conversations"
    verbose_name = _("Records")
