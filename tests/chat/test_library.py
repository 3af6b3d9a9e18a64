"""What people keep under a name: changed at any time, and added to up to a bound."""

import pytest

from conversations.chat import library
from conversations.models import Definition, Preset, User
from conversations.refusal import Refused
from tests.people import make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(monkeypatch: pytest.MonkeyPatch) -> User:
    """Alice, where everyone may keep two of each."""
    monkeypatch.setattr(library, "MOST_SAVED", 2)
    return make_people().alice


def test_presets_are_written_over_though_there_is_room_for_no_more(alice: User) -> None:
    for name in ("Calm", "Bold", "Calm"):
        library.save_preset(alice, name, {"temperature": len(name) / 10}, name, is_default=True)
    with pytest.raises(Refused, match="2 presets"):
        library.save_preset(alice, "Third", {}, "", is_default=True)
    kept = Preset.objects.filter(user=alice).order_by("name")
    assert [(each.name, each.is_default) for each in kept] == [("Bold", False), ("Calm", True)]


def test_definitions_are_written_over_though_there_is_room_for_no_more(alice: User) -> None:
    for name, title in (("a", "1"), ("b", "1"), ("a", "2")):
        library.save_definition(alice, "schema", name, {"type": "object", "title": title})
    # A function of the same name is something else.
    with pytest.raises(Refused, match="2 schemas and tools"):
        library.save_definition(alice, "tool", "a", {"type": "function", "function": {"name": "a"}})
    kept = Definition.objects.filter(user=alice).order_by("name")
    assert [(each.name, each.definition["title"]) for each in kept] == [("a", "2"), ("b", "1")]


def test_a_preset_says_no_more_than_a_conversation_may(alice: User) -> None:
    with pytest.raises(Refused, match="50,000 characters"):
        library.save_preset(alice, "Long", {}, "x" * 50_001, is_default=False)
