"""Who may do what: every route and every frame, for every kind of person, on own and foreign ids.

A route or a frame that nobody has declared here fails the suite.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.chat import turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle
from conversations.generation.runner import runner
from conversations.models import ApiKey, Definition, Message, Preset, User
from conversations.socket import frames, handlers
from conversations.socket.page import Page
from conversations.transcript import Finished
from tests.people import PASSWORD, People, make_model

pytestmark = pytest.mark.django_db(transaction=True)

IDENTITIES = ("anonymous", "owner", "stranger", "deactivated", "demoted", "admin")
# What each kind of page answers to each identity; "login" is a redirect to a sign-in page.
SIGNED_IN = {
    "anonymous": "login", "owner": 200, "stranger": 200,
    "deactivated": "login", "demoted": 200, "admin": 200,
}  # fmt: skip
# A foreign conversation is not found, for administrators as well.
OWNED = SIGNED_IN | {"stranger": 404, "demoted": 404, "admin": 404}
STAFF = dict.fromkeys(IDENTITIES, "login") | {"admin": 200}
ANYBODY = dict.fromkeys(IDENTITIES, 200)
# These take posts alone; whom they serve is in tests/sharing/test_endpoints.py.
NO_GET = dict.fromkeys(IDENTITIES, 405)
GONE = dict.fromkeys(IDENTITIES, 404)
# Programs bring a key in a header; a session opens nothing there. See tests/api.
KEY_ALONE = dict.fromkeys(IDENTITIES, 401)
ROUTES: dict[str, dict[str, Any]] = {
    "setup": GONE,
    "invitation": GONE,
    "account": SIGNED_IN,
    "api_key_new": SIGNED_IN,
    "api_key": OWNED,
    "account_links": SIGNED_IN,
    "new": SIGNED_IN,
    "new_state": SIGNED_IN,
    "conversation": OWNED,
    "conversation_state": OWNED,
    "conversations": SIGNED_IN,
    "message_details": OWNED,
    "diagram_frame": ANYBODY,
    "api_description": ANYBODY,
    "api_models": KEY_ALONE,
    "api_model": KEY_ALONE,
    # Asked with another method than POST.
    "api_chat_completions": dict.fromkeys(IDENTITIES, 405),
    "share": OWNED,
    "share_secrets": NO_GET,
    "share_preview": NO_GET,
    # Nobody is asked for, so nobody is found.
    "share_person": {name: 404 if said == 200 else said for name, said in SIGNED_IN.items()},
    "change_link": NO_GET,
    "update_link": NO_GET,
    "revoke_link": NO_GET,
    # Whom a link lets in is its own matrix: tests/sharing/test_matrix.py.
    "shared": GONE,
    "shared_markdown": GONE,
    "continue_shared": NO_GET,
}
# allauth's own pages act on the account that is signed in and take no ids of anybody.
OTHERS_CODE = ("accounts/",)
# The administration is one rule: staff, and below that Django's permissions.
ADMIN = "admin/"


PRESET_ID, DEFINITION_ID = 71, 72


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the site with its whole path."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


OWN_ROUTES = {
    pattern.name: path
    for path, pattern in routes(get_resolver().url_patterns)
    if not path.startswith((*OTHERS_CODE, ADMIN))
}
ADMIN_ROUTES = [path for path, _ in routes(get_resolver().url_patterns) if path.startswith(ADMIN)]


def test_every_route_is_declared() -> None:
    assert set(OWN_ROUTES) == set(ROUTES)


@dataclass
class Scene:
    """Alice has a conversation; the others have nothing to do with it."""

    people: People
    turn: Turn
    clients: dict[str, Client] = field(default_factory=dict)

    def user(self, identity: str) -> User:
        """The account behind an identity."""
        names = {"owner": "alice", "stranger": "charlie", "admin": "dana"}
        return User.objects.get(username=names.get(identity, identity))

    def client(self, identity: str) -> Client:
        """A browser that is, or was, signed in as that identity."""
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


@pytest.fixture
def scene(people: People) -> Scene:
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


def answered(client: Client, path: str) -> int | str:
    """The status, or "login" for a redirect to a sign-in page."""
    response = client.get(path)
    if response.status_code == 302 and "/login/" in response["Location"]:
        return "login"
    return response.status_code


def address(pattern: str, scene: Scene) -> str:
    """A route's address with Alice's ids in it."""
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


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_answers_as_declared(scene: Scene, name: str) -> None:
    path = address(OWN_ROUTES[name], scene)
    clients = {identity: scene.client(identity) for identity in IDENTITIES}
    assert {each: answered(client, path) for each, client in clients.items()} == ROUTES[name]


@pytest.mark.parametrize("identity", [each for each in IDENTITIES if each != "admin"])
def test_the_administration_is_closed_to_all_but_staff(scene: Scene, identity: str) -> None:
    client = scene.client(identity)
    open_to_all = {"admin/login/", "admin/jsi18n/", "admin/logout/"}
    for pattern in ADMIN_ROUTES:
        if pattern in open_to_all or "(?P" in pattern:
            continue
        path = "/" + _with_numbers(pattern)
        assert answered(client, path) == "login", path


def test_the_administration_is_open_to_staff(scene: Scene) -> None:
    client = scene.client("admin")
    assert answered(client, "/admin/") == 200
    for model in admin.site._registry:
        name = model._meta.model_name
        assert answered(client, f"/admin/{model._meta.app_label}/{name}/") in {200, 302}, name


def _with_numbers(pattern: str) -> str:
    for place in ("<path:object_id>", "<int:content_type_id>", "<path:url>", "<path:id>"):
        pattern = pattern.replace(place, "1")
    while "<" in pattern:
        start, end = pattern.index("<"), pattern.index(">") + 1
        pattern = pattern[:start] + "1" + pattern[end:]
    return pattern


# What a stranger's frame on Alice's things is answered with; None is silence.
FRAMES: dict[type[frames.Frame], str | None] = {
    frames.TurnSend: "not_found",
    frames.TurnRegenerate: "not_found",
    frames.TurnContinue: "not_found",
    frames.TurnAnswerTools: "not_found",
    frames.GenerationFollow: "not_found",
    frames.GenerationAck: None,
    frames.GenerationStop: "not_found",
    frames.ConversationOpen: "not_found",
    frames.ConversationRename: "not_found",
    frames.ConversationConfigure: "not_found",
    frames.ConversationShow: "not_found",
    frames.ConversationDelete: "not_found",
    frames.ConversationRestore: "not_found",
    frames.MessageBranch: "not_found",
    frames.MessageDelete: "not_found",
    frames.MessageRestore: "not_found",
    frames.MessageRate: "not_found",
    frames.PresetSave: None,
    frames.PresetDelete: "not_found",
    frames.DefinitionSave: None,
    frames.DefinitionDelete: "not_found",
    frames.Ping: None,
}


def test_every_frame_is_declared() -> None:
    assert set(get_args(frames.PageFrame)) == set(FRAMES)


def frame_on(frame_type: type[frames.Frame], ids: dict[str, UUID]) -> frames.Frame:
    """A frame of that type that names these things."""
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
        "name": "mine",
        "definition": {},
    }
    known = {name: given[name] for name in frame_type.__struct_fields__ if name in given}
    return frame_type(**known)


def said_to(user: User, frame: frames.Frame) -> list[dict[str, Any]]:
    """What a page of the user's is told when it says that."""
    said: list[dict[str, Any]] = []

    async def send(text: str) -> None:
        said.append(json.loads(text))

    async def close(code: int) -> None:
        said.append({"type": "closed", "code": code})

    async def whole() -> None:
        page = Page(user, "", send, close)
        await handlers.handle(page, frame)
        page.leave()
        await runner().drain()

    asyncio.run(whole())
    return said


