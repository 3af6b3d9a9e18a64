"""Saved presets, schemas and tools; ratings of answers."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import access
from conversations.catalog.parameters import checked_parameters
from conversations.catalog.schemas import check_schema
from conversations.chat.checks import checked_system_message
from conversations.models import Definition, Feedback, Preset, User
from conversations.refusal import Refused

NAME_CHARACTERS = 100
NOTE_CHARACTERS = 1000
MOST_SAVED = 200


@transaction.atomic
def save_preset(
    user: User, name: str, parameters: dict[str, Any], system_message: str, *, is_default: bool
) -> None:
    """Save parameters and a system message under a name, replacing a preset of that name."""
    wanted = checked_name(name)
    others = Preset.objects.filter(user=user).exclude(name=wanted)
    if others.count() >= MOST_SAVED:
        text = _("You already have %s presets. Delete one first.")
        raise Refused("too_many", text % MOST_SAVED)
    if is_default:
        others.update(is_default=False)
    values = {
        "parameters": checked_parameters(parameters),
        "system_message": checked_system_message(system_message),
        "is_default": is_default,
    }
    Preset.objects.update_or_create(user=user, name=wanted, defaults=values)


def delete_preset(user: User, preset_id: int) -> None:
    """Delete one of the user's presets."""
    if not Preset.objects.filter(user=user, pk=preset_id).delete()[0]:
        raise access.NotFound


def save_definition(user: User, kind: str, name: str, definition: dict[str, Any]) -> None:
    """Save a valid schema or tool under a name, replacing one of that kind and name."""
    wanted = checked_name(name)
    others = Definition.objects.filter(user=user).exclude(kind=kind, name=wanted)
    if others.count() >= MOST_SAVED:
        text = _("You already have %s schemas and tools. Delete one first.")
        raise Refused("too_many", text % MOST_SAVED)
    if kind == Definition.Kind.TOOL:
        checked_parameters({"tools": [definition]})
    else:
        check_schema(definition, "definition")
    Definition.objects.update_or_create(
        user=user, kind=kind, name=wanted, defaults={"definition": definition}
    )


def delete_definition(user: User, definition_id: int) -> None:
    """Delete one of the user's schemas or tools."""
    if not Definition.objects.filter(user=user, pk=definition_id).delete()[0]:
        raise access.NotFound


def rate(user: User, message_id: UUID, value: int, note: str) -> UUID:
    """Rate an answer; 0 removes the rating. Returns the id of its conversation."""
    with transaction.atomic():
        message = access.message_for(user, message_id)
        if value == 0:
            Feedback.objects.filter(message=message, user=user).delete()
        else:
            values = {"value": value, "note": note.strip()[:NOTE_CHARACTERS]}
            Feedback.objects.update_or_create(message=message, user=user, defaults=values)
        message.changed_in = message.conversation.advance()
        message.save(update_fields=["changed_in"])
        return message.conversation_id


def checked_name(name: str) -> str:
    """The name without spare spaces, cut to length. Raises :class:`Refused` if it is empty."""
    wanted = " ".join(name.split())[:NAME_CHARACTERS]
    if not wanted:
        raise Refused("empty_name", _("The name is empty. Enter a name."), "name")
    return wanted
