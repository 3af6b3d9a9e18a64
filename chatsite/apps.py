"""The project as an app: its template tags and its system checks."""

from django.apps import AppConfig


class ChatsiteConfig(AppConfig):
    """Registers the checks when Django starts."""

    name = "chatsite"

    def ready(self) -> None:
        # Checks register themselves on import, and need settings that are ready.
        from chatsite import checks  # noqa: F401, PLC0415
