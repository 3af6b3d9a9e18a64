"""A generation and its log of events."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.database.written import Written


class GenerationQuerySet(models.QuerySet["Generation"]):
    def running(self) -> "GenerationQuerySet":
        return self.filter(status=Written(str(Generation.Status.RUNNING)))

    def owned(self, owner: str, epoch: int) -> "GenerationQuerySet":
        """Running generations that this owner may still write to: the condition of each update."""
        return self.running().filter(owner=owner, epoch=epoch)


class Generation(models.Model):
    """A run of one completion. It belongs to the process that owns it, never to a request.

    ``epoch`` grows when another process takes over from a dead owner, so that an owner that
    comes back changes nothing.
    """

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        COMPLETED = "completed", _("completed")
        STOPPED = "stopped", _("stopped")
        INTERRUPTED = "interrupted", _("interrupted")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations"
    )
    conversation = models.ForeignKey(
        "conversations.Conversation",
        on_delete=models.CASCADE,
        null=True,
        related_name="generations",
    )
    language_model = models.ForeignKey(
        "conversations.LanguageModel",
        on_delete=models.SET_NULL,
        null=True,
        related_name="generations",
    )
    # Set for requests of API clients, with the key that they used.
    api_key = models.ForeignKey(
        "conversations.ApiKey",
        on_delete=models.SET_NULL,
        null=True,
        related_name="generations",
    )
    client_request_id = models.UUIDField()
    parameters = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.RUNNING)
    owner = models.CharField(max_length=100)
    epoch = models.PositiveIntegerField(default=1)
    stop_requested_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    notices = models.JSONField(default=list)
    prompt_tokens = models.PositiveIntegerField(null=True)
    completion_tokens = models.PositiveIntegerField(null=True)
    usage_source = models.CharField(max_length=10, blank=True, default="")
    # The request to the provider, without the messages of the branch.
    request = models.JSONField(null=True)
    first_token_ms = models.PositiveIntegerField(null=True)
    upstream_id = models.CharField(max_length=200, blank=True, default="")
    # A failure in the server's own words, redacted. For administrators only.
    upstream_words = models.TextField(blank=True, default="")
    last_seq = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client_request_id"], name="one_generation_a_request"
            )
        ]
        indexes = [
            models.Index(
                fields=["owner"], condition=models.Q(status="running"), name="running_by_owner"
            ),
            models.Index(
                fields=["user"], condition=models.Q(status="running"), name="running_by_user"
            ),
        ]
        verbose_name = _("generation")
        verbose_name_plural = _("generations")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING

    @property
    def is_counted(self) -> bool:
        """True where the provider's token counts were accepted, false where ours were used."""
        return self.usage_source == "provider"


class LoggedEvent(models.Model):
    """One event of a generation, as JSON text, numbered from 1 and never changed."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    payload = models.TextField()

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "seq"], name="one_event_a_number")
        ]
        # The generations that have a log at all, which are to be found among those of years.
        indexes = [
            models.Index(fields=["seq", "generation"], condition=models.Q(seq=1), name="begun_logs")
        ]

    def __str__(self) -> str:
        return f"{self.generation_id} {self.seq}"
