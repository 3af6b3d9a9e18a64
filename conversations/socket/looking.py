"""One look at the database for all open pages of a process: who is signed in, and what changed."""

from collections import defaultdict
from collections.abc import Collection, Hashable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Sum

from conversations.generation.revocation import Visitor, all_signed_in
from conversations.models import Conversation, Counter, Generation, Rule, User

# Of each user the newest changes, where a program changed very many.
MOST_CHANGED = 100


class Seen(NamedTuple):
    """The findings of a look.

    ``users`` has those who are signed in, ``versions`` by user the conversations that have changed
    or were deleted since then, and ``marks`` by user what differs as soon as the user's limits,
    their use or the running answers are others.
    """

    users: dict[Visitor, User]
    versions: dict[int, dict[UUID, int]]
    marks: dict[int, Hashable]


def look(visitors: Collection[Visitor], since: datetime) -> Seen:
    """Look for all of them at once; the number of queries does not grow with theirs."""
    user_ids = {each.user_id for each in visitors}
    return Seen(all_signed_in(visitors), _changed(user_ids, since), _marks(user_ids))


def _changed(user_ids: Collection[int], since: datetime) -> dict[int, dict[UUID, int]]:
    changed = Conversation.objects.filter(user__in=user_ids, changed_at__gte=since)
    newest = changed.order_by("-changed_at").values_list("user", "pk", "version")
    found: dict[int, dict[UUID, int]] = defaultdict(dict)
    for user_id, conversation_id, version in newest[: MOST_CHANGED * len(user_ids)]:
        if len(found[user_id]) < MOST_CHANGED:
            found[user_id][conversation_id] = version
    return found


def _marks(user_ids: Collection[int]) -> dict[int, Hashable]:
    # A number, because every page compares it.
    rules = hash(tuple(Rule.objects.filter(enabled=True).order_by("pk").values_list()))
    used = Counter.objects.filter(user__in=user_ids).values("user").order_by()
    sums = {
        row["user"]: (row["number"], row["used"], row["held"])
        for row in used.annotate(number=Count("pk"), used=Sum("used"), held=Sum("held"))
    }
    running = Generation.objects.running().filter(user__in=user_ids, conversation__isnull=False)
    answering: dict[int, set[UUID]] = defaultdict(set)
    for user_id, conversation_id in running.values_list("user", "conversation"):
        answering[user_id].add(conversation_id)
    return {pk: (rules, sums.get(pk), frozenset(answering[pk])) for pk in user_ids}
