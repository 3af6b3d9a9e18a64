"""The user of the flows that limits count."""

from collections.abc import Iterator

import pytest

from conversations.models import User
from tests.live import LiveSite
from tests.people import make_model, make_people
from tests.quotas.flows import MODELS
from tests.upstreams.scripted import scripted_thread


@pytest.fixture
def alice(live_site: LiveSite) -> Iterator[User]:
    """Alice, who may use the models of the flows."""
    person = make_people().alice
    with scripted_thread() as upstream:
        for name in MODELS:
            model = make_model(name, base_url=upstream.address)
            model.prompt_price, model.completion_price = 2, 8
            model.save()
        yield person
