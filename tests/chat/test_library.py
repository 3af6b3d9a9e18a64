"""Presets, schemas and tools are checked, replaced and bounded; answers are rated."""

import pytest

from conversations.chat import library
from conversations.models import Definition, Feedback, Preset, User
from conversations.refusal import Refused
from tests.chat.written import answered
from tests.people import make_model, make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(monkeypatch: pytest.MonkeyPatch) -> User:
    """Alice, on a site where a user may save two of each."""
    monkeypatch.setattr(library, "MOST_SAVED", 2)
    return make_people().alice


def test_a_preset_can_be_replaced_when_no_more_can_be_saved(alice: User) -> None:
    for name in ("Calm", "Bold", "Calm"):
        library.save_preset(alice, name, {"temperature": len(name) / 10}, name, is_default=True)
    with pytest.raises(Refused, match="2 presets"):
        library.save_preset(alice, "Third", {}, "", is_default=True)
    saved = Preset.objects.filter(user=alice).order_by("name")
    assert [(each.name, each.is_default) for each in saved] == [("Bold", False), ("Calm", True)]


def test_a_definition_can_be_replaced_when_no_more_can_be_saved(alice: User) -> None:
    for name, title in (("a", "1"), ("b", "1"), ("a", "2")):
        library.save_definition(alice, "schema", name, {"type": "object", "title": title})
    # A tool of the same name is another definition.
    with pytest.raises(Refused, match="2 schemas and tools"):
        library.save_definition(alice, "tool", "a", {"type": "function", "function": {"name": "a"}})
    saved = Definition.objects.filter(user=alice).order_by("name")
    assert [(each.name, each.definition["title"]) for each in saved] == [("a", "2"), ("b", "1")]


def test_a_system_message_of_a_preset_is_bounded(alice: User) -> None:
    with pytest.raises(Refused, match="50,000 characters"):
        library.save_preset(alice, "Long", {}, "x" * 50_001, is_default=False)


def test_a_definition_that_is_not_valid_is_not_saved(alice: User) -> None:
    for kind, definition in (("tool", {"type": "function"}), ("schema", {"type": "teapot"})):
        with pytest.raises(Refused):
            library.save_definition(alice, kind, "tea", definition)
    with pytest.raises(Refused) as refused:
        library.save_definition(alice, "schema", " \n ", {"type": "object"})
    assert (refused.value.code, refused.value.field) == ("empty_name", "name")
    assert not Definition.objects.exists()


def test_a_rating_is_replaced_removed_and_has_a_bounded_note(alice: User) -> None:
    make_model("model")
    (answer,) = answered(alice, "model")
    library.rate(alice, answer.pk, -1, "")
    library.rate(alice, answer.pk, 1, "x" * 1_001)
    assert Feedback.objects.values_list("value", "note").get() == (1, "x" * 1_000)
    library.rate(alice, answer.pk, 0, "")
    assert not Feedback.objects.exists()
