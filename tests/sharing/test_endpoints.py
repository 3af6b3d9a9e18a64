"""The endpoints of the share dialog: for the author, for a stranger, and with bad input."""

import json
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from conversations.models import Conversation, Policy, ShareLink, User
from conversations.sharing import links as links_of_authors
from conversations.sharing import selection as selections
from tests.people import People
from tests.sharing.talk import answer, asked, browser_of, make_talk, path_of, selection, share

pytestmark = pytest.mark.django_db(transaction=True)


def chosen(talk: Conversation, **fields: Any) -> dict[str, Any]:
    """A selection as JSON."""
    built: dict[str, Any] = msgspec.to_builtins(selection(talk, **fields))
    return built


def post(browser: Client, path: str, **body: Any) -> HttpResponse:
    return browser.post(path, json.dumps(body), content_type="application/json")


def error_of(response: HttpResponse) -> tuple[int, str, str | None]:
    error = json.loads(response.content)["error"]
    assert error["message"]
    return response.status_code, error["code"], error["field"]


def test_a_link_is_made_listed_changed_updated_and_revoked(people: People) -> None:
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    share_path = f"/c/{talk.pk}/share/"
    assert browser.get(share_path).json() == {
        "links": [],
        "groups": [],
        "default_omit": ["reasoning", "system_message", "parameters", "author"],
        "public_links": True,
        "default_lifetime_seconds": 30 * 86400,
        "longest_lifetime_seconds": None,
    }
    made = post(browser, share_path, selection=chosen(talk), terms={"audience": "public"})
    assert made.status_code == 201
    link = made.json()["link"]
    assert browser.get(share_path).json()["links"] == [link]
    assert "tides" in browser_of(None).get(link["url"]).text

    path = f"/share/{link['id']}"
    terms = {"audience": "named", "usernames": ["bob"], "lifetime_seconds": None, "max_views": 5}
    changed = post(browser, f"{path}/terms/", terms=terms).json()["link"]
    names = ("audience", "usernames", "expires_at", "max_views", "url")
    assert [changed[each] for each in names] == ["named", ["bob"], None, 5, link["url"]]

    talk.messages.filter(role="user").update(content="What are seas?")
    updated = post(browser, f"{path}/snapshot/", selection=chosen(talk, masks=("Water",)))
    assert updated.json()["link"]["selection"]["masks"] == ["Water"]
    shown = browser_of(people.bob).get(link["url"]).text
    assert ("What are seas?" in shown, "Water" in shown) == (True, False)

    assert post(browser, f"{path}/revoke/").json()["link"]["state"] == "revoked"
    assert browser_of(people.bob).get(link["url"]).status_code == 404
    assert error_of(post(browser, f"{path}/terms/", terms=terms)) == (422, "revoked", None)


@pytest.mark.parametrize("action", ["terms", "snapshot", "revoke"])
def test_somebody_elses_link_does_not_exist(people: People, action: str) -> None:
    talk = make_talk(people.alice)
    link = share(talk)
    body = {"terms": {"terms": {"audience": "public"}}, "snapshot": {"selection": chosen(talk)}}
    for pk in (link.pk, uuid4()):
        reply = post(browser_of(people.dana), f"/share/{pk}/{action}/", **body.get(action, {}))
        assert error_of(reply) == (404, "not_found", None)
    assert browser_of(None).get(path_of(link)).status_code == 200


