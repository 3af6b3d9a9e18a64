"""The audit log: administrative changes and security events."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SecurityEvent(models.TextChoices):
    """The kinds of security events. The value is the action of the entry."""

    SIGNED_IN = "signed in", _("signed in")
    SIGN_IN_FAILED = "sign-in failed", _("sign-in failed")
    SECOND_FACTOR_FAILED = "second factor failed", _("second factor failed")
    SIGN_IN_LOCKED = "sign-in locked", _("sign-in locked")
    SIGNED_OUT = "signed out", _("signed out")
    SESSIONS_ENDED = "sessions ended", _("sessions ended")
    SESSION_EXPIRED = "session expired", _("session expired")
    SIGNED_UP = "signed up", _("signed up")
    SITE_SET_UP = "site set up", _("site set up")
    CONFIRMED = "identity confirmed", _("identity confirmed")
    CONFIRMATION_FAILED = "confirmation failed", _("confirmation failed")
    PASSWORD_CHANGED = "password changed", _("password changed")
    PASSWORD_RESET = "password reset", _("password reset")
    RESET_LOCKED = "password reset locked", _("password reset locked")
    EMAIL_ADDED = "e-mail address added", _("e-mail address added")
    EMAIL_CHANGED = "e-mail address changed", _("e-mail address changed")
    EMAIL_CONFIRMED = "e-mail address confirmed", _("e-mail address confirmed")
    EMAIL_REMOVED = "e-mail address removed", _("e-mail address removed")
    FACTOR_ADDED = "second factor added", _("second factor added")
    FACTOR_REMOVED = "second factor removed", _("second factor removed")
    CODES_MADE = "recovery codes made", _("recovery codes made")
    CODE_USED = "recovery code used", _("recovery code used")
    SERVICE_CONNECTED = "sign-in service connected", _("sign-in service connected")
    SERVICE_REMOVED = "sign-in service removed", _("sign-in service removed")
    KEY_MADE = "API key made", _("API key made")
    KEY_CHANGED = "API key changed", _("API key changed")
    KEY_REVOKED = "API key revoked", _("API key revoked")
    LINK_MADE_PUBLIC = "link made public", _("link made public")
    LINK_LOCKED = "link locked", _("link locked")
    KEPT_CALL_READ = "stored API call read", _("stored API call read")
    DATA_EXPORTED = "data exported", _("data exported")
    ACCOUNT_DELETED = "account deleted", _("account deleted")

    @property
    def is_failure(self) -> bool:
        """True if something was refused. Such events can be made by anybody, at any rate."""
        return self in _FAILURES


_FAILURES = frozenset(
    {
        SecurityEvent.SIGN_IN_FAILED,
        SecurityEvent.SECOND_FACTOR_FAILED,
        SecurityEvent.SIGN_IN_LOCKED,
        SecurityEvent.CONFIRMATION_FAILED,
        SecurityEvent.RESET_LOCKED,
        SecurityEvent.LINK_LOCKED,
    }
)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Entries of either sort."""

    def changes(self) -> "AuditEntryQuerySet":
        """Changes by administrators."""
        return self.filter(is_security_event=False)

    def security_events(self) -> "AuditEntryQuerySet":
        """Security events."""
        return self.filter(is_security_event=True)


class AuditEntry(models.Model):
    """One administrative change, with the values before and after it, or one security event, with
    its details as the values after it. Never with a secret.

    It is written once; only of failures, those of an hour that are alike are counted in one entry.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_name = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("what"), max_length=60)
    target_type = models.CharField(_("kind"), max_length=60)
    target_id = models.CharField(max_length=60)
    target_name = models.CharField(_("on what"), max_length=200)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    is_security_event = models.BooleanField(default=False)
    address = models.CharField(_("from"), max_length=45, blank=True, default="")
    user_agent = models.CharField(_("browser"), max_length=200, blank=True, default="")
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last"), null=True, blank=True)
    # The hash of what makes failures alike; null for all other entries, which are unlike any.
    alike = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["-at"]),
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_of_record"),
            models.Index(fields=["actor", "-at"], name="audit_of_actor"),
            models.Index(fields=["address", "-at"], name="audit_from_address"),
            models.Index(fields=["action", "-at"], name="audit_of_action"),
            models.Index(
                fields=["at"],
                name="security_events_by_age",
                condition=models.Q(is_security_event=True),
            ),
        ]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.target_name}"

    @property
    def action_in_words(self) -> str:
        """The action in the language of the page."""
        known = self.is_security_event and self.action in SecurityEvent.values
        return str(SecurityEvent(self.action).label) if known else str(_(self.action))
