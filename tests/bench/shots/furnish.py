"""Fills a site with what the pictures show: run by `manage.py shell` on the data of a `Scene`."""

import json
import random
import sys
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from conversations import audit
from conversations.accounts import api_keys, people
from conversations.accounts.api_keys import KeyChoices
from conversations.models import (
    Conversation,
    Definition,
    Generation,
    LanguageModel,
    LedgerEntry,
    Measure,
    Message,
    Period,
    Preset,
    Provider,
    Rule,
    SecurityEvent,
    UsageDay,
    UsageTotal,
    User,
)
from conversations.sharing import links
from conversations.sharing.selection import DEFAULT_OMISSIONS, Omission, Selection
from conversations.sharing.terms import Terms
from tests.bench.shots import texts
from tests.people import PASSWORD, make_model

SETTLED = "demo"


def furnish() -> None:
    """Make everything, and print the addresses and sessions as JSON."""
    alice = User.objects.get(username="alice")
    bob, charlie = (User.objects.create_user(name) for name in ("bob", "charlie"))
    dana = User.objects.create_superuser("dana", "dana@example.org", PASSWORD)
    _add_models()
    _add_groups_and_limits(alice)
    _add_use([alice, bob, charlie])
    talks = {
        "everything": _everything(alice),
        "compared": _compared(alice),
        "models-compared": _models_compared(alice),
        "failed": _failed(alice),
        "long": _long_names(alice),
        "secret": _with_a_secret(alice),
    }
    _define(alice)
    shown = talks["everything"]
    public = _shared(alice, shown, Terms(audience="public", shows_title=True))
    article = _shared(alice, shown, Terms(audience="public"), "tool_calls")
    locked = _shared(alice, shown, Terms(audience="public", passphrase="herring"))
    key, _secret = api_keys.create(alice, KeyChoices("nightly report"))
    invited = people.invite(dana, email="erin@example.org")
    audit.record_event(SecurityEvent.SITE_SET_UP, dana)
    pages = {
        **{name: f"/c/{talk.pk}/" for name, talk in talks.items()},
        "shared": f"/s/{public}/",
        "article": f"/s/{article}/",
        "locked": f"/s/{locked}/",
        "key": f"/account/keys/{key.pk}/",
        "invited": urlsplit(invited).path,
    }
    sessions = {"alice": _session(alice), "dana": _session(dana)}
    made = {"pages": pages, "sessions": sessions, "cookie": settings.SESSION_COOKIE_NAME}
    sys.stdout.write(f"FURNISHED{json.dumps(made)}\n")


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _add_models() -> None:
    LanguageModel.objects.exclude(name=SETTLED).update(enabled=False)
    LanguageModel.objects.filter(name=SETTLED).update(
        notes="Written answers, for pictures", context_length=32_768
    )
    other = make_model(texts.LONG_NAME, base_url="http://127.0.0.1:9/v1")
    provider = Provider.objects.get(pk=other.provider_id)
    provider.name = "A second provider"
    provider.save()
    for name, fields in {
        "harbour/small": {
            "context_length": 8_192, "notes": "Quick",
            "prompt_price": "0.20", "completion_price": "0.60",
        },
        "harbour/large": {
            "context_length": 262_144, "reasons": True, "prompt_price": "2.50",
            "completion_price": "10.00", "notes": "Thinks before it answers",
        },
        "harbour/paused": {"paused": True},
    }.items():  # fmt: skip
        LanguageModel.objects.create(name=name, upstream_name=name, provider=provider, **fields)


def _add_groups_and_limits(alice: User) -> None:
    for name in ("Research", "Teaching", "Interns of the summer"):
        group = Group.objects.create(name=name)
        group.user_set.add(alice)
    Rule.objects.create(measure=Measure.REQUESTS, period=Period.DAY, limit=200)
    Rule.objects.create(measure=Measure.COST, period=Period.MONTH, limit=20_000_000)
    Rule.objects.create(user=alice, measure=Measure.TOKENS, period=Period.DAY, limit=400_000)


