"""A password that is set by a mail: who gets one, and what ends with the former password."""

import re

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, User
from tests.people import PASSWORD, People
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db
ASKED = "/accounts/password/reset/"
CHOSEN = {"password1": "another quiet one 7", "password2": "another quiet one 7"}


@pytest.fixture(autouse=True)
def with_mail(settings: LazySettings) -> None:
    """A site that sends mail."""
    settings.EMAIL_URL, settings.ACCOUNT_EMAIL_NOTIFICATIONS = "smtp://mail.example", True


def form_of_link(client: Client) -> str:
    """The address of the form behind the link of the last mail."""
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    return str(client.get(found[1])["Location"])


def test_the_page_says_the_same_to_everybody_and_mails_go_to_accounts(people: People) -> None:
    known = Client().post(ASKED, {"email": "alice@example.org"}, follow=True)
    unknown = Client().post(ASKED, {"email": "nobody@example.org"}, follow=True)
    assert [each.to for each in mail.outbox] == [["alice@example.org"]]
    assert known.redirect_chain == unknown.redirect_chain
    texts = [each.content.decode() for each in (known, unknown)]
    shown = [re.sub(r'(nonce|value)="[^"]*"', "", text) for text in texts]
    assert shown[0] == shown[1]


def test_a_site_without_mail_says_who_helps(settings: LazySettings) -> None:
    settings.EMAIL_URL = None
    page = Client().get(ASKED).content.decode()
    assert "An administrator can set a new password." in page
    assert "Send the link" not in page


@pytest.mark.parametrize("revokes", [True, False])
def test_a_new_password_ends_sessions_and_keys_if_that_is_ticked(
    people: People, revokes: bool
) -> None:
    api_keys.create(people.alice, KeyChoices("nightly"))
    elsewhere, here = Client(), Client()
    elsewhere.force_login(people.alice)
    here.force_login(people.alice)
    here.post(ASKED, {"email": "alice@example.org"})
    form = form_of_link(here)
    assert "Also revoke my API keys" in here.get(form).content.decode()
    answer = here.post(form, CHOSEN | ({"revoke_api_keys": "on"} if revokes else {}))
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/key/done/")
    assert ApiKey.objects.unrevoked().exists() is not revokes
    for client in (elsewhere, here):
        assert client.get("/account/").status_code == 302
    assert User.objects.get(pk=people.alice.pk).check_password(CHOSEN["password1"])
    assert mail.outbox[-1].to == ["alice@example.org"]
    assert "A new password was set" in mail.outbox[-1].body


def test_a_user_of_another_domain_than_sign_up_admits_gets_a_link(
    people: People, settings: LazySettings
) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAIN = "domain:example.net", "example.net"
    Client().post(ASKED, {"email": "alice@example.org"})
    assert [each.to for each in mail.outbox] == [["alice@example.org"]]


def test_a_link_works_once(people: People) -> None:
    client = Client()
    client.post(ASKED, {"email": "alice@example.org"})
    form = form_of_link(client)
    client.post(form, CHOSEN)
    again = client.post(form, {"password1": "a third quiet one", "password2": "a third quiet one"})
    assert "This link does not work" in again.content.decode()
    assert User.objects.get(pk=people.alice.pk).check_password(CHOSEN["password1"])


def test_a_user_without_keys_is_not_asked_about_them(people: People) -> None:
    client = Client()
    client.post(ASKED, {"email": "alice@example.org"})
    assert "API key" not in client.get(form_of_link(client)).content.decode()


def test_a_new_key_is_told_by_mail(people: People) -> None:
    fields = {"name": "nightly", "endpoints": ["chat"], "which_models": "all"}
    confirmed(people.alice).post("/account/keys/new/", fields)
    (sent,) = mail.outbox
    assert (sent.to, "nightly" in sent.body, "pk-parley-" in sent.body) == (
        ["alice@example.org"], True, False,
    )  # fmt: skip