@pytest.mark.parametrize("part", ["", "secrets/"])
def test_somebody_elses_conversation_is_not_shared(people: People, part: str) -> None:
    talk = make_talk(people.alice)
    body = {"selection": chosen(talk)} | ({} if part else {"terms": {"audience": "public"}})
    reply = post(browser_of(people.charlie), f"/c/{talk.pk}/share/{part}", **body)
    assert error_of(reply) == (404, "not_found", None)
    other = make_talk(people.charlie)
    reply = post(browser_of(people.charlie), f"/c/{other.pk}/share/{part}", **body)
    assert error_of(reply) == (404, "not_found", None)
    assert ShareLink.objects.count() == 0


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"audience": "public", "lifetime_seconds": 1}, "out_of_range", "lifetime_seconds"),
        ({"audience": "public", "lifetime_seconds": 10**12}, "out_of_range", "lifetime_seconds"),
        ({"audience": "public", "max_views": 0}, "out_of_range", "max_views"),
        ({"audience": "public", "max_views": 1_000_001}, "out_of_range", "max_views"),
        ({"audience": "public", "passphrase": "x" * 201}, "too_long", "passphrase"),
        ({"audience": "named"}, "nobody_named", "usernames"),
        ({"audience": "named", "usernames": ["nobody"]}, "unknown_person", "usernames"),
        ({"audience": "named", "usernames": ["bo"]}, "unknown_person", "usernames"),
        ({"audience": "named", "usernames": ["gone"]}, "unknown_person", "usernames"),
        ({"audience": "named", "usernames": ["bob"] + ["x"] * 201}, "unknown_person", "usernames"),
        (
            {"audience": "named", "usernames": [f"x{each}" for each in range(201)]},
            "too_many", "usernames",
        ),
        ({"audience": "named", "group_ids": [7]}, "unknown_group", "group_ids"),
        ({"audience": "everybody"}, "malformed", None),
        ({"audience": "public", "views": 3}, "malformed", None),
        ({}, "malformed", None),
    ],
)  # fmt: skip
def test_bad_terms_are_refused_with_their_field(
    people: People, terms: dict[str, Any], code: str, field: str | None
) -> None:
    Group.objects.create(pk=7, name="others")
    User.objects.create_user("gone", is_active=False)
    talk = make_talk(people.alice)
    body = {"selection": chosen(talk), "terms": terms}
    reply = post(browser_of(people.alice), f"/c/{talk.pk}/share/", **body)
    assert error_of(reply) == (422, code, field)
    assert ShareLink.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"masks": ("x",)}, "too_short", "masks"),
        ({"masks": ("xx",) * 101}, "too_many", "masks"),
        ({"message_ids": ()}, "empty", "message_ids"),
        ({"title": "x" * 201}, "too_long", "title"),
        ({"masks": ("x" * 10_001,)}, "too_long", "masks"),
    ],
)
def test_a_bad_selection_is_refused_with_its_field(
    people: People, fields: dict[str, Any], code: str, field: str
) -> None:
    talk = make_talk(people.alice)
    browser, body = browser_of(people.alice), {"selection": chosen(talk, **fields)}
    refused = (422, code, field)
    secrets = post(browser, f"/c/{talk.pk}/share/secrets/", **body)
    made = post(browser, f"/c/{talk.pk}/share/", **body, terms={"audience": "public"})
    assert [error_of(secrets), error_of(made)] == [refused, refused]


