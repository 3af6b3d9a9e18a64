"""Permissions: every address with every verb, for every kind of visitor.

``tests/test_rights.py`` declares what a GET of the application's own pages answers. Here are the
addresses of allauth and the administration, what a POST answers, and that no other verb does more.
An address without a declaration fails the suite.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase

from conversations.models import FailedAttempts
from tests.identities import IDENTITIES, MEMBERS, Visitor, visitors
from tests.people import People
from tests.scene import Scene, ids_of, make_scene
from tests.test_rights import ADMIN, ALLAUTH, OWN_ROUTES, ROUTES, every_route

pytestmark = pytest.mark.django_db(transaction=True)
Outcomes = dict[str, int | str]
# Nothing is there, or nothing is done with that verb.
CLOSED = {404, 405}
# At a time, so that the groups can run side by side.
AT_ONCE = 24
# Routes of allauth that have no name: former addresses, which lead to the present ones.
FORMER = {
    f"accounts/social/{name}/"
    for name in ("login/cancelled", "login/error", "signup", "connections")
}


def public(outcome: int | str) -> Outcomes:
    """The same for everybody."""
    return dict.fromkeys(IDENTITIES, outcome)


def members(outcome: int | str, others: int | str = "login") -> Outcomes:
    """For whoever is signed in; a suspended account, an ended session and a key are not."""
    return {each: outcome if each in MEMBERS else others for each in IDENTITIES}


def owner(outcome: int | str) -> Outcomes:
    """For Alice; for all others who are signed in it does not exist."""
    return members(404) | {"owner": outcome}


def key(outcome: int | str) -> Outcomes:
    """For a program with a key that works."""
    return public(401) | {"key": outcome}


# What a POST without fields answers on the application's own pages; on all others nothing is done.
OWN_POSTS: dict[str, Outcomes] = {
    "setup": public(404),
    "invitation": public(404),
    "api_chat_completions": key(400),
    "share": members(422),
    "share_preview": owner(422),
    "share_secrets": owner(422),
    "change_link": members(422),
    "update_link": members(422),
    "revoke_link": members(404),
    "shared": public(404),
    "continue_shared": public("moved"),
    "export": members("asked"),
    "delete_account": members(422),
    "api_key_new": members(200),
    "api_key": owner(200),
    "live_connection": members(426, others=401),
}
_STAGE = (public("moved"), public("moved"))
_SHOWN = (public(200), public(405))
_LIST = (members(200), members(405))
# What changes an account asks first; some pages show a secret, and ask before that as well.
_ASKS = (members(200), members("asked"))
_ASKS_AT_ONCE = (members("asked"), members("asked"))
# What a GET and a POST without fields answer.
ACCOUNT_ROUTES: dict[str, tuple[Outcomes, Outcomes]] = {
    "account_login": (members("moved", others=200), members("moved", others=200)),
    "account_logout": (members(200, others="moved"), public("moved")),
    "account_signup": (members("moved", others=200), members("moved", others=200)),
    "account_inactive": _SHOWN,
    "account_reauthenticate": (members(200), members(200)),
    "reauthenticate_by_service": (members(200), public(405)),
    "account_email": _ASKS,
    "account_email_verification_sent": _SHOWN,
    "account_confirm_email": (public(200), public(404)),
    "account_change_password": (members(200), members(200)),
    "account_set_password": (members("moved"), members("asked")),
    "account_reset_password": (public(200), public(200)),
    "account_reset_password_done": _SHOWN,
    "account_reset_password_from_key": (public(200), public(200)),
    "account_reset_password_from_key_done": _SHOWN,
    "account_confirm_login_code": _STAGE,
    "mfa_index": _LIST,
    "mfa_authenticate": _STAGE,
    # Without a second factor there is nothing to enter, and the password is asked for.
    "mfa_reauthenticate": _ASKS_AT_ONCE,
    "mfa_reauthenticate_webauthn": _ASKS_AT_ONCE,
    "mfa_activate_totp": _ASKS_AT_ONCE,
    "mfa_deactivate_totp": (members(404), members("asked")),
    "mfa_view_recovery_codes": (members(404), members(405)),
    "mfa_generate_recovery_codes": _ASKS_AT_ONCE,
    "mfa_download_recovery_codes": (members(404), members(404)),
    "mfa_list_webauthn": _LIST,
    "mfa_add_webauthn": _ASKS_AT_ONCE,
    "mfa_remove_webauthn": _ASKS_AT_ONCE,
    "mfa_edit_webauthn": _ASKS_AT_ONCE,
    "mfa_login_webauthn": _STAGE,
    "account_sessions": _ASKS,
    "socialaccount_connections": _ASKS,
    "socialaccount_signup": _STAGE,
    "socialaccount_login_cancelled": _SHOWN,
    "socialaccount_login_error": (public(401), public(405)),
    # Without a provider in the settings there is none.
    "oidc_login": (public(404), public(404)),
    "oidc_callback": (public(404), public(404)),
    **dict.fromkeys(FORMER, _STAGE),
}
# The administration is closed but for these: to staff without permissions, ...
STAFF_PAGES = {"index", "jsi18n"}
# ... to staff who may view users, ...
HELPER_PAGES = {
    "conversations_user_changelist", "conversations_user_change", "conversations_user_history",
}  # fmt: skip
# ... and to everybody, because they lead to the pages of the site.
DOORS = {"login", "logout"}
PLACES = {
    r"^confirm-email/(?P<key>[-:\w]+)/$": "confirm-email/x/",
    r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-x/",
    "^(?P<app_label>conversations|auth)/$": "auth/",
    "(?P<url>.*)$": "nowhere/",
    "<slug:slug>": "models",
    "<str:form>": "csv",
}


# A form of a page that is shown without Django's middleware has a key of its own; without it,
# it leads back to that page. See conversations/sharing/access_cookies.py.
OWN_TOKENS = {"continue_shared"}
# Two visitors try them: no page tells the other ones apart by a verb.
OTHER_VERBS = {"anonymous": ("PUT",), "stranger": ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")}


@pytest.fixture
def scene(people: People) -> Scene:
    return make_scene(people)


def names_under(prefix: str) -> dict[str, str]:
    """The routes below a prefix by name, those without one by their path."""
    return {
        name or path: path for path, name in every_route() if path.startswith(prefix)
    }  # fmt: skip


def groups_of(names: list[str]) -> list[list[str]]:
    return [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]


def outcome(answer: HttpResponseBase) -> int | str:
    """The status, or where a redirect leads."""
    if answer.status_code not in {301, 302, 307}:
        return answer.status_code
    place = answer["Location"]
    if "/login/?next=" in place:
        return "login"
    return "asked" if "/reauthenticate/" in place else "moved"


def expected_of(name: str) -> tuple[Outcomes, Outcomes]:
    """The answers to a GET and a POST."""
    if name in ACCOUNT_ROUTES:
        return ACCOUNT_ROUTES[name]
    declared = ROUTES[name]
    shown = {each: declared["stranger" if each in MEMBERS else "anonymous"] for each in IDENTITIES}
    shown |= {each: declared[each] for each in declared if each in shown}
    if name in {"api_models", "api_model"}:
        shown["key"] = 200
    return shown, OWN_POSTS.get(name, public("closed"))


def address(path: str, scene: Scene) -> str:
    """An address of a route, with Alice's ids."""
    for place, value in PLACES.items():
        path = path.replace(place, value)
    ids = {
        "<uuid:conversation_id>": str(scene.turn.conversation.pk),
        "<uuid:message_id>": str(ids_of(scene.turn)["message_id"]),
        "<uuid:generation_id>": str(scene.turn.generation.pk),
        "<int:key_id>": str(scene.people.alice.api_keys.get().pk),
        "<uuid:link_id>": "00000000-0000-4000-8000-000000000000",
        "<str:token>": "no-such-token",
        "<path:name>": "test/model",
    }
    for place, value in ids.items():
        path = path.replace(place, value)
    while "<" in path:
        path = path[: path.index("<")] + "1" + path[path.index(">") + 1 :]
    return f"/{path}"


