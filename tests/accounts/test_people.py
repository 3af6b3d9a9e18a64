"""E-mail addresses that an administrator vouches for."""

import pytest
from allauth.account.models import EmailAddress

from conversations.accounts import people as domain
from tests.people import People

pytestmark = pytest.mark.django_db


def test_a_changed_address_becomes_the_only_primary_one(people: People) -> None:
    domain.trust_address(people.alice)
    people.alice.email = "Alice@Example.com"
    domain.trust_address(people.alice)
    addresses = EmailAddress.objects.filter(user=people.alice).order_by("primary")
    assert list(addresses.values_list("email", "primary", "verified")) == [
        ("alice@example.org", False, True),
        ("alice@example.com", True, True),
    ]


def test_an_account_without_an_address_has_no_trusted_one(people: People) -> None:
    domain.trust_address(people.alice)
    people.alice.email = ""
    domain.trust_address(people.alice)
    assert not EmailAddress.objects.filter(user=people.alice).exists()
