"""An answer is settled also after a jump of the clock."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle
from conversations.models import Hold, LedgerEntry
from conversations.transcript import Finished
from tests.people import People, make_model


@pytest.mark.parametrize(
    ("begun_ago", "duration_ms"),
    [(timedelta(days=90), 2**31 - 1), (timedelta(hours=-1), 0)],
    ids=["a site that was off for months", "a clock that was set back"],
)
def test_an_answer_with_an_impossible_duration_is_settled(
    people: People, begun_ago: timedelta, duration_ms: int
) -> None:
    sending = NewMessage(None, None, "Tell me about tea.", make_model().name, {})
    with transaction.atomic():
        generation = turns.send(people.alice, uuid4(), sending).generation
    Hold.objects.update(created_at=timezone.now() - begun_ago)
    assert lifecycle.finish(generation.pk, 1, Finished(cause="interrupted"))
    assert LedgerEntry.objects.get().duration_ms == duration_ms
