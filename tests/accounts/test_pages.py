"""The pages and mails of signing in: one heading, one loud button, the site's own words."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from playwright.sync_api import Page, expect

from conversations.models import User
from tests.live import LiveSite
from tests.people import PASSWORD, People
from tests.signed_in import confirmed
from tests.views.single_sign_on.real_provider import settings_for

ENTRANCE = (
    "login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/",
    "password/reset/key/1-set-x/", "password/reset/key/done/", "confirm-email/x/", "inactive/",
    "oidc/login/", "oidc/callback/", "3rdparty/login/cancelled/", "3rdparty/login/error/",
)  # fmt: skip
OWN = (
    "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "email/", "3rdparty/",
    "password/change/", "reauthenticate/", "logout/", "2fa/webauthn/keys/{key}/remove/",
    "2fa/webauthn/keys/{key}/edit/",
)  # fmt: skip
WITH_APP = (
    "2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/",
    "2fa/reauthenticate/",
)  # fmt: skip
# Words of allauth that the site has others for.
FOREIGN = re.compile(r"third-party|sign ?up|log ?in\b|successfully|2fa", re.IGNORECASE)


@pytest.fixture
def open_site(settings: LazySettings) -> None:
    """A site with everything that pages can offer."""
    settings.SIGNUP = "open"
    settings.OIDC = settings_for("https://sign-in.example")


def passkey(user: User) -> Authenticator:
    """A passkey that nothing can use."""
    data = {"name": "My phone", "passwordless": True, "credential": {}}
    return Authenticator.objects.create(user=user, type="webauthn", data=data)


def judge(html: str) -> None:
    """Check the look and the words of a page."""
    main = html[html.index("<main") : html.index("</main>")]
    (heading,) = re.findall(r"<h1>(.*?)</h1>", main, re.DOTALL)
    assert not re.search(r" [A-Z][a-z]", heading.replace("My ", "").replace("Example", "")), heading
    buttons = re.findall(r"<(?:a|button)\b[^>]*class=\"([^\"]*)\"", main)
    loud = [each for each in buttons if "button" in each.split() and "is-quiet" not in each]
    assert len(loud) <= 1, loud
    assert not FOREIGN.search(re.sub(r"<[^>]*>", " ", main)), FOREIGN.search(main)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ENTRANCE)
def test_a_page_for_strangers_has_the_sites_words(path: str, open_site: None) -> None:
    judge(Client().get(f"/accounts/{path}", follow=True).content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("path", OWN)
def test_a_page_of_the_account_has_the_sites_words(
    path: str, open_site: None, people: People
) -> None:
    number = passkey(people.alice).pk if path != "2fa/webauthn/add/" else 0
    page = confirmed(people.alice).get(f"/accounts/{path.format(key=number)}")
    assert page.status_code == 200
    judge(page.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("path", WITH_APP)
def test_a_page_of_an_account_with_an_app_has_the_sites_words(
    path: str, open_site: None, people: People
) -> None:
    TOTP.activate(people.alice, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(people.alice)
    page = confirmed(people.alice).get(f"/accounts/{path}")
    assert page.status_code == 200
    judge(page.content.decode())


@pytest.mark.django_db
def test_a_closed_site_says_how_to_get_an_account(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    judge(page)
    assert "invites people by a link" in page


@pytest.mark.django_db
def test_addresses_are_added_confirmed_and_made_the_main_one(
    people: People, settings: LazySettings
) -> None:
    settings.EMAIL_URL, settings.ACCOUNT_EMAIL_NOTIFICATIONS = "smtp://mail.example", True
    EmailAddress.objects.create(
        user=people.alice, email="alice@example.org", primary=True, verified=True
    )
    client = confirmed(people.alice)
    client.post("/accounts/email/", {"email": "second@example.org", "action_add": ""})
    (link,) = re.findall(r"http://[^/]+(/\S+)", str(mail.outbox[-1].body))[:1]
    judge(client.get(link).content.decode())
    client.post(link)
    chosen = {"email": "second@example.org", "action_primary": ""}
    page = client.post("/accounts/email/", chosen, follow=True).content.decode()
    assert "The main address was changed." in page
    assert User.objects.get(pk=people.alice.pk).email == "second@example.org"
    client.post("/accounts/email/", {"email": "alice@example.org", "action_remove": ""})
    assert [each.email for each in people.alice.emailaddress_set.all()] == ["second@example.org"]
    for each in mail.outbox:
        assert not re.search(r" [A-Z][a-z]", each.subject.partition("] ")[2]), each.subject
        assert "http://127.0.0.1:8000" in str(each.body)
        assert not FOREIGN.search(str(each.body).replace("sign in", "")), each.body


@pytest.mark.django_db
@pytest.mark.parametrize(("signup", "domain"), [("open", ""), ("domain:x", "example.org")])
def test_a_new_account_is_ready_when_its_address_is_confirmed(
    client: Client, settings: LazySettings, signup: str, domain: str
) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAIN = signup, domain
    settings.EMAIL_URL, settings.ACCOUNT_EMAIL_VERIFICATION = "smtp://mail.example", "mandatory"
    fields = {"username": "erin", "email": "erin@example.org", "password1": PASSWORD}
    sent = client.post("/accounts/signup/", fields, follow=True)
    assert "A mail is on its way to you." in sent.content.decode()
    assert "_auth_user_id" not in client.session
    address = EmailAddress.objects.get(email="erin@example.org")
    assert not address.verified
    client.post(f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/")
    client.post("/accounts/login/", {"login": "erin", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(address.user_id)


@pytest.mark.browser
def test_a_password_can_be_looked_at_and_is_sent_as_one(
    page: Page, live_site: LiveSite, people: People
) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username or email").fill("alice")
    field: Any = page.get_by_label("Password", exact=True)
    field.fill(PASSWORD)
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Hide").click()
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
