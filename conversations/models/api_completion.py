"""What is kept of completions for programs: who has asked with which Idempotency-Key, and, where
an administrator wants it, what was asked and answered."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.api_key import ApiKey

# An Idempotency-Key stands for the request that it was first used with for this long.
CLAIM_HOURS = 24


class IdempotencyClaimQuerySet(models.QuerySet["IdempotencyClaim"]):
    """Claims by their age."""

    def expired(self) -> "IdempotencyClaimQuerySet":
        """Claims whose Idempotency-Key may be used anew."""
        return self.filter(created_at__lt=timezone.now() - timedelta(hours=CLAIM_HOURS))


class IdempotencyClaim(models.Model):
    """An Idempotency-Key that has been used, as a hash, and the body that it was used with."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="claims")
    key_hash = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    generation_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = IdempotencyClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "key_hash"], name="one_claim_a_key")
        ]

    def __str__(self) -> str:
        return str(self.generation_id)


class KeptCompletion(models.Model):
    """A request and its answer, kept because its model ``keeps_api_content``, as JSON text.

    It names the person, the key and the model in words, so that it outlives them.
    """

    generation_id = models.UUIDField(unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("person")
    )
    api_key_name = models.CharField(_("API key"), max_length=130)
    model_name = models.CharField(_("model"), max_length=200)
    request = models.TextField(_("request"))
    answer = models.TextField(_("answer"), blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at"], name="kept_completion_by_time")]
        verbose_name = _("kept API call")
        verbose_name_plural = _("kept API calls")

    def __str__(self) -> str:
        return f"{self.model_name} {self.created_at:%Y-%m-%d %H:%M}"