def test_every_address_is_declared() -> None:
    assert set(names_under(ALLAUTH[0])) == set(ACCOUNT_ROUTES)
    assert set(OWN_POSTS) <= set(ROUTES)
    admin = set(names_under(ADMIN))
    assert admin >= STAFF_PAGES | HELPER_PAGES | DOORS


PAGES = {**OWN_ROUTES, **names_under(ALLAUTH[0])}


@pytest.mark.parametrize("names", groups_of(list(PAGES)), ids=lambda each: each[0])
def test_a_page_answers_each_verb_as_declared(scene: Scene, names: list[str]) -> None:
    everybody = list(visitors(scene))
    wrong = []
    for name in names:
        # Guesses at addresses are counted, and refused after some.
        FailedAttempts.objects.all().delete()
        path = address(PAGES[name], scene)
        for visitor in everybody:
            wrong += [f"{name} {each}" for each in surprises(visitor, name, path)]
    assert wrong == []


def surprises(visitor: Visitor, name: str, path: str) -> Iterator[str]:
    """The answers that a visitor gets and that are not declared."""
    shown, posted = (each[visitor.identity] for each in expected_of(name))
    for verb, wanted in (("GET", shown), ("POST", posted)):
        found = outcome(visitor.send(verb, path))
        if found != wanted and not (wanted == "closed" and found in CLOSED):
            yield f"{verb} {visitor.identity}: {found}, not {wanted}"
    for verb in OTHER_VERBS.get(visitor.identity, ()):
        found = outcome(visitor.send(verb, path))
        known = {shown, posted, *CLOSED, "login"} | ({200, 204} if verb == "OPTIONS" else set())
        if found not in known:
            yield f"{verb} {visitor.identity}: {found}"