def _add_use(users: list[User]) -> None:
    chance = random.Random(1)
    now = timezone.now()
    names = [SETTLED, "harbour/small", "harbour/large"]
    for day in range(30):
        at = now - timedelta(days=day)
        for user in users:
            name = chance.choice(names)
            used: dict[str, Any] = {
                "requests": chance.randrange(1, 30), "prompt_tokens": chance.randrange(20_000),
                "completion_tokens": chance.randrange(9_000),
                "cost_micros": chance.randrange(400_000),
            }  # fmt: skip
            key = {"model_name": name, "provider_name": "A second provider"}
            sums = {**key, **used, "day": at.date(), "outcome": "completed", "answers": 9}
            UsageDay.objects.create(user=user, username=user.username, **sums)
            UsageTotal.objects.update_or_create(
                day=at.date(), outcome="completed", error_code="", **key, defaults=sums
            )
            LedgerEntry.objects.create(
                generation_id=uuid4(), user=user, username=user.username, day=at.date(),
                reserved_at=at, settled_at=at, outcome="completed", source="upstream",
                first_token_ms=chance.randrange(90, 900), duration_ms=chance.randrange(900, 9000),
                **key, **{**used, "requests": 1},
            )  # fmt: skip


def _talk(user: User, title: str, **fields: Any) -> Conversation:
    return Conversation.objects.create(user=user, title=title[:200], **fields)


def _say(talk: Conversation, role: str, content: str, **fields: Any) -> Message:
    if role == "assistant":
        fields = {"model_name": SETTLED, "finish_reason": "stop", **fields}
    talk.head = Message.objects.create(
        conversation=talk, parent=talk.head, role=role, content=content,
        changed_in=talk.advance(), **fields,
    )  # fmt: skip
    talk.save()
    return talk.head


def _run(talk: Conversation, **fields: Any) -> Generation:
    model = LanguageModel.objects.get(name=SETTLED)
    fields = {"status": "completed", "prompt_tokens": 412, "completion_tokens": 618, **fields}
    return Generation.objects.create(
        user=talk.user, conversation=talk, language_model=model, client_request_id=uuid4(),
        first_token_ms=180, finished_at=timezone.now(), **fields,
    )  # fmt: skip


def _everything(alice: User) -> Conversation:
    talk = _talk(alice, "Tides of the Channel", system_message="Answer with numbers.")
    _say(talk, "user", "When can we walk to the island, and why are the tides so high?")
    _say(
        talk, "assistant", "", tool_calls=[texts.WEATHER_CALL, texts.CHART_CALL],
        finish_reason="tool_calls",
    )  # fmt: skip
    _say(talk, "tool", '{"wind": "NW 4", "rain": false}', tool_call_id="call_1")
    _say(talk, "tool", '{"low": "06:12", "high": "12:24"}', tool_call_id="call_2")
    _say(
        talk, "assistant", texts.EVERYTHING, reasoning_content=texts.REASONING,
        reasoning_ms=4_200, generation=_run(talk),
    )  # fmt: skip
    _say(talk, "user", "Give me the harbours as JSON.")
    wanted = {"type": "json_schema", "json_schema": {"name": "harbours", "schema": texts.SCHEMA}}
    asked = _run(talk, parameters={"response_format": wanted})
    _say(talk, "assistant", texts.HARBOURS, generation=asked)
    return talk


def _compared(alice: User) -> Conversation:
    talk = _talk(alice, "What is a neap tide?")
    asked = _say(talk, "user", "What is a neap tide?")
    run = _run(talk)
    for choice, (content, reason) in enumerate(texts.COMPARED):
        Message.objects.create(
            conversation=talk, parent=asked, role="assistant", content=content, choice=choice,
            model_name=SETTLED, finish_reason=reason, generation=run, changed_in=talk.advance(),
        )  # fmt: skip
    talk.save()
    return talk


