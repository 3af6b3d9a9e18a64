"""The state of models that pages show."""

from datetime import date
from decimal import Decimal

import pytest

from conversations.chat.state import page_state
from conversations.models import Policy
from tests.people import People, make_model

pytestmark = pytest.mark.django_db


def test_a_model_has_the_name_of_its_provider_and_the_prices_that_are_set(people: People) -> None:
    free, priced = make_model("free"), make_model("priced")
    priced.prompt_price, priced.completion_price = Decimal("0.5"), Decimal(2)
    priced.save()
    Policy.objects.update_or_create(pk=Policy.current().pk, defaults={"currency": "EUR"})
    states = {each["name"]: each for each in page_state(people.alice, None)["models"]}
    assert states["free"]["provider"] == free.provider.name
    assert states["free"]["prices"] is None
    expected = {"prompt": 0.5, "completion": 2, "currency": "EUR"}
    assert states["priced"]["prices"] == expected


def test_a_successor_is_named_only_to_users_who_may_use_it(people: People) -> None:
    model, successor = make_model("old"), make_model("secret/new")
    model.retires_on, model.replaced_by = date(2999, 1, 31), successor
    model.save()
    states = {each["name"]: each for each in page_state(people.alice, None)["models"]}
    assert states["old"]["replaced_by"] == "secret/new"
    successor.audience = "restricted"
    successor.save()
    (state,) = page_state(people.alice, None)["models"]
    assert (state["name"], state["replaced_by"]) == ("old", None)
    assert "secret" not in str(state)
