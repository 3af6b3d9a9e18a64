"""Sessions of browsers: who is signed in where, and for how long."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from conversations.models.hashing import hashed
from conversations.models.user import User


class SessionEnd(models.TextChoices):
    """The reasons for which a session has ended by itself."""

    IDLE = "idle", _("it was not used for too long")
    AGE = "age", _("it was too old")


class BrowserSession(AbstractBaseSession):
    """Django's session with its user, so that sessions can be listed and ended.

    There is no other record of who is signed in: to delete it is to end the session.
    """

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        related_name="browser_sessions",
        # A session may be saved while its account is deleted. It then signs nobody in.
        db_constraint=False,
    )
    signed_in_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True, default="")
    user_agent = models.CharField(max_length=200, blank=True, default="")

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The class with which Django reads and writes sessions."""
        return import_module(settings.SESSION_ENGINE).SessionStore

    @property
    def end(self) -> SessionEnd | None:
        """The reason for which the session has ended; None while it counts."""
        now = timezone.now()
        if self.expire_date <= now:
            return SessionEnd.AGE
        if self.user_id is None:
            return None
        if _is_past(self.signed_in_at, timedelta(days=settings.SESSION_MAX_DAYS)):
            return SessionEnd.AGE
        idle = _is_past(self.last_seen_at, timedelta(hours=settings.SESSION_IDLE_HOURS))
        return SessionEnd.IDLE if idle else None

    def signs_in(self, user: User) -> bool:
        """True if the session counts, is the user's, and began with the present password."""
        if self.user_id != user.pk or self.end:
            return False
        known = self.get_decoded().get(HASH_SESSION_KEY, "")
        hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return any(constant_time_compare(known, each) for each in hashes)

    @property
    def public_id(self) -> str:
        """A name for pages and forms, because the key itself signs its holder in."""
        return hashed(self.session_key)[:32]


def _is_past(moment: Any, duration: timedelta) -> bool:
    return moment is None or moment + duration <= timezone.now()
