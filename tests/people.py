"""The users of the tests: Alice owns, Bob has a link, Charlie is a stranger, Dana administers."""

from dataclasses import dataclass

import pytest

from conversations.models import LanguageModel, Provider, User

PASSWORD = "a quiet afternoon"


@dataclass
class People:
    """Four accounts whose password is ``PASSWORD``."""

    alice: User
    bob: User
    charlie: User
    dana: User


def make_people() -> People:
    """Alice, Bob, Charlie and the administrator Dana."""
    names = ("alice", "bob", "charlie")
    users = {name: _person(name) for name in names}
    dana = User.objects.create_superuser("dana", "dana@example.org", PASSWORD)
    return People(**users, dana=dana)


def _person(name: str) -> User:
    return User.objects.create_user(name, f"{name}@example.org", PASSWORD)


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
