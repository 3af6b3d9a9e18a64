"""Permissions: every route and every frame, for every kind of user, on own and foreign ids.

A route or a frame that is not declared here fails the suite.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from conversations.generation.runner import runner
from conversations.models import User
from conversations.socket import frames, handlers
from conversations.socket.page import Page
from tests.people import People
from tests.scene import Scene, address, frame_on, ids_of, make_scene

pytestmark = pytest.mark.django_db(transaction=True)

IDENTITIES = ("anonymous", "owner", "stranger", "deactivated", "demoted", "admin")
# The status of each kind of page for each identity; "login" is a redirect to a sign-in page.
SIGNED_IN = {
    "anonymous": "login", "owner": 200, "stranger": 200,
    "deactivated": "login", "demoted": 200, "admin": 200,
}  # fmt: skip
# A foreign conversation is not found, for administrators as well.
OWNED = SIGNED_IN | {"stranger": 404, "demoted": 404, "admin": 404}
ANYBODY = dict.fromkeys(IDENTITIES, 200)
# These accept only POST; tests/sharing/test_endpoints.py has their permissions.
NO_GET = dict.fromkeys(IDENTITIES, 405)
GONE = dict.fromkeys(IDENTITIES, 404)
# API clients send a key in a header; a session has no effect there. See tests/api.
KEY_ONLY = dict.fromkeys(IDENTITIES, 401)
ROUTES: dict[str, dict[str, Any]] = {
    "setup": GONE,
    "invitation": GONE,
    "account": SIGNED_IN,
    # It asks for the password first.
    "export": {name: "asked" if each == 200 else each for name, each in SIGNED_IN.items()},
    "delete_account": SIGNED_IN,
    "api_key_new": SIGNED_IN,
    "api_key": OWNED,
    "account_links": SIGNED_IN,
    "account_activity": SIGNED_IN,
    "new": SIGNED_IN,
    "new_state": SIGNED_IN,
    "conversation": OWNED,
    "conversation_state": OWNED,
    "messages": OWNED,
    "outline": OWNED,
    "conversations": SIGNED_IN,
    "message_details": OWNED,
    # A request for the websocket that is none.
    "live_connection": {name: 426 if each == 200 else 401 for name, each in SIGNED_IN.items()},
    "diagram_frame": ANYBODY,
    "api_introduction": ANYBODY,
    "api_description": ANYBODY,
    "api_models": KEY_ONLY,
    "api_model": KEY_ONLY,
    # It accepts only POST.
    "api_chat_completions": dict.fromkeys(IDENTITIES, 405),
    "share": OWNED,
    "share_secrets": NO_GET,
    "share_preview": NO_GET,
    # No username is given, so none is found.
    "share_person": {name: 404 if each == 200 else each for name, each in SIGNED_IN.items()},
    "change_link": NO_GET,
    "update_link": NO_GET,
    "revoke_link": NO_GET,
    # tests/sharing/test_matrix.py has the readers of links.
    "shared": GONE,
    "shared_markdown": GONE,
    "continue_shared": NO_GET,
}
# allauth's own pages act on the account that is signed in and take no ids of anybody.
ALLAUTH = ("accounts/",)
# The administration has one rule: staff only, and Django's permissions within.
ADMIN = "admin/"


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """All URL patterns of the site with their full paths."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


def every_route() -> list[tuple[str, str | None]]:
    """The path and the name of each route; of two with one path, the one that answers."""
    found: dict[str, str | None] = {}
    for path, pattern in routes(get_resolver().url_patterns):
        found.setdefault(path, pattern.name)
    return list(found.items())


OWN_ROUTES = {
    pattern.name: path
    for path, pattern in routes(get_resolver().url_patterns)
    if not path.startswith((*ALLAUTH, ADMIN))
}
ADMIN_ROUTES = [path for path, _ in routes(get_resolver().url_patterns) if path.startswith(ADMIN)]


def test_every_route_is_declared() -> None:
    assert set(OWN_ROUTES) == set(ROUTES)


@pytest.fixture
def scene(people: People) -> Scene:
    return make_scene(people)


def answered(client: Client, path: str) -> int | str:
    """The status, "login" for a redirect to a sign-in page, or "asked" to that for the password."""
    response = client.get(path)
    if response.status_code == 302 and "/login/" in response["Location"]:
        return "login"
    is_asked = response.status_code == 302 and "/reauthenticate/" in response["Location"]
    return "asked" if is_asked else response.status_code


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


# The error that answers a stranger's frame on Alice's objects; None where there is none.
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
    frames.ConversationFind: "not_found",
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


def sent_to(user: User, frame: frames.Frame) -> list[dict[str, Any]]:
    """The frames that a page of the user's is sent in answer to a frame."""
    sent: list[dict[str, Any]] = []

    async def send(text: str) -> None:
        sent.append(json.loads(text))

    async def close(code: int) -> None:
        sent.append({"type": "closed", "code": code})

    async def whole() -> None:
        page = Page(user, "", send, close)
        await handlers.handle(page, frame)
        page.leave()
        await runner().drain()

    asyncio.run(whole())
    return sent


@pytest.mark.parametrize("identity", ["stranger", "demoted", "admin"])
@pytest.mark.parametrize("frame_type", FRAMES, ids=lambda each: each.__name__)
def test_a_frame_on_another_users_objects_finds_nothing(
    scene: Scene, frame_type: type[frames.Frame], identity: str
) -> None:
    before = _alices(scene)
    sent = sent_to(scene.user(identity), frame_on(frame_type, ids_of(scene.turn)))
    codes = [each["code"] for each in sent if each["type"] == "error"]
    assert codes == ([FRAMES[frame_type]] if FRAMES[frame_type] else [])
    assert not any(each["type"].startswith(("turn.", "generation.", "conv")) for each in sent)
    assert _alices(scene) == before


@pytest.mark.parametrize("frame_type", FRAMES, ids=lambda each: each.__name__)
def test_foreign_and_missing_objects_get_the_same_answer(
    scene: Scene, frame_type: type[frames.Frame]
) -> None:
    nothing = dict.fromkeys(ids_of(scene.turn), uuid4())
    foreign = sent_to(scene.people.charlie, frame_on(frame_type, ids_of(scene.turn)))
    missing = sent_to(scene.people.charlie, frame_on(frame_type, nothing))
    assert [_without_id(each) for each in foreign] == [_without_id(each) for each in missing]


@pytest.mark.parametrize("frame_type", FRAMES, ids=lambda each: each.__name__)
def test_the_owner_never_gets_not_found(scene: Scene, frame_type: type[frames.Frame]) -> None:
    if frame_type is frames.ConversationRestore:
        sent_to(scene.people.alice, frame_on(frames.ConversationDelete, ids_of(scene.turn)))
    sent = sent_to(scene.people.alice, frame_on(frame_type, ids_of(scene.turn)))
    assert "not_found" not in [each.get("code") for each in sent]


def _alices(scene: Scene) -> tuple[Any, ...]:
    conversation = scene.people.alice.conversations.get()
    messages = conversation.messages.values_list("pk", "content", "changed_in")
    return conversation.title, conversation.version, sorted(messages)


def _without_id(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name != "request_id"}
