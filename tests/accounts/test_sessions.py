"""Sessions: listed whichever way they began, ended one by one and by themselves."""

import asyncio
import re

import pytest
from django.conf import LazySettings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.accounts import api_keys, first_run, sessions
from conversations.accounts import people as domain
from conversations.accounts.api_keys import KeyChoices
from conversations.generation import revocation
from conversations.models import ApiKey, AuditEntry, BrowserSession, User
from conversations.purge.step import purge
from conversations.socket.session import SessionUse
from tests.admin.administrator import USERS, Administrator, staff_member
from tests.clock import Clock
from tests.people import PASSWORD, People
from tests.signed_in import confirm, confirmed

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"
# A page that asks for little else.
QUICK = "/account/links/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(user: User, address: str = "203.0.113.5") -> Client:
    """A browser in which the user has signed in by the form, from that address."""
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert client.get("/").status_code == 200
    return client


def events() -> list[tuple[str, str, str]]:
    """The events about sessions that ended: by whom, what, about whom."""
    ended = AuditEntry.objects.security_events().filter(action__startswith="session")
    return list(ended.order_by("pk").values_list("actor_name", "action", "target_name"))


def test_the_page_lists_each_session_and_marks_this_one(people: People) -> None:
    here = signed_in(people.alice)
    signed_in(people.alice, "2001:db8::1")
    signed_in(people.bob, "198.51.100.7")
    page = here.get(PAGE).content.decode()
    assert page.count("Firefox on Windows") == 3  # the second time in the name of its button
    assert page.index("203.0.113.5") < page.index("2001:db8::1")
    assert page.count("this browser") == 1
    assert "198.51.100.7" not in page
    for session in BrowserSession.objects.all():
        assert session.session_key not in page


def set_up(client: Client) -> None:
    """Make the first administrator by the link of the set-up."""
    form = {"username": "dana", "email": "dana@example.org", "password": PASSWORD}
    client.post(f"/setup/{first_run.issue_token()}/", form)


def sign_up(client: Client) -> None:
    """Sign up where everybody may."""
    form = {"username": "erin", "email": "erin@example.org", "password1": PASSWORD}
    client.post("/accounts/signup/", form)


def take_up(client: Client) -> None:
    """Use an invitation."""
    link = domain.invite(None, email="erin@example.org")
    path = re.sub("https?://[^/]+", "", link)
    client.post(path, {"username": "erin", "password": PASSWORD})


@pytest.mark.parametrize("way", [set_up, sign_up, take_up])
def test_however_somebody_signed_in_the_session_is_in_the_list(
    client: Client, settings: LazySettings, way: object
) -> None:
    settings.SIGNUP = "open"
    way(client)  # type: ignore[operator]
    user = User.objects.get()
    assert [each.session_key for each in sessions.sessions_of(user)] == [client.session.session_key]
    assert client.get(PAGE).content.decode().count("this browser") == 1


def test_a_session_that_django_itself_began_is_in_the_list(people: People) -> None:
    client = Client()
    client.force_login(people.alice)
    assert [each.session_key for each in sessions.sessions_of(people.alice)] == [
        client.session.session_key
    ]


def test_one_session_is_ended_and_only_an_own_one(people: People) -> None:
    here, there, bobs = confirmed(people.alice), signed_in(people.alice), signed_in(people.bob)
    ids = {each.session_key: each.public_id for each in BrowserSession.objects.all()}
    for other in (there, bobs):
        assert here.post(PAGE, {"session": ids[other.session.session_key]}).status_code == 302
    assert (there.get("/").status_code, bobs.get("/").status_code) == (302, 200)
    assert here.get("/").status_code == 200
    assert events() == [("alice", "sessions ended", "alice")]


def test_this_session_is_ended_as_by_signing_out(people: People) -> None:
    here = confirmed(people.alice)
    (this,) = sessions.sessions_of(people.alice)
    assert here.post(PAGE, {"session": this.public_id})["Location"] == "/"
    assert here.get("/").status_code == 302


def test_all_other_sessions_are_ended(people: People) -> None:
    here, there = confirmed(people.alice), signed_in(people.alice)
    bobs = signed_in(people.bob)
    page = here.post(PAGE, {"others": "1"}, follow=True).content.decode()
    assert "1 other session was ended." in page
    assert [each.get("/").status_code for each in (here, there, bobs)] == [200, 302, 200]


def test_a_strangers_page_left_open_cannot_end_sessions_without_the_password(
    people: People,
) -> None:
    here, there = signed_in(people.alice), signed_in(people.alice)
    assert "reauthenticate" in here.post(PAGE, {"others": "1"})["Location"]
    assert there.get("/").status_code == 200


def test_a_session_of_an_old_password_is_not_in_the_list(people: People) -> None:
    here, there = confirmed(people.alice), signed_in(people.alice)
    new = "another quiet afternoon"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post("/accounts/password/change/", fields)
    (left,) = sessions.sessions_of(User.objects.get(username="alice"))
    assert left.session_key == here.session.session_key
    assert there.get("/").status_code == 302


# Sessions that end by themselves


@pytest.fixture
def limits(settings: LazySettings) -> None:
    """Sessions end after two hours without use, and after a day."""
    settings.SESSION_IDLE_HOURS, settings.SESSION_MAX_DAYS = 2, 1
    settings.SESSION_COOKIE_AGE = 86400


