"""The state of models that pages show."""

from datetime import date

import pytest

from conversations.chat.state import page_state
from tests.people import People, make_model

pytestmark = pytest.mark.django_db


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
