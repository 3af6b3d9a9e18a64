"""Presets that an administrator publishes."""

import pytest
from django.contrib.auth.models import Group

from conversations.chat.state import first_prompts, preset_states
from conversations.models import Preset, User
from tests.admin.administrator import Administrator, audit_entries
from tests.people import People

pytestmark = pytest.mark.django_db
PRESETS = "/admin/conversations/preset/"
ADD = f"{PRESETS}add/"
GIVEN = {
    "name": "House style",
    "system_message": "Write plainly.",
    "temperature": "0.3",
    "stop": "END\nSTOP",
}


def offered(user: User) -> list[str]:
    """The presets on the user's page."""
    return [preset["name"] for preset in preset_states(user)]


def test_a_preset_is_published_to_a_group_alone(dana: Administrator, people: People) -> None:
    editors = Group.objects.create(name="Editors")
    people.alice.groups.add(editors)
    assert dana.change(ADD, **GIVEN, groups=[editors.pk]) == {}
    assert (offered(people.alice), offered(people.bob)) == (["House style"], [])
    preset = preset_states(people.alice)[0]
    assert preset["parameters"] == {"temperature": 0.3, "stop": ["END", "STOP"]}
    assert (preset["system_message"], preset["is_own"]) == ("Write plainly.", False)
    assert "Editors" in dana.text(PRESETS)
    assert audit_entries()[-1] == ("dana", "added", "House style")


def test_a_preset_without_groups_is_for_everyone(dana: Administrator, people: People) -> None:
    assert dana.change(ADD, **GIVEN) == {}
    assert offered(people.charlie) == ["House style"]
    assert "everyone" in dana.text(PRESETS)


def test_a_stop_with_a_line_break_is_written_and_shown_again(
    dana: Administrator, people: People
) -> None:
    assert dana.change(ADD, **{**GIVEN, "stop": "User:\\n\nEND"}) == {}
    preset = Preset.objects.get()
    assert preset.parameters["stop"] == ["User:\n", "END"]
    assert "User:\\n\nEND" in dana.text(f"{PRESETS}{preset.pk}/change/")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("temperature", "9", "temperature"),
        ("stop", "1\n2\n3\n4\n5", "stop"),
        ("n", "0", "n"),
        ("name", "", "required"),
        ("prompts", "1\n2\n3\n4\n5", "4"),
        ("prompts", "x" * 201, "200"),
        ("system_message", "x" * 50_001, "50,000"),
    ],
)
def test_a_fault_is_shown_at_its_field_and_publishes_nothing(
    dana: Administrator, field: str, value: str, said: str
) -> None:
    faults = dana.change(ADD, **{**GIVEN, field: value})
    assert list(faults) == [field]
    assert said in faults[field][0]
    assert Preset.objects.count() == 0


def test_how_much_a_model_thinks_is_one_of_the_words(dana: Administrator) -> None:
    assert dana.change(ADD, **{**GIVEN, "reasoning_effort": "high"}) == {}
    assert Preset.objects.get().parameters["reasoning_effort"] == "high"
    preset = Preset.objects.get()
    assert dana.change(f"{PRESETS}{preset.pk}/change/", reasoning_effort="") == {}
    preset.refresh_from_db()
    assert "reasoning_effort" not in preset.parameters
    faults = dana.change(ADD, **{**GIVEN, "name": "Other", "reasoning_effort": "very"})
    assert list(faults) == ["reasoning_effort"]


def test_a_name_is_published_once(dana: Administrator) -> None:
    dana.change(ADD, **GIVEN)
    assert list(dana.change(ADD, **GIVEN)) == ["name"]


def test_a_change_leaves_hidden_parameters_unchanged(dana: Administrator) -> None:
    schema = {"type": "json_object"}
    preset = Preset.objects.create(name="JSON", parameters={"response_format": schema, "n": 2})
    assert dana.change(f"{PRESETS}{preset.pk}/change/", n="", top_p="0.5") == {}
    preset.refresh_from_db()
    assert preset.parameters == {"response_format": schema, "top_p": 0.5}


def test_presets_of_users_are_not_listed(dana: Administrator, people: People) -> None:
    own = Preset.objects.create(user=people.alice, name="mine alone")
    assert "mine alone" not in dana.text(PRESETS)
    assert dana.status(f"{PRESETS}{own.pk}/change/") == 302


def test_one_preset_for_each_audience_is_the_default(dana: Administrator) -> None:
    editors = Group.objects.create(name="Editors")
    for name, groups in (("a", []), ("b", [editors.pk]), ("c", []), ("d", [editors.pk])):
        given = GIVEN | {"name": name, "groups": groups, "is_default": "on"}
        assert dana.change(ADD, **given) == {}
    assert list(Preset.objects.filter(is_default=True).values_list("name", flat=True)) == ["c", "d"]
    assert ("dana", "changed", "a") in audit_entries()


def test_prompts_are_offered_on_the_empty_page_those_of_the_default_first(
    dana: Administrator, people: People
) -> None:
    dana.change(ADD, **GIVEN, prompts="Check  this text.\n\n Shorten it. ")
    dana.change(ADD, **{**GIVEN, "name": "Translator"}, prompts="Translate.", is_default="on")
    presets = {preset["name"]: preset for preset in preset_states(people.alice)}
    assert presets["House style"]["prompts"] == ["Check this text.", "Shorten it."]
    offered = first_prompts([*presets.values()])
    house, translator = presets["House style"]["id"], presets["Translator"]["id"]
    assert offered == [
        {"text": "Translate.", "preset": translator},
        {"text": "Check this text.", "preset": house},
        {"text": "Shorten it.", "preset": house},
    ]
    assert first_prompts([{**presets["House style"], "prompts": list("abcdef")}])[3:] == [
        {"text": "d", "preset": house}
    ]
    preset = Preset.objects.get(name="House style")
    assert "Check this text.\nShorten it." in dana.text(f"{PRESETS}{preset.pk}/change/")
