"""Daily sums of the ledger, so that reports stay fast however long it grows."""

from django.conf import settings
from django.db import models


class UsageSums(models.Model):
    """Sums over the answers of one day that ended in the same way.

    ``first_token_ms`` is a sum over the ``first_token_answers`` that had any token; ``overlong``
    counts answers that went on beyond the length that was asked for.
    """

    day = models.DateField()
    model_name = models.CharField(max_length=200)
    provider_name = models.CharField(max_length=100)
    outcome = models.CharField(max_length=12)
    error_code = models.CharField(max_length=40, blank=True, default="")
    answers = models.BigIntegerField(default=0)
    estimated = models.BigIntegerField(default=0)
    overlong = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0)
    prompt_tokens = models.BigIntegerField(default=0)
    completion_tokens = models.BigIntegerField(default=0)
    cost_micros = models.BigIntegerField(default=0)
    first_token_ms = models.BigIntegerField(default=0)
    first_token_answers = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day} {self.model_name} {self.outcome}"


class UsageDay(UsageSums):
    """Sums by day, user, model and provider."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="usage_days"
    )
    username = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "day",
                    "user",
                    "username",
                    "model_name",
                    "provider_name",
                    "outcome",
                    "error_code",
                ],
                name="one_usage_row_a_day",
            )
        ]
        indexes = [
            models.Index(fields=["user", "day"]),
            # Reports over many users read this index alone: reading the rows too would take four
            # times as long.
            models.Index(
                fields=[
                    "day",
                    "user",
                    "username",
                    "model_name",
                    "provider_name",
                    "error_code",
                    "answers",
                    "estimated",
                    "overlong",
                    "prompt_tokens",
                    "completion_tokens",
                    "cost_micros",
                    "first_token_ms",
                    "first_token_answers",
                ],
                name="usage_of_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.username} {self.model_name}"


class UsageTotal(UsageSums):
    """Sums by day, model and provider, for all users together.

    A year has thousands of rows here, and hundreds of thousands in :class:`UsageDay`.
    """

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "model_name", "provider_name", "outcome", "error_code"],
                name="one_usage_total_a_day",
            )
        ]