@pytest.mark.usefixtures("limits")
def test_a_session_ends_when_it_is_not_used(people: People, clock: Clock) -> None:
    client = signed_in(people.alice)
    key = client.session.session_key
    for _ in range(3):
        clock.advance(minutes=119)
        assert client.get("/").status_code == 200
    clock.advance(minutes=121)
    assert revocation.signed_in(people.alice.pk, key) is None
    page = client.get("/", follow=True)
    assert "was not used for 2 hours. Your drafts are still in this browser." in page.text
    assert events() == [("alice", "session expired", "alice")]
    assert "was not used" not in client.get("/", follow=True).text


@pytest.mark.usefixtures("limits")
def test_a_session_ends_by_its_age_however_much_it_is_used(people: People, clock: Clock) -> None:
    client = signed_in(people.alice)
    for _ in range(14):
        clock.advance(minutes=100)
        assert client.get(QUICK).status_code == 200
    clock.advance(minutes=41)
    assert revocation.signed_in(people.alice.pk, client.session.session_key) is None
    assert "you signed in more than 1 day ago" in client.get("/", follow=True).text


@pytest.mark.usefixtures("limits")
def test_a_new_password_makes_no_session_younger(people: People, clock: Clock) -> None:
    client = signed_in(people.alice)
    confirm(client, people.alice)
    new = "another quiet afternoon"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    for _ in range(13):
        clock.advance(minutes=100)
        client.get(QUICK)
    client.post("/accounts/password/change/", fields)
    assert client.get("/").status_code == 200
    clock.advance(minutes=141)
    client.get(QUICK)
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("limits")
def test_a_shorter_limit_holds_for_sessions_that_began_before(
    people: People, clock: Clock, settings: LazySettings
) -> None:
    client = signed_in(people.alice)
    clock.advance(minutes=90)
    settings.SESSION_IDLE_HOURS = 1
    assert client.get("/").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("limits")
def test_work_on_an_open_page_keeps_its_session_and_a_page_alone_does_not(
    people: People, clock: Clock
) -> None:
    key = signed_in(people.alice).session.session_key
    use = SessionUse(key)
    for _ in range(3):
        clock.advance(minutes=110)
        asyncio.run(use.note())
        assert revocation.signed_in(people.alice.pk, key)
    clock.advance(minutes=121)
    assert revocation.signed_in(people.alice.pk, key) is None


@pytest.mark.usefixtures("limits")
def test_a_list_that_loads_itself_keeps_no_session(people: People, clock: Clock) -> None:
    client = signed_in(people.dana)
    for _ in range(3):
        clock.advance(minutes=50)
        client.get("/admin/live/running/")
    assert client.get("/").status_code == 302


def test_reading_pages_writes_every_few_minutes_only(people: People, clock: Clock) -> None:
    client = signed_in(people.alice)

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(QUICK)
        return sum(each["sql"].startswith("UPDATE") for each in queries)

    counts = []
    for minutes in (0, 4, 1, 1, 4):
        clock.advance(minutes=minutes)
        counts.append(writes())
    assert counts == [0, 0, 1, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_read_asynchronously_ends_too(people: People, clock: Clock) -> None:
    client = signed_in(people.alice)
    key = client.session.session_key

    async def user_of() -> object:
        return await sessions.SessionStore(key).aget("_auth_user_id")

    assert asyncio.run(user_of()) == str(people.alice.pk)
    clock.advance(hours=24 * 8)
    assert asyncio.run(user_of()) is None


def test_expired_sessions_are_purged(people: People, clock: Clock) -> None:
    signed_in(people.alice)
    clock.advance(days=31)
    signed_in(people.bob)
    assert (purge(clock.moment).old_sessions, purge(clock.moment).old_sessions) == (1, 0)
    assert BrowserSession.objects.get().user == people.bob


def test_a_session_that_was_ended_is_not_written_again(people: People) -> None:
    client = signed_in(people.alice)
    store = sessions.SessionStore(client.session.session_key)
    store["x"] = 1
    BrowserSession.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


# Administrators


def test_administrators_end_sessions_without_deactivating(people: People) -> None:
    key, _secret = api_keys.create(people.alice, KeyChoices("backup"))
    hers, his = signed_in(people.alice), signed_in(people.bob)
    Administrator(people.dana).act("end_sessions", [people.alice])
    assert (hers.get("/").status_code, his.get("/").status_code) == (302, 200)
    assert ApiKey.objects.unrevoked().exists()
    assert events() == [("dana", "sessions ended", "alice")]
    assert signed_in(people.alice)
    Administrator(people.dana).act("end_sessions", [people.alice], with_keys="on")
    assert list(ApiKey.objects.exclude(revoked_at=None)) == [key]


def test_staff_end_no_sessions_of_administrators(people: People) -> None:
    sam = staff_member("sam", "view_user", "change_user")
    danas = signed_in(people.dana)
    Administrator(sam).act("end_sessions", [people.dana])
    assert danas.get("/").status_code == 200


def test_the_page_of_a_user_lists_their_sessions_and_asks_before_it_ends_them(
    people: People,
) -> None:
    signed_in(people.alice)
    dana = Administrator(people.dana)
    page = dana.text(f"/admin/conversations/user/{people.alice.pk}/change/")
    for shown in ("Firefox on Windows", "203.0.113.5"):
        assert shown in page
    for session in BrowserSession.objects.all():
        assert session.session_key not in page
    asked = dana.press(USERS, action="end_sessions", _selected_action=people.alice.pk)
    assert "Revoke their API keys too" in asked
    assert sessions.sessions_of(people.alice)
