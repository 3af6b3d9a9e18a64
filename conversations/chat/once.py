"""Makes a turn exactly once, also where its request arrives again."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from conversations.chat.turns import COMPARED_MODELS, Turn, request_id_of
from conversations.database import rows
from conversations.models import Generation, Message, Policy, User
from conversations.quotas import concurrency


def once(user: User, client_request_id: UUID, create: Callable[[], Turn]) -> Turn:
    """The turn of this request: ``create`` makes it the first time, later calls find it.

    A page sends a request again after it has lost its connection, and two may race.
    """
    with transaction.atomic():
        concurrency.lock_user(user)
        if found := _found(user, client_request_id):
            return found
        concurrency.check_site_is_open(Policy.current())
        return create()


def _found(user: User, client_request_id: UUID) -> Turn | None:
    ids = [request_id_of(client_request_id, number) for number in range(COMPARED_MODELS)]
    keys = [{"user_id": user.pk, "client_request_id": each} for each in ids]
    known = rows.found(Generation, keys)
    generations = tuple(sorted(known, key=lambda each: each.created_at))
    if not generations or generations[0].conversation is None:
        return None
    asked = Message.objects.filter(children__generation=generations[0]).first()
    since = max(0, asked.changed_in - 1) if asked else 0
    return Turn(generations[0].conversation, generations, since)
