"""Passkeys in Chromium, whose virtual authenticator stands for a device."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from playwright.sync_api import CDPSession, Page, expect

from conversations.models import User
from tests.browsers import NewPage
from tests.live import LiveSite
from tests.people import PASSWORD, People

pytestmark = pytest.mark.browser


@pytest.fixture
def url(live_site: LiveSite, settings: LazySettings) -> str:
    """The address of the site by a name, since passkeys do not work at an IP address."""
    address = live_site.url.replace("127.0.0.1", "localhost")
    settings.SITE_ORIGINS = (live_site.url, address)
    return address


class Device:
    """A device that keeps passkeys and confirms them without asking."""

    def __init__(self, page: Page) -> None:
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._of = {"authenticatorId": added["authenticatorId"]}

    def is_unlocked(self, unlocked: bool) -> None:
        """From now on the user proves who they are to the device, or fails to."""
        self._devtools.send("WebAuthn.setUserVerified", {**self._of, "isUserVerified": unlocked})

    def close(self) -> None:
        self._devtools.send("WebAuthn.disable")


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page without suggestions, which a device that always confirms would take at once."""
    page = new_page()
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false;")
    return page


@pytest.fixture
def device(page: Page, url: str) -> Iterator[Device]:
    device = Device(page)
    yield device
    device.close()


def sign_in(page: Page, url: str, then: str = "/") -> None:
    page.goto(f"{url}/accounts/login/?next={then}")
    page.get_by_label("Username or email").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page, url: str) -> None:
    """Sign in with the password and add a passkey, for which the password is asked again."""
    sign_in(page, url, "/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def sign_out(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Username or email")).to_be_visible()


def use_passkey(page: Page) -> None:
    page.get_by_role("button", name="Continue with a passkey").click()


def test_a_passkey_signs_in_alone_and_leads_on(
    page: Page, url: str, device: Device, people: People
) -> None:
    add_passkey(page, url)
    assert Authenticator.objects.filter(user=people.alice, type="webauthn").count() == 1
    sign_out(page, url)
    page.goto(f"{url}/accounts/login/?next=/account/")
    use_passkey(page)
    # No password, and no second step: the device has checked who it is.
    expect(page.get_by_role("heading", name="Account and limits")).to_be_visible()


def test_a_device_that_does_not_know_its_user_signs_nobody_in(
    page: Page, url: str, device: Device, people: People
) -> None:
    add_passkey(page, url)
    sign_out(page, url)
    device.is_unlocked(False)
    page.goto(f"{url}/accounts/login/")
    use_passkey(page)
    expect(page.get_by_role("alert")).to_contain_text("The passkey did not answer.")


def test_the_password_asks_for_the_passkey_as_a_second_step(
    page: Page, url: str, device: Device, people: People
) -> None:
    add_passkey(page, url)
    sign_out(page, url)
    sign_in(page, url)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.get_by_text("Use your passkey, or enter the code")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def test_a_removed_passkey_signs_nobody_in(
    page: Page, url: str, device: Device, people: People
) -> None:
    add_passkey(page, url)
    page.goto(f"{url}/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove Passkey").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None is set up.")).to_be_visible()
    sign_out(page, url)
    page.goto(f"{url}/accounts/login/")
    use_passkey(page)
    expect(page.get_by_text("This is not right. Try again.")).to_be_visible()


def test_the_passkey_of_a_deactivated_account_signs_nobody_in(
    page: Page, url: str, device: Device, people: People
) -> None:
    add_passkey(page, url)
    sign_out(page, url)
    User.objects.filter(pk=people.alice.pk).update(is_active=False)
    page.goto(f"{url}/accounts/login/")
    use_passkey(page)
    expect(page).to_have_url(re.compile("/accounts/inactive/"))


def test_a_passkey_that_answered_elsewhere_signs_nobody_in(
    page: Page, url: str, device: Device, people: People, settings: LazySettings
) -> None:
    add_passkey(page, url)
    sign_out(page, url)
    page.goto(f"{url}/accounts/login/")
    # The device has answered on a page of this address, which is no longer one of the site.
    settings.SITE_ORIGINS = ("http://chat.localhost:8000",)
    use_passkey(page)
    expect(page.get_by_text("This is not right. Try again.")).to_be_visible()


def test_there_is_no_button_where_passkeys_cannot_work(page: Page, live_site: LiveSite) -> None:
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="passkey")).to_have_count(0)


def test_a_passkey_can_be_chosen_in_the_first_field(
    new_page: NewPage, url: str, people: People
) -> None:
    page = new_page()
    device = Device(page)
    add_passkey(page, url)
    page.goto(f"{url}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    # The device answers to the suggestion, without a click on the button.
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    device.close()