@pytest.mark.parametrize("bound", ["MOST_MESSAGES", "MOST_CHARACTERS"])
def test_a_conversation_that_is_too_long_is_not_shared(
    people: People, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    monkeypatch.setattr(selections, bound, 1)
    refused = post(browser, f"/c/{talk.pk}/share/secrets/", selection=chosen(talk))
    assert error_of(refused) == (422, "too_long", "message_ids")


def test_an_author_with_too_many_links_revokes_one_first(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_of_authors, "MOST_LINKS", 1)
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    body = {"selection": chosen(talk), "terms": {"audience": "public"}}
    first = post(browser, f"/c/{talk.pk}/share/", **body).json()["link"]
    refused = post(browser, f"/c/{talk.pk}/share/", **body)
    assert error_of(refused) == (422, "too_many", None)
    post(browser, f"/share/{first['id']}/revoke/")
    assert post(browser, f"/c/{talk.pk}/share/", **body).status_code == 201


def test_the_policy_of_the_site_bounds_audience_and_lifetime(people: People) -> None:
    Policy.objects.create(public_links=False, default_link_days=30, longest_link_days=7)
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    path = f"/c/{talk.pk}/share/"

    def asked_for(**terms: Any) -> HttpResponse:
        return post(browser, path, selection=chosen(talk), terms=terms)

    assert error_of(asked_for(audience="public")) == (422, "public_links_forbidden", "audience")
    for lifetime in (None, 8 * 86400):
        refused = error_of(asked_for(audience="signed_in", lifetime_seconds=lifetime))
        assert refused == (422, "too_long", "lifetime_seconds")
    assert asked_for(audience="signed_in", lifetime_seconds=7 * 86400).status_code == 201
    link = ShareLink.objects.get(pk=asked_for(audience="signed_in").json()["link"]["id"])
    assert link.expires_at is not None
    assert round((link.expires_at - link.created_at).total_seconds() / 86400) == 7


@pytest.mark.parametrize("name", ["bob", "BOB", " Bob ", "ｂｏｂ"])
def test_a_name_is_found_in_the_case_and_width_in_which_it_is_typed(
    people: People, name: str
) -> None:
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    found = browser.get("/share/person.json", {"username": name})
    assert found.json() == {"username": "bob"}
    terms = {"audience": "named", "usernames": [name, "bob"]}
    link = post(browser, f"/c/{talk.pk}/share/", selection=chosen(talk), terms=terms).json()["link"]
    assert link["usernames"] == ["bob"]


def test_an_address_is_no_username(people: People) -> None:
    people.bob.email = "bob@example.org"
    people.bob.save()
    found = browser_of(people.alice).get("/share/person.json?username=bob@example.org")
    assert found.status_code == 404


def test_an_author_finds_own_groups_and_whole_usernames_only(people: People) -> None:
    own, other = Group.objects.create(name="own"), Group.objects.create(name="other")
    people.alice.groups.add(own)
    browser = browser_of(people.alice)
    groups = browser.get(f"/c/{make_talk(people.alice).pk}/share/").json()["groups"]
    assert groups == [{"id": own.pk, "name": "own"}]
    assert other.name not in json.dumps(groups)
    assert browser.get("/share/person.json?username=bob").json() == {"username": "bob"}
    for name in ("bo", "bobby", "nobody", ""):
        assert browser.get(f"/share/person.json?username={name}").status_code == 404


def preview(browser: Client, talk: Conversation, draft: dict[str, Any]) -> HttpResponse:
    return post(browser, f"/c/{talk.pk}/share/preview/", selection=draft)


def test_a_preview_is_the_page_that_a_reader_gets_and_stores_nothing(people: People) -> None:
    said = [asked("My key is sk-abcdefghijklmnopqrst"), answer("Do not tell me.")]
    talk = make_talk(people.alice, *said)
    shows = {"masks": ("sk-abcdefghijklmnopqrst",)}
    browser = browser_of(people.alice)
    page = preview(browser, talk, chosen(talk, **shows))
    assert ShareLink.objects.count() == 0
    shared = browser_of(None).get(path_of(share(talk, shows=shows)))
    article = shared.text.partition("<main")[2].partition("<footer")[0]
    assert article in page.text
    assert "█████" in article


def test_a_refused_preview_says_why(people: People) -> None:
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    refused = preview(browser, talk, chosen(talk, masks=("x",)))
    assert error_of(refused) == (422, "too_short", "masks")
    assert error_of(preview(browser, talk, {})) == (422, "malformed", None)
    assert preview(browser_of(people.bob), talk, chosen(talk)).status_code == 404


def test_posts_need_a_csrf_token(people: People) -> None:
    talk = make_talk(people.alice)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.alice)
    body = {"selection": chosen(talk), "terms": {"audience": "public"}}
    for path in (f"/c/{talk.pk}/share/", f"/c/{talk.pk}/share/preview/"):
        assert post(browser, path, **body).status_code == 403


def test_secrets_are_found_only_in_what_is_shown(people: People) -> None:
    said = [
        asked("Write to ann@example.org or use sk-abcdefghijklmnopqrst"),
        answer("Fine, ann@example.org.", reasoning_content="eve@example.org would do too"),
    ]
    talk, browser = make_talk(people.alice, *said), browser_of(people.alice)
    path = f"/c/{talk.pk}/share/secrets/"
    found = post(browser, path, selection=chosen(talk)).json()["found"]
    assert found == [
        {"kind": "api_key", "label": "API key", "text": "sk-abcdefghijklmnopqrst", "count": 1},
        {"kind": "email", "label": "E-mail address", "text": "ann@example.org", "count": 2},
    ]
    masked = chosen(talk, masks=("ann@example.org",), omit=())
    found = post(browser, path, selection=masked).json()["found"]
    assert [each["text"] for each in found] == ["sk-abcdefghijklmnopqrst", "eve@example.org"]
