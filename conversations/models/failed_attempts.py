"""Counts of failed attempts, by which guessing is slowed down."""

from django.db import models


class FailedAttempts(models.Model):
    """One count of failures; :mod:`conversations.throttle` says of what and how many.

    ``slot`` is the key. An account or a link has one of its own. Addresses and names that belong to
    no account share a fixed number of slots, because anybody can make up any number of them;
    ``subject`` tells addresses apart. No attempt is permitted before ``free_at``, and at
    ``ends_at`` the count is forgotten.
    """

    slot = models.CharField(max_length=80, primary_key=True)
    subject = models.CharField(max_length=64, blank=True)
    failures = models.PositiveIntegerField()
    free_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.failures} of {self.slot}"
