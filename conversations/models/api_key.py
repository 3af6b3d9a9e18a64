"""The keys with which programs come in, in the name of a person."""

import secrets
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.provider import LanguageModel

# Scanners for leaked secrets look for this, and 43 characters of URL-safe base64 after it.
SECRET_PREFIX = "pk-parley-"  # noqa: S105 - how a secret begins is none
SECRET_BYTES = 32
# What lists show of a key: enough to tell one from another, far too little to guess it.
KEY_SHOWN_CHARACTERS = len(SECRET_PREFIX) + 4
KEY_NAME_CHARACTERS = 100
# How exact "last used" is: writing it for every request would cost more than the look-up.
LAST_USED_SECONDS = 60


def new_key_secret() -> str:
    """A fresh key; only its hash is kept."""
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def all_endpoints() -> list[str]:
    """What a key is for unless it is narrowed."""
    return list(ApiKey.Endpoint.values)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def kept(self) -> "ApiKeyQuerySet":
        """Keys that nobody has revoked; they may have expired."""
        return self.filter(revoked_at=None)

    def working(self) -> "ApiKeyQuerySet":
        """Keys that still let somebody in."""
        return self.kept().filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class ApiKey(models.Model):
    """A person's key for programs. It can do what the person may, or less, and never more.

    ``endpoints`` lists what it is for; ``language_models`` count unless it is for ``all_models``.
    ``addresses`` are networks, such as "10.0.0.0/8"; none is any. Limits of its own are rules that
    name it.
    """

    class Endpoint(TextChoices):
        CHAT = "chat", _("Chat completions")
        MODELS = "models", _("List of models")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_keys",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=KEY_NAME_CHARACTERS)
    prefix = models.CharField(_("begins with"), max_length=20)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    # A field of its own: a key that is for one model must not open all when that is deleted.
    all_models = models.BooleanField(_("for all models"), default=True)
    language_models = models.ManyToManyField(
        LanguageModel, blank=True, related_name="api_keys", verbose_name=_("only for the models")
    )
    endpoints = models.JSONField(_("endpoints"), default=all_endpoints)
    addresses = models.JSONField(_("only from the addresses"), default=list, blank=True)
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
        """The part of its name in the ledger that stays when it is renamed."""
        return f"({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def allows(self, endpoint: str) -> bool:
        """Whether it is for that endpoint."""
        return endpoint in self.endpoints

    def is_for(self, model_id: int | None) -> bool:
        """Whether it is for that model. Looks it up only where it is not for all of them."""
        return self.all_models or self.language_models.filter(pk=model_id or 0).exists()

    def admits(self, address: str) -> bool:
        """Whether it may be used from there. An address that cannot be read is nowhere."""
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
        """Remember that it was used now, to the minute."""
        now = timezone.now()
        stale = now - timedelta(seconds=LAST_USED_SECONDS)
        if self.last_used_at is None or self.last_used_at <= stale:
            unnoted = Q(last_used_at=None) | Q(last_used_at__lte=stale)
            ApiKey.objects.filter(unnoted, pk=self.pk).update(last_used_at=now)
