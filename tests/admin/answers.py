"""Answers that run and end as real ones do, without an upstream."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle, log
from conversations.generation.processes import OWNER
from conversations.models import Generation, Hold, LanguageModel, User
from conversations.quotas.settlement import Measured
from conversations.transcript import Delta, Failure, Finished, TokenCounts, encode
from tests.people import People, make_model


def priced_model(name: str, base_url: str = "http://127.0.0.1:9/v1") -> LanguageModel:
    """A model that costs 2 a million prompt tokens and 8 a million completion tokens."""
    model = make_model(name, base_url=base_url)
    model.prompt_price, model.completion_price = 2, 8
    model.save()
    return model


def begun(user: User, model: LanguageModel, said: str = "") -> Generation:
    """A running generation with some content."""
    sending = NewMessage(None, None, "Tell me about tea.", model.name, {"max_tokens": 200})
    with transaction.atomic():
        generation = turns.send(user, uuid4(), sending).generation
    if said:
        entry = log.Entry(generation.pk, 1, encode(Delta(content=said)))
        log.append([entry], [(generation.pk, OWNER, 1)])
    return generation


def answered(
    user: User,
    model: LanguageModel,
    tokens: tuple[int, int] | None = (10, 20),
    *,
    days_ago: int = 0,
    error: str = "",
    first_token_ms: int | None = 500,
) -> None:
    """An answer from ``days_ago`` that used these tokens; None if the provider did not count."""
    generation = begun(user, model, "Tea is a drink.")
    day = timezone.now().date() - timedelta(days=days_ago)
    noon = datetime.combine(day, time(12), UTC)
    Hold.objects.filter(generation_id=generation.pk).update(created_at=noon)
    last = Finished(
        cause="failed" if error else "completed",
        usage=TokenCounts(*tokens, sum(tokens)) if tokens else None,
        error=Failure(error, "It went wrong.") if error else None,
    )
    lifecycle.finish(generation.pk, 1, last, Measured(True, 4, first_token_ms))


def a_varied_month(people: People) -> None:
    """Three users in two groups use three models of two providers; some answers fail."""
    tea, cake = Group.objects.create(name="tea"), Group.objects.create(name="cake")
    people.alice.groups.set([tea, cake])
    people.bob.groups.set([tea])
    small, large = priced_model("vendor/small"), priced_model("vendor/large")
    other = priced_model("other/model", "http://127.0.0.1:10/v1")
    answered(people.alice, small, (10, 20))
    answered(people.alice, large, (100, 7), days_ago=1, first_token_ms=1500)
    answered(people.alice, large, None, days_ago=29)
    answered(people.bob, small, (5, 5), error="rate_limited", first_token_ms=None)
    answered(people.bob, other, (1000, 2000), days_ago=29)
    answered(people.charlie, other, (3, 4), days_ago=6, error="timeout")
    answered(people.charlie, small, (30, 40), days_ago=45)