ADMIN_PAGES = names_under(ADMIN)


@pytest.mark.parametrize("names", groups_of(list(ADMIN_PAGES)), ids=lambda each: each[0])
def test_the_administration_is_open_to_those_with_permission(
    scene: Scene, names: list[str]
) -> None:
    some = {"anonymous", "owner", "demoted", "suspended", "staff", "helper"}
    everybody = [each for each in visitors(scene) if each.identity in some]
    wrong = []
    for name in set(names) - DOORS:
        path = address(ADMIN_PAGES[name], scene)
        for visitor in everybody:
            for verb in ("GET", "POST"):
                found = outcome(visitor.send(verb, path))
                if found not in open_to(visitor.identity, name, verb):
                    wrong.append(f"{name} {verb} {visitor.identity}: {found}")
    assert wrong == []


def open_to(identity: str, name: str, verb: str) -> set[int | str]:
    """The answers of the administration to somebody who is no superuser."""
    if identity not in {"staff", "helper"}:
        return {"login"}
    is_open = name in STAFF_PAGES or (identity == "helper" and name in HELPER_PAGES)
    # A redirect leads to another page of the administration, which decides by itself.
    return {403, "moved", *CLOSED} | ({200} if is_open else set())


@pytest.mark.parametrize("identity", ["admin", "owner"])
def test_no_form_is_taken_without_its_token(scene: Scene, identity: str) -> None:
    everybody = visitors(scene, checks_csrf=True)
    (visitor,) = [each for each in everybody if each.identity == identity]
    pages = {**PAGES, **(ADMIN_PAGES if identity == "admin" else {})}
    taken = []
    for name, path in pages.items():
        for verb in ("POST", "PUT"):
            answer = outcome(visitor.send(verb, address(path, scene)))
            # A session counts for nothing in the API.
            refused = {401, 405} if path.startswith("v1") else {403, *CLOSED}
            if answer not in refused and name not in OWN_TOKENS:
                taken.append(f"{name} {verb}: {answer}")
    assert taken == []


def test_a_session_that_ended_opens_no_page(people: People) -> None:
    scene = make_scene(people)
    by_name: dict[str, Any] = {each.identity: each for each in visitors(scene)}
    for identity in ("suspended", "ended"):
        assert outcome(by_name[identity].send("GET", "/account/")) == "login"
