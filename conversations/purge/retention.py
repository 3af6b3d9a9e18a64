"""Retention: removes for good what is older than the site policy keeps it.

A conversation's age counts from its last message of its user. Its share links go with it, and
so do links whose conversation is gone already, from the day of their snapshot on: all that shows
an old text goes at the same age.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from conversations.models import BrowserSession, Conversation, KeptCompletion, Policy, ShareLink
from conversations.purge.rows import erase_conversation, erase_links, erase_rows, idle, some_of


class Preview(NamedTuple):
    """The numbers of conversations that would go, of people who have them, and the oldest date."""

    conversations: int
    people: int
    oldest: datetime | None


def conversations_due(days: int | None, now: datetime) -> "QuerySet[Conversation]":
    """Conversations that go after that many days without a message; none where there are no days.

    The one place that decides which conversations are old: for removing, previews and notes.
    """
    if not days:
        return Conversation.objects.none()
    return idle(Conversation.objects.filter(updated_at__lte=now - timedelta(days=days)))


def preview(days: int | None) -> Preview:
    """The conversations that would go now if the policy kept them for that many days."""
    due = conversations_due(days, timezone.now()).order_by()
    found = due.aggregate(
        conversations=Count("pk"), people=Count("user", distinct=True), oldest=Min("updated_at")
    )
    return Preview(**found)


def purge_conversations(now: datetime) -> int:
    """Remove some conversations that the policy keeps no longer; returns how many."""
    due = conversations_due(Policy.current().conversation_days, now)
    return sum(erase_conversation(due, key) for key in some_of(due, "updated_at"))


def purge_links(now: datetime) -> int:
    """Remove some share links without a conversation whose snapshot the policy keeps no longer."""
    days = Policy.current().conversation_days
    if not days:
        return 0
    old = ShareLink.objects.filter(snapshot_at__lte=now - timedelta(days=days))
    return erase_links(old.filter(conversation=None))


def purge_api_calls(now: datetime) -> int:
    """Remove some stored API calls that the policy keeps no longer; returns how many."""
    days = Policy.current().api_call_days
    if not days:
        return 0
    before = now - timedelta(days=days)
    return erase_rows(KeptCompletion.objects.filter(created_at__lte=before), is_named_in_log=True)


def purge_sessions(now: datetime) -> int:
    """Remove some sessions that expired so long ago that nobody has to be told why."""
    return erase_rows(BrowserSession.objects.filter(expire_date__lte=now))
