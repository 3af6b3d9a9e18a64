"""The model of these tests, with prices."""

from decimal import Decimal

import pytest

from conversations.models import LanguageModel
from tests.people import make_model


@pytest.fixture
def model(db: None) -> LanguageModel:
    """A model whose tokens cost 2 and 8 for a million."""
    model = make_model()
    model.prompt_price, model.completion_price = Decimal(2), Decimal(8)
    model.save()
    return model
