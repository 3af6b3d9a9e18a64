"""Records of API completions: claims of Idempotency-Keys, and requests with their answers where
an administrator has them stored."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.api_key import ApiKey

# A client of another process is taken for gone when its process has not renewed this for so long.
FOLLOWED_SECONDS = 10
# For this long, an Idempotency-Key refers to the request that it was first used with.
CLAIM_HOURS = 24


class IdempotencyClaimQuerySet(models.QuerySet["IdempotencyClaim"]):
    """Claims by their age."""

    def expired(self) -> "IdempotencyClaimQuerySet":
        """Claims so old that their Idempotency-Key may be used for another request."""
        return self.filter(created_at__lt=timezone.now() - timedelta(hours=CLAIM_HOURS))

    def current(self) -> "IdempotencyClaimQuerySet":
        """The others."""
        return self.filter(created_at__gte=timezone.now() - timedelta(hours=CLAIM_HOURS))

    def followed(self) -> "IdempotencyClaimQuerySet":
        """Claims whose reply a client of another process reads just now."""
        return self.filter(followed_until__gte=Now())

    def follow(self) -> int:
        """Note that a client reads the reply; gives the number of claims."""
        # By the clock of the database, which is one for all processes.
        return self.update(followed_until=Now() + timedelta(seconds=FOLLOWED_SECONDS))


class IdempotencyClaim(models.Model):
    """The hashes of an Idempotency-Key that was used and of the body that it was used with.

    ``followed_until`` is renewed by other processes while their clients read the reply.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="claims")
    key_hash = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    generation_id = models.UUIDField(unique=True)
    followed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = IdempotencyClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "key_hash"], name="one_claim_a_key")
        ]

    def __str__(self) -> str:
        return str(self.generation_id)


class KeptCompletion(models.Model):
    """A request and its answer as JSON text, stored because its model ``keeps_api_content``.

    It stores the names of the API key and the model, so that it outlives them.
    """

    # Content of a user: the audit log never has it.
    private_fields = ("request", "answer")

    generation_id = models.UUIDField(unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("user")
    )
    api_key_name = models.CharField(_("API key"), max_length=130)
    model_name = models.CharField(_("model"), max_length=200)
    request = models.TextField(_("request"))
    answer = models.TextField(_("answer"), blank=True)
    created_at = models.DateTimeField(_("started"), default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at"], name="kept_completion_by_time")]
        verbose_name = _("stored API call")
        verbose_name_plural = _("stored API calls")

    def __str__(self) -> str:
        return f"{self.model_name} {self.created_at:%Y-%m-%d %H:%M}"
