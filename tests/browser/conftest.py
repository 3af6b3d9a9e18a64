"""Fixtures: Alice, a model with scripted answers, and her page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from conversations.models import LanguageModel, User
from tests.browsers import NewPage
from tests.live import LiveSite
from tests.people import make_model, make_people
from tests.upstreams.scripted import ScriptedUpstream, scripted_thread


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    """A server that plays the script that its model is named after."""
    with scripted_thread() as server:
        yield server


@pytest.fixture
def model(live_site: LiveSite, upstream: ScriptedUpstream) -> LanguageModel:
    """The model ``good``."""
    return make_model("good", base_url=upstream.address)


@pytest.fixture
def alice(live_site: LiveSite) -> User:
    """Alice, the user of the test."""
    return make_people().alice


@pytest.fixture
def home(new_page: NewPage, alice: User, model: LanguageModel) -> Page:
    """Alice's page of a new conversation."""
    page = new_page(alice)
    page.goto("/")
    return page
