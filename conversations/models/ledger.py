"""The ledger: the permanent record of usage."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """The usage of one generation, written once when it ended and never changed. What it says was
    used is what counters are charged.

    It stores the names of user, model, provider and API key, so that it outlives them, and no
    content.
    """

    class Source(models.TextChoices):
        PROVIDER = "provider", _("provider")
        ESTIMATE = "estimate", _("estimate")
        NONE = "none", _("nothing used")

    generation_id = models.UUIDField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="ledger"
    )
    username = models.CharField(_("user"), max_length=150)
    model_name = models.CharField(_("model"), max_length=200)
    provider_name = models.CharField(_("provider"), max_length=100)
    api_key_name = models.CharField(_("API key"), max_length=130, blank=True, default="")
    day = models.DateField(_("day"))
    reserved_at = models.DateTimeField(_("started"))
    settled_at = models.DateTimeField(_("ended"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=12)
    error_code = models.CharField(_("error"), max_length=40, blank=True, default="")
    source = models.CharField(_("counted by"), max_length=10, choices=Source)
    requests = models.PositiveSmallIntegerField(_("requests"))
    prompt_tokens = models.BigIntegerField(_("prompt tokens"))
    completion_tokens = models.BigIntegerField(_("completion tokens"))
    cost_micros = models.BigIntegerField(_("cost (millionths)"))
    # Of all its answers together; None where the request left the length open.
    asked_tokens = models.BigIntegerField(_("completion tokens asked for"), null=True)
    first_token_ms = models.PositiveIntegerField(_("first token (ms)"), null=True)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"))

    class Meta:
        ordering = ["-settled_at"]
        constraints = [
            # With the day, which a generation has one of, so that PostgreSQL can keep each month in
            # a table of its own.
            models.UniqueConstraint(fields=["generation_id", "day"], name="one_entry_a_generation")
        ]
        indexes = [
            models.Index(fields=["day"]),
            models.Index(fields=["user", "day"]),
            models.Index(fields=["-settled_at"]),
            # One for each filter of the list in its order, so that a rare value is found as fast as
            # a common one.
            *(
                models.Index(fields=[name, "-settled_at"], name=f"ledger_by_{name}")
                for name in (
                    "error_code",
                    "model_name",
                    "outcome",
                    "provider_name",
                    "source",
                    "username",
                )
            ),
        ]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")

    def __str__(self) -> str:
        return f"{self.username} {self.model_name} {self.settled_at:%Y-%m-%d %H:%M}"

    @property
    def tokens(self) -> int:
        """The tokens of the prompt and the completion together."""
        return self.prompt_tokens + self.completion_tokens
