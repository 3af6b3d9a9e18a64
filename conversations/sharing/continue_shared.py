"""A conversation of a reader's own that begins with what a link shows."""

from typing import Any

from django.db import transaction

from conversations import access
from conversations.catalog.parameters import checked_parameters
from conversations.models import Conversation, LanguageModel, Message, ShareLink, User
from conversations.refusal import Refused
from conversations.sharing.json_text import parsed


@transaction.atomic
def copy_for(reader: User, link: ShareLink) -> Conversation:
    """Copy what is shown, and nothing else, into a conversation with a model open to the reader."""
    snapshot = link.snapshot
    conversation = Conversation.objects.create(
        user=reader,
        title=snapshot["title"],
        language_model=_model(reader, snapshot),
        system_message=snapshot.get("system_message", ""),
        parameters=_parameters(snapshot),
    )
    conversation.head = _copied(conversation, snapshot["messages"])
    conversation.save(update_fields=["head"])
    return conversation


def _model(reader: User, snapshot: dict[str, Any]) -> LanguageModel | None:
    """The model that answered last, where it is shown and open to the reader; else their first."""
    models = {model.name: model for model in access.models_for(reader)}
    names = [message.get("model") for message in reversed(snapshot["messages"])]
    known = (models[name] for name in names if name in models)
    return next(known, None) or next(iter(models.values()), None)


def _parameters(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The parameters that are shown; none where masking has left some that cannot be used."""
    shown = parsed(snapshot.get("parameters", ""))
    try:
        return checked_parameters(shown) if isinstance(shown, dict) else {}
    except Refused:
        return {}


def _copied(conversation: Conversation, messages: list[dict[str, Any]]) -> Message | None:
    version, parent = conversation.advance(), None
    for message in messages:
        parent = Message.objects.create(
            conversation=conversation,
            parent=parent,
            changed_in=version,
            role=message["role"],
            content=message["content"],
            reasoning_content=message.get("reasoning_content", ""),
            reasoning_ms=message.get("reasoning_ms"),
            tool_calls=[_call(call) for call in message.get("tool_calls", ())],
            tool_call_id=message.get("tool_call_id", ""),
            model_name=message.get("model", ""),
        )
    return parent


def _call(call: dict[str, Any]) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": call["arguments"]}
    return {"id": call["id"], "type": "function", "function": function}
