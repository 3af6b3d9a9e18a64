"""A site full of hostile names and texts: models, definitions, conversations and usage."""

import json
from typing import Any
from uuid import uuid4

from django.utils import timezone

from conversations.models import (
    AuditEntry,
    Conversation,
    Definition,
    Generation,
    LanguageModel,
    LedgerEntry,
    Message,
    Rule,
    UsageDay,
    UsageTotal,
    User,
)
from tests.people import make_model


def add_models(strings: list[str]) -> LanguageModel:
    """Make models with those names, and a plain one, which is returned."""
    plain = make_model("plain")
    LanguageModel.objects.bulk_create(
        LanguageModel(
            name=text[:200], upstream_name=text[:200], notes=text, provider=plain.provider
        )
        for text in strings
    )
    return plain


def keep_definitions(alice: User, strings: list[str]) -> None:
    """Save hostile functions and schemas."""
    Definition.objects.bulk_create(
        Definition(user=alice, kind=kind, name=name, definition=tool(text))
        for number, text in enumerate(strings)
        for kind, name in (("tool", f"t{number}"), ("schema", text[:100]))
    )


def tool(text: str) -> dict[str, Any]:
    """A function in which every text is hostile."""
    return {
        "type": "function",
        "function": {"name": text, "description": text, "parameters": schema(text)},
    }


def schema(text: str) -> dict[str, Any]:
    """A schema in which every text is hostile, and which no hostile answer matches."""
    field = {"description": text, "enum": [text]}
    return {"type": "object", "properties": {text: field}, "required": [f"no {text}"]}


def name_conversations(alice: User, model: LanguageModel, strings: list[str]) -> None:
    """Make empty conversations with those titles."""
    Conversation.objects.bulk_create(
        Conversation(user=alice, title=text[:200], language_model=model) for text in strings
    )


def talk(alice: User, model: LanguageModel, strings: list[str], spoken: list[str]) -> Conversation:
    """A conversation with hostile messages, answers, JSON, tool calls and tool results."""
    conversation = Conversation.objects.create(
        user=alice, title=strings[0][:200], language_model=model, system_message=strings[0],
        parameters={"tools": [tool(text) for text in strings]}, version=1,
    )  # fmt: skip
    said: list[Message] = []
    for text in spoken:
        for fields in turns(text, asked_for_json(conversation, model, text)):
            parent = said[-1] if said else None
            message = Message(conversation=conversation, parent=parent, changed_in=1, **fields)
            said.append(message)
    Message.objects.bulk_create(said)
    Conversation.objects.filter(pk=conversation.pk).update(head=said[-1])
    return conversation


def asked_for_json(conversation: Conversation, model: LanguageModel, text: str) -> Generation:
    """An answer with a hostile schema and hostile details."""
    wanted = {"type": "json_schema", "json_schema": {"name": text, "schema": schema(text)}}
    return Generation.objects.create(
        user=conversation.user, conversation=conversation, language_model=model,
        client_request_id=uuid4(), status="completed", upstream_id=text[:200], upstream_words=text,
        parameters={"response_format": wanted, "tools": [tool(text)]},
        request={"model": text, "tools": [tool(text)]}, finished_at=timezone.now(),
    )  # fmt: skip


def turns(text: str, generation: Generation) -> list[dict[str, Any]]:
    """The messages with one string."""
    call = {"id": "c", "type": "function"}
    arguments = json.dumps({text: [{text: text}, {"x": text}]})
    named = {"name": text, "arguments": arguments}
    return [
        {"role": "user", "content": text},
        {
            "role": "assistant",
            "content": text,
            "reasoning_content": text,
            "model_name": text[:200],
            "tool_calls": [{**call, "function": named}],
        },
        {"role": "tool", "content": text, "tool_call_id": "c"},
        {
            "role": "assistant",
            "content": arguments,
            "model_name": text[:200],
            "generation": generation,
        },
    ]


def count_use(dana: User) -> None:
    """Give all those models usage, limits and audit entries."""
    models = list(LanguageModel.objects.exclude(name="plain"))
    now = timezone.now()
    used = [
        {"model_name": model.name, "provider_name": "Provider", "outcome": "completed"}
        for model in models
    ]
    sums: dict[str, Any] = {"day": now.date(), "answers": 1}
    UsageDay.objects.bulk_create(
        UsageDay(user=dana, username="dana", **sums, **each) for each in used
    )
    UsageTotal.objects.bulk_create(UsageTotal(**sums, **each) for each in used)
    nothing = dict.fromkeys(
        ["requests", "prompt_tokens", "completion_tokens", "cost_micros", "duration_ms"], 0
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            generation_id=uuid4(), user=dana, username="dana", day=now.date(), reserved_at=now,
            source="none", **nothing, **each,
        )
        for each in used
    )  # fmt: skip
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_name="dana", action="changed", target_type="language model", target_id=model.pk,
            target_name=model.name, before={"name": "plain"}, after={"name": model.name},
        )
        for model in models
    )  # fmt: skip
    Rule.objects.bulk_create(
        Rule(measure="tokens", period="day", limit=1000, language_model=model) for model in models
    )
