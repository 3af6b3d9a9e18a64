"""A conversation: a tree of messages with a version that grows with each change."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TITLE_CHARACTERS = 80
_ADVANCE = """
    UPDATE conversations_conversation SET version = version + 1, changed_at = %s
    WHERE id = %s RETURNING version
"""
_HEADING = re.compile(r"^#{1,6} ")
# The page writes these blocks: static/js/composer/attached_text.js.
_ATTACHED = re.compile(r'^`{3,}text title="([^"\n]*)"$', re.MULTILINE)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def undeleted(self) -> "ConversationQuerySet":
        """Conversations that their users have not deleted."""
        return self.filter(deleted_at=None)

    def create_with_branch(
        self,
        messages: Iterable[dict[str, Any]],
        alternatives: Iterable[dict[str, Any]] = (),
        **fields: Any,
    ) -> "Conversation":
        """Create a conversation of one branch, in the caller's transaction.

        ``alternatives`` are answers to its last message, of which none is kept yet.
        """
        conversation = self.create(**fields)
        version, head = conversation.advance(), None
        for message in messages:
            head = conversation.messages.create(parent=head, changed_in=version, **message)
        for answer in alternatives:
            conversation.messages.create(parent=head, changed_in=version, **answer)
        conversation.head = head
        conversation.save(update_fields=["head"])
        return conversation


class Conversation(models.Model):
    """A tree of messages that belongs to one user.

    ``parameters`` and ``system_message`` apply to each of its turns. A deleted conversation stays
    for ``DELETED_KEPT_DAYS``, so that deleting can be undone.

    ``version`` grows by one with each change, and ``changed_in`` of a message is the version that
    changed it last, so that everything new since version N is one query.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations"
    )
    title = models.CharField(_("title"), max_length=200)
    version = models.PositiveIntegerField(default=0)
    language_model = models.ForeignKey(
        "conversations.LanguageModel", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    head = models.ForeignKey(
        "conversations.Message", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    parameters = models.JSONField(default=dict)
    system_message = models.TextField(_("system message"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    # The time of the newest version. ``updated_at`` is that of the last turn, by which the list is
    # in order. With a default of the database, for a process of the release before this one.
    changed_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]
        indexes = [
            models.Index(fields=["user", "-updated_at"]),
            models.Index(fields=["user", "changed_at"], name="changed_of_user"),
        ]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")

    def __str__(self) -> str:
        """A name for logs and the administration, which show no title."""
        return f"conversation {str(self.pk)[:8]}"

    def advance(self) -> int:
        """Start the next version, inside the caller's transaction, and return its number.

        The UPDATE locks the row until the transaction ends, so versions are committed in order.
        """
        key = self._meta.pk.get_db_prep_save(self.pk, connection)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_ADVANCE, [now, key])
            (self.version,) = cursor.fetchone()
        return self.version


def title_from(content: str) -> str:
    """The start of a message as a title: one line of at most 80 characters, without `#` marks.

    A message that has only attached texts has the name of the first as its title.
    """
    attached = _ATTACHED.search(content)
    own = content[: attached.start()] if attached else content
    line = _HEADING.sub("", " ".join(own.split())) or (attached[1] if attached else "")
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS]
    return (cut.rsplit(" ", 1)[0] if " " in cut[40:] else cut) + "…"
