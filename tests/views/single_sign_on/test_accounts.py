"""Accounts and rights that the claims of a provider give."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.contrib.auth import get_user
from django.contrib.auth.models import Group
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.http import HttpRequest
from django.test import Client, RequestFactory

from conversations.accounts.adapter import AccountAdapter
from conversations.models import AuditEntry, User
from tests.people import PASSWORD, People
from tests.signed_in import confirmed
from tests.views.single_sign_on.bent_provider import BentProvider, bent_provider
from tests.views.single_sign_on.real_provider import settings_for
from tests.views.single_sign_on.test_refusals import come_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: LazySettings) -> Iterator[BentProvider]:
    with bent_provider() as provider:
        settings.OIDC = settings_for(provider.issuer)
        yield provider


def sign_in(provider: BentProvider, **claims: Any) -> User | None:
    """Sign in with these claims, in a new browser."""
    provider.claims = claims
    client = Client()
    come_back(client, provider)
    user: Any = get_user(client)  # type: ignore[arg-type]
    return user if user.is_authenticated else None


def groups(user: User | None) -> set[str]:
    assert user
    return set(user.groups.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("preferred", "username"),
    [
        ("erin", "erin"),
        ("Erin Émile", "Erin-Émile"),
        # It could be the address of somebody who comes later.
        ("boss@example.org", "boss"),
        ("alice", "alice2"),
        ("ALICE", "ALICE2"),
        ("alice@example.org", "alice2"),
        ("ａｌｉｃｅ", "alice2"),
        ("", "user"),
        ("@", "user"),
        ("../admin", "admin"),
        ("e\0rin", "erin"),
        ("e" * 200, "e" * 140),
        (["erin"], "user"),
    ],
)
def test_a_username_is_made_of_the_claim_and_is_nobodys(
    provider: BentProvider, people: People, preferred: Any, username: str
) -> None:
    user = sign_in(provider, preferred_username=preferred)
    assert user
    assert user.username == username
    assert user.pk not in {people.alice.pk, people.dana.pk}


def test_long_names_fit_their_columns(provider: BentProvider) -> None:
    user = sign_in(provider, given_name="g" * 300, family_name="f\0" * 300)
    assert user
    assert (user.first_name, user.last_name) == ("g" * 150, "f" * 150)


def test_an_address_that_the_provider_has_not_verified_is_left_out(
    provider: BentProvider,
) -> None:
    for verified in (None, False, "false", "no", 1, [True]):
        user = sign_in(
            provider, sub=f"of {verified}", email="boss@example.org", email_verified=verified
        )
        assert user
        assert (user.email, user.emailaddress_set.count()) == ("", 0)


def test_a_verified_address_needs_no_mail(provider: BentProvider, settings: LazySettings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    user = sign_in(provider, email="erin@example.org", email_verified=True)
    assert user
    assert user.emailaddress_set.get().verified


def test_sign_up_by_the_provider_can_be_closed(
    provider: BentProvider, settings: LazySettings, people: People
) -> None:
    settings.OIDC = settings_for(provider.issuer, signup=False)
    SocialAccount.objects.create(user=people.alice, provider=provider.issuer, uid="alice")
    assert sign_in(provider, sub="erin") is None
    assert sign_in(provider, sub="alice") == people.alice
    assert User.objects.count() == 4


@pytest.mark.parametrize(
    ("address", "verified", "let_in"),
    [
        ("erin@example.org", True, True),
        ("erin@EXAMPLE.org", True, True),
        ("erin@example.org", False, False),
        ("erin@evil-example.org", True, False),
        ("erin@example.org.evil", True, False),
        (None, None, False),
    ],
)
def test_the_domain_of_sign_up_holds_for_the_provider(
    provider: BentProvider, settings: LazySettings, address: str, verified: bool, let_in: bool
) -> None:
    settings.SIGNUP_DOMAIN = "example.org"
    user = sign_in(provider, email=address, email_verified=verified)
    assert (user is not None) == let_in


def test_the_mapping_makes_its_groups_and_takes_them_again(
    provider: BentProvider, settings: LazySettings
) -> None:
    Group.objects.create(name="/all")
    pairs = (("/eng", "Engineering"), ("/eng", "Readers"), ("/law", "Legal"))
    settings.OIDC = settings_for(provider.issuer, groups=pairs)
    assert groups(sign_in(provider, groups=["/eng", "/all", 7])) == {"Engineering", "Readers"}
    assert groups(sign_in(provider, groups="/law")) == {"Legal"}
    assert groups(sign_in(provider)) == set()
    assert [each.action for each in AuditEntry.objects.filter(is_security_event=False)] == [
        "changed at sign-in"
    ] * 3


def test_a_group_that_was_given_by_hand_stays_though_the_provider_gave_it_too(
    provider: BentProvider,
) -> None:
    group = Group.objects.create(name="engineers")
    user = sign_in(provider)
    assert user
    user.groups.add(group)
    sign_in(provider, groups=["engineers"])
    assert groups(sign_in(provider, groups=[])) == {"engineers"}


def test_groups_that_are_too_many_to_be_told_change_nothing(provider: BentProvider) -> None:
    Group.objects.create(name="engineers")
    sign_in(provider, groups=["engineers"])
    told = sign_in(provider, _claim_names={"groups": "src1"})
    assert groups(told) == {"engineers"}


def test_a_claim_is_found_inside_objects(provider: BentProvider, settings: LazySettings) -> None:
    Group.objects.create(name="engineers")
    settings.OIDC = settings_for(provider.issuer, groups_claim="realm_access.roles")
    user = sign_in(provider, realm_access={"roles": ["engineers"]})
    assert groups(user) == {"engineers"}
    assert groups(sign_in(provider, realm_access="roles")) == set()


def test_staff_follow_the_claim_only_where_a_setting_names_it(
    provider: BentProvider, settings: LazySettings, people: People
) -> None:
    user = sign_in(provider, groups=["staff", "admin", "superuser"], is_staff=True)
    assert user
    assert (user.is_staff, user.is_superuser) == (False, False)
    settings.OIDC = settings_for(provider.issuer, staff_group="staff")
    assert sign_in(provider, groups=["staff"]).is_staff  # type: ignore[union-attr]
    assert not sign_in(provider, groups=[]).is_staff  # type: ignore[union-attr]
    SocialAccount.objects.create(user=people.dana, provider=provider.issuer, uid="dana")
    assert sign_in(provider, sub="dana", groups=[]).is_staff  # type: ignore[union-attr]


def test_only_claims_that_are_used_are_stored(provider: BentProvider) -> None:
    sign_in(provider, preferred_username="erin", phone_number="canary-5", address={"a": "canary-5"})
    assert SocialAccount.objects.get().extra_data == {"username": "erin", "groups": []}


def test_an_account_of_the_provider_has_no_other_way_in(
    provider: BentProvider, settings: LazySettings
) -> None:
    settings.EMAIL_URL = "smtp://mail.example"
    erin = sign_in(provider, email="erin@example.org", email_verified=True)
    assert erin
    Client().post("/accounts/password/reset/", {"email": "erin@example.org"})
    assert mail.outbox == []
    browser = confirmed(erin)
    form = {"password1": PASSWORD, "password2": PASSWORD}
    page = browser.post("/accounts/password/set/", form).content.decode()
    assert "an administrator can give the account a password" in page
    erin.refresh_from_db()
    assert not erin.has_usable_password()
    # As a passkey does it.
    refused = AccountAdapter().pre_login(
        _with_messages(), erin, signal_kwargs=None, email_verification="none",
        email=None, signup=False, redirect_url=None,
    )  # fmt: skip
    assert refused
    assert refused["Location"] == "/accounts/login/"
    erin.set_password(PASSWORD)
    erin.save()
    client = Client()
    client.post("/accounts/login/", {"login": "erin@example.org", "password": PASSWORD})
    assert get_user(client) == erin  # type: ignore[arg-type]


def _with_messages() -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request
