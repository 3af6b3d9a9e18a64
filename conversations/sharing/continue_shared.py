"""Continues a shared conversation: copies its snapshot into a new one of the reader's."""

from typing import Any

from django.db import transaction

from conversations import access
from conversations.catalog.parameters import checked_parameters
from conversations.models import Conversation, LanguageModel, ShareLink, User
from conversations.refusal import Refused
from conversations.sharing.json_text import parsed


@transaction.atomic
def copy_for(reader: User, link: ShareLink) -> Conversation:
    """Copy the snapshot, and nothing else, into a conversation of the reader's."""
    snapshot = link.snapshot
    branch, alternatives = _parted(snapshot["messages"])
    return Conversation.objects.create_with_branch(
        [_fields(message) for message in branch],
        [_fields(message) for message in alternatives],
        user=reader,
        title=snapshot["title"],
        language_model=_model(reader, snapshot),
        system_message=snapshot.get("system_message", ""),
        parameters=_parameters(snapshot),
    )


def _parted(messages: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The messages of the branch, and the answers below it of which none is kept.

    Without a message above them there is nothing that they could be below.
    """
    branch = [each for each in messages if "alternative" not in each]
    return (branch, messages[len(branch) :]) if branch else (messages, [])


def _model(reader: User, snapshot: dict[str, Any]) -> LanguageModel | None:
    """The model that answered last, if it is shown and the reader may use it; else their first."""
    models = {model.name: model for model in access.models_for(reader)}
    names = [message.get("model") for message in reversed(snapshot["messages"])]
    known = (models[name] for name in names if name in models)
    return next(known, None) or next(iter(models.values()), None)


def _parameters(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The shown parameters; none where masking made them unusable."""
    shown = parsed(snapshot.get("parameters", ""))
    try:
        return checked_parameters(shown) if isinstance(shown, dict) else {}
    except Refused:
        return {}


def _fields(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "role": message["role"],
        "content": message["content"],
        "reasoning_content": message.get("reasoning_content", ""),
        "reasoning_ms": message.get("reasoning_ms"),
        "tool_calls": [_call(call) for call in message.get("tool_calls", ())],
        "tool_call_id": message.get("tool_call_id", ""),
        "model_name": message.get("model", ""),
    }


def _call(call: dict[str, Any]) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": call["arguments"]}
    return {"id": call["id"], "type": "function", "function": function}
