"""What people keep: presets, schemas and tools, and their thumbs on answers."""

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
    """Keep parameters and a system message under a name; the same name is written over."""
    wanted = checked_name(name)
    others = Preset.objects.filter(user=user).exclude(name=wanted)
    if others.count() >= MOST_SAVED:
        raise Refused("too_many", _("There are 200 presets already. Delete one first."))
    if is_default:
        others.update(is_default=False)
    values = {
        "parameters": checked_parameters(parameters),
        "system_message": checked_system_message(system_message),
        "is_default": is_default,
    }
    Preset.objects.update_or_create(user=user, name=wanted, defaults=values)


def delete_preset(user: User, preset_id: int) -> None:
    """Forget a preset of the person's own."""
    if not Preset.objects.filter(user=user, pk=preset_id).delete()[0]:
        raise access.NotFound


def save_definition(user: User, kind: str, name: str, definition: dict[str, Any]) -> None:
    """Keep a schema or a tool under a name, once it is right; the same is written over."""
    wanted = checked_name(name)
    others = Definition.objects.filter(user=user).exclude(kind=kind, name=wanted)
    if others.count() >= MOST_SAVED:
        raise Refused("too_many", _("There are 200 definitions already. Delete one first."))
    if kind == Definition.Kind.TOOL:
        checked_parameters({"tools": [definition]})
    else:
        check_schema(definition, "definition")
    Definition.objects.update_or_create(
        user=user, kind=kind, name=wanted, defaults={"definition": definition}
    )


def delete_definition(user: User, definition_id: int) -> None:
    """Forget a schema or a tool of the person's own."""
    if not Definition.objects.filter(user=user, pk=definition_id).delete()[0]:
        raise access.NotFound


def rate(user: User, message_id: UUID, value: int, note: str) -> UUID:
    """Keep a thumb on an answer; 0 takes it away. Gives the conversation, which has changed."""
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
    """What something is kept under. Raises :class:`Refused` when nothing is left of it."""
    wanted = " ".join(name.split())[:NAME_CHARACTERS]
    if not wanted:
        raise Refused("empty_name", _("A name needs at least one character."), "name")
    return wanted