def test_the_former_address_is_told_of_a_new_one(people: People) -> None:
    dana = confirmed(people.dana)
    page = f"/admin/conversations/user/{people.alice.pk}/change/"
    form = {"username": "alice", "email": "new@example.org", "is_active": "on"}
    dana.post(page, form)
    (sent,) = mail.outbox
    assert (sent.to, "new@example.org" in sent.body) == (["alice@example.org"], True)


@pytest.mark.parametrize("sends", [True, False])
def test_the_sign_in_page_says_how_a_forgotten_password_is_replaced(
    settings: LazySettings, sends: bool
) -> None:
    settings.EMAIL_URL = "smtp://mail.example" if sends else ""
    page = Client().get("/accounts/login/").content.decode()
    assert (f'href="{ASKED}"' in page) is sends
    assert ("An administrator can set a new one." in page) is not sends


def test_sign_up_does_not_tell_who_has_an_account(people: People, settings: LazySettings) -> None:
    settings.SIGNUP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", "mandatory"
    User.objects.create_user("carol@example.org")
    answers = []
    for number, address in enumerate(["alice@example.org", "carol@example.org", "new@example.net"]):
        fields = {"username": f"erin{number}", "email": address, "password1": PASSWORD}
        answer = Client().post("/accounts/signup/", fields)
        answers.append((answer.status_code, answer["Location"]))
    assert answers == [(302, "/accounts/confirm-email/")] * 3
    assert [each.to for each in mail.outbox] == [
        ["alice@example.org"], ["carol@example.org"], ["new@example.net"],
    ]  # fmt: skip


def test_nothing_that_a_visitor_does_after_signing_up_tells_it_either(
    people: People, settings: LazySettings
) -> None:
    settings.SIGNUP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", "mandatory"
    seen = []
    for address in ("alice@example.org", "new@example.net"):
        client = Client()
        fields = {"username": "erin", "email": address, "password1": CHOSEN["password1"]}
        client.post("/accounts/signup/", fields)
        credentials = {"login": "erin", "password": CHOSEN["password1"]}
        pages = [
            client.get("/accounts/confirm-email/"),
            Client().post("/accounts/signup/", {**fields, "email": "third@example.net"}),
            Client().post("/accounts/login/", {**credentials, "password": "a guess"}),
            client.post("/accounts/login/", credentials),
            client.get("/accounts/confirm-email/"),
            client.get("/account/"),
        ]
        texts = [
            re.sub(r'(nonce|value)="[^"]*"', "", each.content.decode()).replace(address, "it")
            for each in pages
        ]
        seen.append([(each.status_code, text) for each, text in zip(pages, texts, strict=True)])
        User.objects.filter(username="erin").delete()
    for known, unknown in zip(*seen, strict=True):
        assert known == unknown
    assert User.objects.get(email="alice@example.org") == people.alice


def test_a_link_goes_to_no_address_that_was_only_added(people: People) -> None:
    """It may be a stranger's, by a slip or on purpose."""
    for address, verified in (("slip@example.net", False), ("second@example.org", True)):
        people.alice.emailaddress_set.create(email=address, verified=verified)
    for address in ("slip@example.net", "Slip@Example.net", "second@example.org"):
        Client().post(ASKED, {"email": address})
    assert [each.to for each in mail.outbox] == [["second@example.org"]]


@pytest.mark.parametrize("verification", ["mandatory", "none"])
def test_an_address_that_somebody_only_added_is_free_for_its_owner(
    people: People, settings: LazySettings, verification: str
) -> None:
    settings.SIGNUP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", verification
    people.alice.emailaddress_set.create(email="victim@example.net", verified=False)
    fields = {"username": "erin", "email": "victim@example.net", "password1": PASSWORD}
    Client().post("/accounts/signup/", fields)
    assert User.objects.get(username="erin").email == "victim@example.net"
