"""API keys: secrets with which API clients act for a user."""

import secrets
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.provider import LanguageModel
from conversations.models.user import AT_ONCE_VALIDATORS

# Scanners for leaked secrets look for this prefix and 43 characters of URL-safe base64.
SECRET_PREFIX = "pk-parley-"  # noqa: S105 - a prefix is no secret
SECRET_BYTES = 32
# The part that lists show: enough to tell keys apart, far too little to guess one.
KEY_SHOWN_CHARACTERS = len(SECRET_PREFIX) + 4
KEY_NAME_CHARACTERS = 100
# The precision of "last used": writing it at every request would cost more than the look-up.
LAST_USED_SECONDS = 60


def new_key_secret() -> str:
    """A new secret; only its hash is stored."""
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def all_endpoints() -> list[str]:
    """The endpoints of a key that is not narrowed."""
    return list(ApiKey.Endpoint.values)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def unrevoked(self) -> "ApiKeyQuerySet":
        """Keys that were not revoked; they may have expired."""
        return self.filter(revoked_at=None)

    def working(self) -> "ApiKeyQuerySet":
        """Keys that are neither revoked nor expired."""
        return self.unrevoked().filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class ApiKey(models.Model):
    """A user's key for API clients. It permits what the user may do, or less, and never more.

    ``endpoints`` and, unless ``all_models`` is set, ``language_models`` narrow it. ``addresses``
    are networks such as "10.0.0.0/8"; an empty list permits all. Its own limits are rules with
    this key; ``answers_at_once`` narrows the user's.
    """

    class Endpoint(TextChoices):
        CHAT = "chat", _("Chat completions")
        MODELS = "models", _("List of models")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_keys",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=KEY_NAME_CHARACTERS)
    prefix = models.CharField(_("begins with"), max_length=20)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    # A separate field: a key for one model must not open all models when that one is deleted.
    all_models = models.BooleanField(_("for all models"), default=True)
    language_models = models.ManyToManyField(
        LanguageModel, blank=True, related_name="api_keys", verbose_name=_("only for the models")
    )
    endpoints = models.JSONField(_("endpoints"), default=all_endpoints)
    addresses = models.JSONField(_("only from the addresses"), default=list, blank=True)
    answers_at_once = models.PositiveIntegerField(
        _("answers at once"), null=True, blank=True, validators=AT_ONCE_VALIDATORS
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} {self.ending}"

    @property
    def ending(self) -> str:
        """The part of its name in the ledger that does not change with its name."""
        return f"({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def allows(self, endpoint: str) -> bool:
        """True for an endpoint that it is for."""
        return endpoint in self.endpoints

    def is_for(self, model_id: int | None) -> bool:
        """True for a model that it is for. Makes a query unless it is for all models."""
        return self.all_models or self.language_models.filter(pk=model_id or 0).exists()

    def admits(self, address: str) -> bool:
        """True for an address from which it may be used; false for an unreadable one."""
        if not self.addresses:
            return True
        try:
            known = ip_address(address)
        except ValueError:
            return False
        # A dual-stack socket shows IPv4 clients as ::ffff:192.0.2.1.
        known = getattr(known, "ipv4_mapped", None) or known
        return any(known in ip_network(network) for network in self.addresses)

    def note_use(self) -> None:
        """Store the present time as its last use, at most once a minute."""
        now = timezone.now()
        stale = now - timedelta(seconds=LAST_USED_SECONDS)
        if self.last_used_at is None or self.last_used_at <= stale:
            unnoted = Q(last_used_at=None) | Q(last_used_at__lte=stale)
            ApiKey.objects.filter(unnoted, pk=self.pk).update(last_used_at=now)
