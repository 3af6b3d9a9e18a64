"""Signing in and out with a real provider, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from conversations.models import User
from tests.browsers import NewPage
from tests.live import LiveSite
from tests.people import PASSWORD, People
from tests.views.single_sign_on.real_provider import RealProvider, real_provider, settings_for

pytestmark = pytest.mark.browser

ERIN = {
    "preferred_username": "erin",
    "given_name": "Erin",
    "email": "erin@example.org",
    "email_verified": True,
    "groups": ["engineers", "writers"],
}


@pytest.fixture(scope="module")
def started(
    served_site: LiveSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealProvider]:
    with real_provider(served_site.url, tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(started: RealProvider, live_site: LiveSite, settings: LazySettings) -> RealProvider:
    settings.OIDC = settings_for(started.issuer)
    started.set_accounts(erin=ERIN)
    return started


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page. The provider's own pages ask for a font elsewhere."""
    page = new_page()
    page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body=""))
    return page


def sign_in(page: Page, name: str) -> None:
    """Click through to the provider and give it that name."""
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Continue with Example").click()
    tell_provider(page, name)


def tell_provider(page: Page, name: str) -> None:
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()


def groups(username: str) -> set[str]:
    return set(User.objects.get(username=username).groups.values_list("name", flat=True))


def test_an_account_is_made_and_its_groups_follow_the_provider(
    page: Page, provider: RealProvider, live_site: LiveSite
) -> None:
    by_hand = Group.objects.create(name="Readers")
    Group.objects.create(name="engineers")
    sign_in(page, "erin")
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    erin = User.objects.get()
    assert (erin.username, erin.first_name, erin.email) == ("erin", "Erin", "erin@example.org")
    assert not erin.has_usable_password()
    connected = SocialAccount.objects.values_list("user", "provider", "uid")
    assert list(connected) == [(erin.pk, provider.issuer, "erin")]
    # No group is made for "writers", which is none of the site.
    assert groups("erin") == {"engineers"}

    erin.groups.add(by_hand)
    sign_out(page)
    expect(page).to_have_url(re.compile(rf"^{live_site.url}/accounts/login/"))
    provider.set_accounts(erin={**ERIN, "groups": []})
    # The provider asks for the name again: its own session has ended with the site's.
    sign_in(page, "erin")
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    assert User.objects.count() == 1
    assert groups("erin") == {"Readers"}


def test_signing_out_there_leaves_no_draft_even_before_the_form_s_script_runs(
    page: Page, provider: RealProvider
) -> None:
    sign_in(page, "erin")
    page.get_by_role("textbox", name="Message").fill("my secret plan")
    page.route(
        "**/js/pages/account.*.js",
        lambda route: route.fulfill(content_type="text/javascript", body=""),
    )
    sign_out(page)
    expect(page.get_by_role("button", name="Continue with Example")).to_be_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("verified", [True, False])
def test_an_account_with_the_same_address_is_not_taken_over(
    page: Page, provider: RealProvider, people: People, faults: list[str], verified: bool
) -> None:
    provider.set_accounts(mallory={"email": "alice@example.org", "email_verified": verified})
    sign_in(page, "mallory")
    if verified:
        expect(page.get_by_role("heading", name="Your account is here already")).to_be_visible()
        assert User.objects.count() == 4
    else:
        expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        assert User.objects.get(username="user").email == ""
    assert not SocialAccount.objects.filter(user=people.alice).exists()
    faults.clear()


def test_an_account_is_connected_after_its_password(
    page: Page, provider: RealProvider, people: People
) -> None:
    provider.set_accounts(al={"email": "alice@example.org", "email_verified": True})
    page.goto("/accounts/login/?next=/accounts/3rdparty/")
    page.get_by_label("Username or email").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Connect Example").click()
    tell_provider(page, "al")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
    assert SocialAccount.objects.get().user == people.alice

    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Continue with Example").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def test_a_deactivated_account_stays_out(
    page: Page, provider: RealProvider, live_site: LiveSite
) -> None:
    erin = User.objects.create(username="erin", is_active=False)
    SocialAccount.objects.create(user=erin, provider=provider.issuer, uid="erin")
    sign_in(page, "erin")
    expect(page).to_have_url(re.compile("/accounts/inactive/"))


def test_a_user_who_turns_back_reads_a_sentence(
    page: Page, provider: RealProvider, faults: list[str]
) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Continue with Example").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("Example did not let you in.")
    faults.clear()
