"""The scene of the permission tests: Alice's objects, browsers of each identity, and frames."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.test import Client

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.chat import turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle
from conversations.models import ApiKey, Definition, Message, Preset, User
from conversations.socket import frames
from conversations.transcript import Finished
from tests.people import PASSWORD, People, make_model

PRESET_ID, DEFINITION_ID = 71, 72


@dataclass
class Scene:
    """A site on which Alice has a conversation, and the others have none."""

    people: People
    turn: Turn
    clients: dict[str, Client] = field(default_factory=dict)

    def user(self, identity: str) -> User:
        """The account behind an identity."""
        names = {"owner": "alice", "stranger": "charlie", "admin": "dana"}
        return User.objects.get(username=names.get(identity, identity))

    def client(self, identity: str) -> Client:
        """A browser that is, or was, signed in with that identity."""
        client = Client()
        if identity == "anonymous":
            return client
        user = self.user(identity)
        client.force_login(user)
        if identity == "deactivated":
            User.objects.filter(pk=user.pk).update(is_active=False)
        if identity == "demoted":
            User.objects.filter(pk=user.pk).update(is_staff=False, is_superuser=False)
        return client


def make_scene(people: People) -> Scene:
    """A scene with one stored object of Alice's for every kind of id."""
    User.objects.create_user("deactivated", password=PASSWORD)
    User.objects.create_superuser("demoted", password=PASSWORD)
    model = make_model()
    sending = NewMessage(None, None, "Tell me about tea.", model.name, {})
    with transaction.atomic():
        turn = turns.send(people.alice, uuid4(), sending)
    lifecycle.finish(turn.generation.pk, 1, Finished(cause="stopped"))
    api_keys.create(people.alice, KeyChoices("nightly"))
    Preset.objects.create(pk=PRESET_ID, user=people.alice, name="mine")
    Definition.objects.create(pk=DEFINITION_ID, user=people.alice, name="mine", definition={})
    return Scene(people, turn)


def address(pattern: str, scene: Scene) -> str:
    """The address of a route, with Alice's ids."""
    values = {
        "<uuid:conversation_id>": str(scene.turn.conversation.pk),
        "<str:token>": "no-such-token",
        "<int:key_id>": str(ApiKey.objects.get().pk),
        "<uuid:link_id>": str(uuid4()),
        "<path:name>": "test/model",
        "<uuid:message_id>": str(Message.objects.get(generation=scene.turn.generation).pk),
    }
    for place, value in values.items():
        pattern = pattern.replace(place, value)
    assert "<" not in pattern, f"Say in `values` what stands for the places of {pattern}."
    return f"/{pattern}"


def ids_of(turn: Turn) -> dict[str, UUID]:
    """The ids of a turn's objects."""
    answer = Message.objects.get(generation=turn.generation)
    return {
        "conversation_id": turn.conversation.pk,
        "generation_id": turn.generation.pk,
        "message_id": answer.pk,
    }


def frame_on(frame_type: type[frames.Frame], ids: dict[str, UUID]) -> frames.Frame:
    """A frame of that type with these ids."""
    given: dict[str, Any] = {
        **ids,
        "request_id": uuid4(),
        "parent_id": None,
        "content": "Hello",
        "model": "test/model",
        "title": "Mine now",
        "seq": 1,
        "head_id": ids["message_id"],
        "value": 1,
        "answers": {},
        "preset_id": PRESET_ID,
        "definition_id": DEFINITION_ID,
        "kind": "schema",
        "text": "tea",
        "name": "mine",
        "definition": {},
    }
    known = {name: given[name] for name in frame_type.__struct_fields__ if name in given}
    return frame_type(**known)
