"""Names of accounts: nobody takes one under which somebody else signs in, wherever it is set."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from conversations.accounts import csv_import, first_run, names, people
from conversations.models import NameTaken, SignInName, User, validate_distinct
from tests.clock import Clock
from tests.people import PASSWORD, People
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db
# Alice's names in other clothes. Her second address is confirmed, the third is not.
ALICES = [
    "alice", "ALICE", "ａｌｉｃｅ", "alice@example.org", "Alice@Example.ORG",
    "alice@second.example", "alice＠example.org",
]  # fmt: skip


@pytest.fixture
def world(people: People) -> People:
    """Alice with three addresses, and Иван."""
    for address, verified in (("alice@second.example", True), ("alice@third.example", False)):
        EmailAddress.objects.create(user=people.alice, email=address, verified=verified)
    User.objects.create_user("Иван", "ivan@example.org")
    return people


def by_sign_up(username: str, email: str) -> None:
    fields = {"username": username, "email": email, "password1": PASSWORD}
    Client().post("/accounts/signup/", fields)


def by_invitation(username: str, email: str) -> None:
    link = people.invite(None)
    fields = {"username": username, "email": email, "password": PASSWORD}
    Client().post(urlsplit(link).path, fields)


def by_set_up(username: str, email: str) -> None:
    User.objects.filter(is_superuser=True).update(is_superuser=False)
    fields = {"username": username, "email": email, "password": PASSWORD}
    Client().post(f"/setup/{first_run.issue_token()}/", fields)


def by_import(username: str, email: str) -> None:
    plan = csv_import.plan_of(f"username,email\n{username},{email}\n")
    if not plan.bad:
        csv_import.carry_out(User.objects.get(username="dana"), plan)


def by_administrator(username: str, email: str) -> None:
    fields = {"username": username, "email": email, "usable_password": "false"}
    confirmed(User.objects.get(username="dana")).post("/admin/conversations/user/add/", fields)


def by_command(username: str, email: str) -> None:
    if "\0" in username + email:
        raise CommandError("No command line can have such a character.")
    call_command("createsuperuser", interactive=False, username=username, email=email)


DOORS: list[Callable[[str, str], None]] = [
    by_sign_up, by_invitation, by_set_up, by_import, by_administrator, by_command,
]  # fmt: skip


def makes_an_account(door: Callable[[str, str], None], username: str, email: str) -> bool:
    before = User.objects.count()
    with suppress(CommandError):
        door(username, email)
    return User.objects.count() > before


@pytest.mark.parametrize("door", DOORS)
def test_no_door_gives_away_a_name_of_somebody_else(
    world: People, settings: LazySettings, door: Callable[[str, str], None]
) -> None:
    settings.SIGNUP = "open"
    for number, name in enumerate([*ALICES, "иван", "ИВАН"]):
        assert not makes_an_account(door, name, f"mallory{number}@example.net"), name
    for address in ("ALICE@example.org", "alice@second.example"):
        assert not makes_an_account(door, "mallory", address), address
    assert makes_an_account(door, "mallory", "mallory@example.net")


@pytest.mark.parametrize("door", DOORS)
def test_a_username_of_one_account_is_no_address_of_another(
    settings: LazySettings, people: People, door: Callable[[str, str], None]
) -> None:
    settings.SIGNUP = "open"
    User.objects.create_user("carol@example.org")
    assert not makes_an_account(door, "mallory", "Carol@example.org")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "name",
    [
        "a\u200bdmin", "a\u202edmin", "a\u00addmin", "a\u2066b", "\u3164admin", "admin\uffa0",
        "ad min", "ad\u00a0min", "a\u0000b", "а\u0064min", "pаypal", "Αlice",
    ],
)  # fmt: skip
def test_a_name_that_looks_like_another_one_is_refused(
    settings: LazySettings, people: People, door: Callable[[str, str], None], name: str
) -> None:
    settings.SIGNUP = "open"
    assert not makes_an_account(door, name, "mallory@example.net")


@pytest.mark.parametrize("name", ["иван", "josé", "李小龙", "アリスalice", "Ιωάννης"])
def test_names_of_one_alphabet_are_welcome(name: str) -> None:
    validate_distinct(name)


@pytest.mark.parametrize("door", [by_sign_up, by_invitation, by_set_up])
def test_a_visitor_takes_no_address_as_a_name_but_their_own(
    settings: LazySettings, people: People, door: Callable[[str, str], None]
) -> None:
    settings.SIGNUP = "open"
    assert not makes_an_account(door, "nobody@example.org", "mallory@example.net")
    assert makes_an_account(door, "mallory@example.net", "Mallory@example.net")


def test_two_rows_of_a_file_share_no_name(people: People) -> None:
    plan = csv_import.plan_of("username,email\nerin,x@example.org\nX@example.org,\n")
    assert [row.line for row in plan.bad] == [2, 3]


def test_an_address_that_is_another_users_name_is_not_added(world: People) -> None:
    User.objects.create_user("carol@example.org")
    bob = confirmed(world.bob)
    for address in ("carol@example.org", "ALICE@example.org"):
        bob.post("/accounts/email/", {"action_add": "", "email": address})
    assert not EmailAddress.objects.filter(user=world.bob, email__icontains="carol").exists()
    assert not EmailAddress.objects.filter(user=world.bob, email__icontains="alice").exists()


def test_an_administrator_gives_nobody_a_name_of_somebody_else(world: People) -> None:
    dana = confirmed(world.dana)
    page = f"/admin/conversations/user/{world.bob.pk}/change/"
    for field, name in (("username", "ＡＬＩＣＥ"), ("email", "alice@second.example")):
        form = {"username": "bob", "email": "bob@example.org", "is_active": "on", field: name}
        dana.post(page, form)
    world.bob.refresh_from_db()
    assert (world.bob.username, world.bob.email) == ("bob", "bob@example.org")


def test_an_address_that_was_only_added_is_nobodys_yet(world: People) -> None:
    assert not names.is_taken("alice@third.example")
    User.objects.create_user("third", "alice@third.example")
    address = EmailAddress.objects.get(email="alice@third.example")
    address.verified = True
    with pytest.raises(NameTaken):
        address.save()


def test_a_name_that_was_given_up_is_free(world: People) -> None:
    world.alice.username = "alicia"
    world.alice.save()
    EmailAddress.objects.get(email="alice@second.example").delete()
    assert not names.is_taken("alice")
    assert not names.is_taken("alice@second.example")
    world.bob.delete()
    assert not names.is_taken("bob")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_name_at_once_one_gets_it() -> None:
    gate, outcomes = Barrier(2), list[str]()

    def take(username: str, email: str) -> None:
        gate.wait()
        try:
            User.objects.create_user(username, email)
            outcomes.append("made")
        except NameTaken:
            outcomes.append("taken")
        finally:
            connection.close()

    both = [("erin@example.org", ""), ("mallory", "Erin@Example.org")]
    threads = [Thread(target=take, args=each) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken"]
    assert User.objects.count() == 1


def test_an_account_from_before_the_rule_still_changes_its_password(people: People) -> None:
    User.objects.filter(pk=people.bob.pk).update(username="Alice")
    bob = User.objects.get(pk=people.bob.pk)
    bob.set_password("another quiet afternoon")
    bob.save()
    bob.refresh_from_db()
    assert bob.check_password("another quiet afternoon")


def test_accounts_from_before_the_rule_get_their_names(
    world: People, capsys: pytest.CaptureFixture[str]
) -> None:
    User.objects.filter(pk=world.bob.pk).update(username="Alice@example.org")
    SignInName.objects.all().delete()
    migration = import_module("conversations.migrations.0011_sign_in_names")
    migration.take_names(apps, None)
    assert SignInName.objects.of_others(ALICES, but=world.bob) == set(ALICES)
    assert "'Alice@example.org'" in capsys.readouterr().out


# Names as they are stored, and as their users type them: case, width, accents of their own.
TYPED = [
    ("Иван", "иван"), ("Иван", "ИВАН"), ("straße", "STRASSE"), ("straße", "STRAẞE"),
    ("josé", "jose\u0301"), ("josé", "JOSE\u0301"), ("wide", "ｗｉｄｅ"), ("ﬁona", "FIONA"),
]  # fmt: skip


@pytest.mark.parametrize(("stored", "typed"), TYPED)
def test_a_name_signs_in_in_every_form_in_which_nobody_else_can_take_it(
    client: Client, stored: str, typed: str
) -> None:
    User.objects.create_user(stored, password=PASSWORD)
    for password, status in (("a wrong one", 200), (PASSWORD, 302)):
        page = client.post("/accounts/login/", {"login": typed, "password": password})
        assert page.status_code == status


def test_guesses_at_all_forms_of_a_name_are_counted_together(clock: Clock) -> None:
    User.objects.create_user("Иван", password=PASSWORD)
    typed = ["Иван", "иван", "ИВАН", "иВАН"] * 3
    statuses = [
        Client().post("/accounts/login/", {"login": each, "password": "a guess"}).status_code
        for each in typed
    ]
    assert statuses == [200] * 10 + [429] * 2


@pytest.mark.parametrize("door", [by_sign_up, by_invitation, by_set_up, by_import])
def test_a_chosen_name_is_stored_in_one_form(
    world: People, settings: LazySettings, door: Callable[[str, str], None]
) -> None:
    settings.SIGNUP = "open"
    for number, (typed, stored) in enumerate([("rene\u0301e", "renée"), ("ｗｉｄｅ", "wide")]):
        door(typed, f"new{number}@example.org")
        assert User.objects.filter(username=stored).exists()
        User.objects.filter(username=stored).delete()
