"""A process that serves the site."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Process(models.Model):
    """A process that serves the site. Its id is the owner of the generations that it runs.

    The row stays until another process has ended what a dead one left. ``seen_at`` is for people:
    whether a process lives is told by its lock (:mod:`conversations.database.process_locks`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Its machine and its number there.
    name = models.CharField(_("name"), max_length=200)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        ordering = ["started_at"]
        verbose_name = _("process")
        verbose_name_plural = _("processes")

    def __str__(self) -> str:
        return self.name