def ids_of(turn: Turn) -> dict[str, UUID]:
    """What can be named of a turn."""
    answer = Message.objects.get(generation=turn.generation)
    return {
        "conversation_id": turn.conversation.pk,
        "generation_id": turn.generation.pk,
        "message_id": answer.pk,
    }


@pytest.mark.parametrize("identity", ["stranger", "demoted", "admin"])
@pytest.mark.parametrize("frame_type", FRAMES, ids=lambda each: each.__name__)
def test_a_frame_on_somebody_elses_things_finds_nothing(
    scene: Scene, frame_type: type[frames.Frame], identity: str
) -> None:
    before = _alices(scene)
    said = said_to(scene.user(identity), frame_on(frame_type, ids_of(scene.turn)))
    codes = [each["code"] for each in said if each["type"] == "error"]
    assert codes == ([FRAMES[frame_type]] if FRAMES[frame_type] else [])
    assert not any(each["type"].startswith(("turn.", "generation.", "conv")) for each in said)
    assert _alices(scene) == before


@pytest.mark.parametrize("frame_type", FRAMES, ids=lambda each: each.__name__)
def test_the_same_answer_is_given_for_what_does_not_exist(
    scene: Scene, frame_type: type[frames.Frame]
) -> None:
    nothing = dict.fromkeys(ids_of(scene.turn), uuid4())
    foreign = said_to(scene.people.charlie, frame_on(frame_type, ids_of(scene.turn)))
    missing = said_to(scene.people.charlie, frame_on(frame_type, nothing))
    assert [_without_id(each) for each in foreign] == [_without_id(each) for each in missing]


@pytest.mark.parametrize("frame_type", FRAMES, ids=lambda each: each.__name__)
def test_the_owner_is_never_told_that_it_does_not_exist(
    scene: Scene, frame_type: type[frames.Frame]
) -> None:
    if frame_type is frames.ConversationRestore:
        said_to(scene.people.alice, frame_on(frames.ConversationDelete, ids_of(scene.turn)))
    said = said_to(scene.people.alice, frame_on(frame_type, ids_of(scene.turn)))
    assert "not_found" not in [each.get("code") for each in said]


def _alices(scene: Scene) -> tuple[Any, ...]:
    conversation = scene.people.alice.conversations.get()
    messages = conversation.messages.values_list("pk", "content", "changed_in")
    return conversation.title, conversation.version, sorted(messages)


def _without_id(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "request_id"}
