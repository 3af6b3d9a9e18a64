"""A message: a node in the tree of its conversation."""

import uuid
from collections.abc import Iterator

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.database.prepared import PreparedQuery
from conversations.models.conversation import Conversation


class Message(models.Model):
    """One message. An answer has its text once its generation has finished.

    While the generation runs, its text is in the log of events alone.
    """

    class Role(models.TextChoices):
        USER = "user", _("user")
        ASSISTANT = "assistant", _("assistant")
        TOOL = "tool", _("tool")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    content = models.TextField(_("content"), blank=True, default="")
    reasoning_content = models.TextField(_("reasoning"), blank=True, default="")
    reasoning_ms = models.PositiveIntegerField(null=True)
    tool_calls = models.JSONField(default=list)
    # The id of the call that a tool message answers. Some servers put a signature into it.
    tool_call_id = models.TextField(blank=True, default="")
    generation = models.ForeignKey(
        "conversations.Generation", on_delete=models.SET_NULL, null=True, related_name="messages"
    )
    choice = models.PositiveSmallIntegerField(default=0)
    model_name = models.CharField(_("model"), max_length=200, blank=True, default="")
    finish_reason = models.CharField(max_length=40, blank=True, default="")
    changed_in = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Hides the message and all below it until that is undone, or both are purged.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "choice"]
        indexes = [models.Index(fields=["conversation", "changed_in"])]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        """A name for logs and the administration, which show no text."""
        return f"{self.role} {str(self.pk)[:8]}"

    @property
    def is_unfinished(self) -> bool:
        """True where the answer ended early, so that it can be continued."""
        if self.generation is None or self.generation.is_running:
            return False
        return self.finish_reason == "length" or self.generation.status != "completed"

    def branch(self) -> list["Message"]:
        """The path from the root to this message, itself included. One query."""
        everything = _in_conversation(conversation=self.conversation_id)
        by_id = {message.pk: message for message in everything}
        return list(reversed(list(_upwards(by_id[self.pk], by_id))))


_in_conversation = PreparedQuery(
    lambda conversation: Message.objects.filter(conversation=conversation).select_related(
        "generation"
    ),
    conversation=models.UUIDField(),
)


def _upwards(message: Message, by_id: dict[uuid.UUID, Message]) -> Iterator[Message]:
    node: Message | None = message
    while node is not None:
        yield node
        node = by_id[node.parent_id] if node.parent_id else None
