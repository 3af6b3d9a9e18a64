"""The users of the tests: Alice owns, Bob has a link, Charlie is a stranger, Dana administers."""

from dataclasses import dataclass
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password

from conversations.models import LanguageModel, Provider, SignInName, User
from conversations.models.hashing import hashed
from conversations.models.sign_in_name import comparable

PASSWORD = "a quiet afternoon"


@dataclass
class People:
    """Four accounts whose password is ``PASSWORD``."""

    alice: User
    bob: User
    charlie: User
    dana: User


def make_people() -> People:
    """Alice, Bob, Charlie and the administrator Dana, in two statements: most tests begin so."""
    users = [_person(name) for name in ("alice", "bob", "charlie", "dana")]
    users[-1].is_staff = users[-1].is_superuser = True
    User.objects.bulk_create(users)
    names = [(name, user) for user in users for name in (user.username, user.email)]
    SignInName.objects.bulk_create(
        [SignInName(key=hashed(comparable(name)), user=user) for name, user in names]
    )
    return People(*users)


def _person(name: str) -> User:
    return User(username=name, email=f"{name}@example.org", password=_hashed_password())


@cache
def _hashed_password() -> str:
    return make_password(PASSWORD)


def make_model(
    name: str = "test/model",
    *,
    base_url: str = "http://127.0.0.1:9/v1",
    upstream_name: str = "",
    dialect: str = "generic",
    api_key: str = "",
) -> LanguageModel:
    """A model of a provider at that address."""
    provider, _ = Provider.objects.get_or_create(
        name=f"Provider at {base_url}",
        defaults={"base_url": base_url, "dialect": dialect, "api_key": api_key},
    )
    return LanguageModel.objects.create(
        name=name, upstream_name=upstream_name or name, provider=provider
    )


@pytest.fixture
def people(db: None) -> People:
    """Alice, Bob, Charlie and Dana."""
    return make_people()
