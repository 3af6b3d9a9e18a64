"""The state of a page and its changes, as JSON: docs/protocol.md."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import IntegerField
from django.utils.translation import gettext as _

from conversations import access
from conversations.chat import model_states, window
from conversations.chat.turns import Turn
from conversations.database.prepared import PreparedQuery
from conversations.models import Conversation, Definition, Generation, Preset, User
from conversations.quotas.state import quota_state

LISTED_CONVERSATIONS = 50
SHOWN_PROMPTS = 4


def page_state(user: User, conversation: Conversation | None) -> dict[str, Any]:
    """The initial state of a page."""
    models = access.models_for(user)
    return {
        "site": {"name": settings.SITE_NAME, "release": release()},
        "user": {"username": user.get_username(), "is_staff": user.is_staff},
        "models": model_states.states(models),
        "notice": None if models else _no_model(user),
        "conversation": conversation_state(conversation) if conversation else None,
        **(window.shown(conversation) if conversation else window.NOTHING),
        "conversations": listed(user),
        "answering": answering(user),
        "quota": quota_state(user),
        **library_state(user),
    }


def release() -> str:
    """A hash of the scripts and styles: a page with another release is out of date."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))


def _no_model(user: User) -> str:
    if not user.is_staff:
        return _("There is no model yet. Ask an administrator to set one up.")
    return _(
        "There is no model yet. Start the site with UPSTREAM_BASE_URL and "
        "UPSTREAM_API_KEY set, or with LOCAL_MODEL=on for the bundled model, "
        "or add a provider under Administration."
    )


def library_state(user: User) -> dict[str, Any]:
    """The presets, schemas and tools that the user may use."""
    return {"presets": preset_states(user), "definitions": definition_states(user)}


def preset_states(user: User) -> list[dict[str, Any]]:
    """The presets that the user may use; they can change only their own."""
    return [
        {
            "id": preset.pk,
            "name": preset.name,
            "parameters": preset.parameters,
            "system_message": preset.system_message,
            "is_default": preset.is_default,
            "is_own": preset.user_id == user.pk,
            "prompts": preset.prompts,
        }
        for preset in Preset.objects.open_to(user)
    ]


def first_prompts(presets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The prompts of the empty page with the id of their preset, those of default presets first."""
    ordered = sorted(presets, key=lambda preset: not preset["is_default"])
    prompts = [{"text": text, "preset": each["id"]} for each in ordered for text in each["prompts"]]
    return prompts[:SHOWN_PROMPTS]


def definition_states(user: User) -> list[dict[str, Any]]:
    """The user's saved schemas and tools."""
    own = Definition.objects.filter(user=user)
    return [dict(each) for each in own.values("id", "kind", "name", "definition")]


def listed(user: User, before: datetime | None = None) -> list[dict[str, Any]]:
    """A page of the user's conversations, newest first, at most 50."""
    rows = Conversation.objects.undeleted().filter(user=user).order_by("-updated_at")
    if before:
        rows = rows.filter(updated_at__lt=before)
    return [listed_state(conversation) for conversation in rows[:LISTED_CONVERSATIONS]]


def listed_state(conversation: Conversation) -> dict[str, Any]:
    """A conversation as a row of the list."""
    return {
        "id": str(conversation.pk),
        "title": conversation.title,
        "updated_at": conversation.updated_at.isoformat(),
    }


def answering(user: User) -> list[str]:
    """The ids of the user's conversations in which an answer is being written, sorted."""
    return sorted({str(each.conversation_id) for each in _answering(user=user.pk)})


_answering = PreparedQuery(
    lambda user: (
        Generation.objects.running()
        .filter(user=user, conversation__isnull=False)
        .only("conversation_id")
    ),
    user=IntegerField(),
)


def conversation_state(conversation: Conversation) -> dict[str, Any]:
    """A conversation without its messages."""
    model, notice = model_states.next_model(conversation)
    return {
        **listed_state(conversation),
        "version": conversation.version,
        "parameters": conversation.parameters,
        "system_message": conversation.system_message,
        "model": model.name if model else None,
        "notice": notice,
        "head_id": str(conversation.head_id) if conversation.head_id else None,
        "created_at": conversation.created_at.isoformat(),
    }


def changes(conversation: Conversation, since: int) -> dict[str, Any]:
    """The changes of a conversation after version ``since``."""
    return {
        "conversation": conversation_state(conversation),
        **window.changed(conversation, since),
    }


def turn_state(user: User, turn: Turn, since: int) -> dict[str, Any]:
    """The state of a turn that has started, with all changes since that version."""
    # The turn's conversation was read before its row was locked, so it may be older.
    conversation = access.conversation_for(user, turn.conversation.pk)
    ids = [str(generation.pk) for generation in turn.generations]
    return {**changes(conversation, since), "generation_id": ids[0], "generation_ids": ids}