def _models_compared(alice: User) -> Conversation:
    """One answer of each model, with what it took."""
    talk = _talk(alice, "Which knot holds a boat?")
    asked = _say(talk, "user", "Which knot holds a boat to a ring on the quay?")
    for name, content, seconds, tokens in texts.KNOTS:
        run = _run(talk, prompt_tokens=21, completion_tokens=tokens)
        _record(run, name, timedelta(seconds=seconds))
        Message.objects.create(
            conversation=talk, parent=asked, role="assistant", content=content, model_name=name,
            finish_reason="stop", generation=run, changed_in=talk.advance(),
        )  # fmt: skip
    talk.save()
    return talk


def _record(run: Generation, model_name: str, took: timedelta) -> None:
    """Let a run have begun so long ago, and write what it used into the ledger."""
    model = LanguageModel.objects.get(name=model_name)
    began = timezone.now() - took
    Generation.objects.filter(pk=run.pk).update(created_at=began, language_model=model)
    cost = run.prompt_tokens * model.prompt_price + run.completion_tokens * model.completion_price
    LedgerEntry.objects.create(
        generation_id=run.pk, user=run.user, username=run.user.username, model_name=model_name,
        provider_name=model.provider.name, day=began.date(), reserved_at=began,
        outcome="completed", source="provider", requests=1, prompt_tokens=run.prompt_tokens,
        completion_tokens=run.completion_tokens, cost_micros=int(cost),
        first_token_ms=run.first_token_ms, duration_ms=int(took.total_seconds() * 1000),
    )  # fmt: skip


def _failed(alice: User) -> Conversation:
    talk = _talk(alice, "A question that failed")
    _say(talk, "user", "How high is the tide in the Bay of Fundy?")
    failed = _run(
        talk, status="failed", error_code="rate_limited",
        error_message="The model's provider is busy. Try again in a minute.",
    )  # fmt: skip
    _say(talk, "assistant", "Up to 14.5 m, which is", generation=failed, finish_reason="")
    return talk


def _long_names(alice: User) -> Conversation:
    talk = _talk(alice, texts.LONG_TITLE)
    talk.language_model = LanguageModel.objects.get(name=texts.LONG_NAME)
    _say(talk, "user", texts.LONG_WORD)
    _say(talk, "assistant", f"## {texts.LONG_TITLE}\n\n{texts.LONG_WORD}",
         model_name=texts.LONG_NAME)  # fmt: skip
    return talk


def _define(alice: User) -> None:
    Preset.objects.create(
        user=alice, name="Short and dry", system_message="Answer in two sentences.",
        parameters={"temperature": 0.2, "max_tokens": 300},
    )  # fmt: skip
    Preset.objects.create(name="Of the site", parameters={"temperature": 0.7})
    function = {
        "type": "function",
        "function": {
            "name": "get_weather", "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }  # fmt: skip
    Definition.objects.create(user=alice, kind="tool", name="get_weather", definition=function)
    schema = {"name": "harbours", "schema": texts.SCHEMA}
    Definition.objects.create(user=alice, kind="schema", name="harbours", definition=schema)


def _shared(alice: User, talk: Conversation, terms: Terms, *left_out: Omission) -> str:
    assert talk.head_id is not None
    selection = Selection(leaf_id=talk.head_id, omit=(*DEFAULT_OMISSIONS, *left_out))
    link = links.create(alice, talk.pk, selection, terms)
    return str(link.sealed_token)


def _with_a_secret(alice: User) -> Conversation:
    talk = _talk(alice, "A key that should not get out")
    _say(talk, "user", "The key is sk-proj-Zq8vT3nLw0Rk5Yb7Xc2MaJdEf, my mail alice@example.org.")
    _say(talk, "assistant", "Thank you. I will not repeat it.")
    return talk
