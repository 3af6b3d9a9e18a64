"""The models of the administration."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import access
from conversations.admin.parameters_field import ROWS
from conversations.models import LanguageModel, Provider
from tests.catalog.administrator import Administrator, audited, errors_of
from tests.people import make_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(db: None) -> LanguageModel:
    """A model that every user may use."""
    return make_model("a/model")


def test_parameters_are_set_in_a_table_and_stored_as_rules(
    dana: Administrator, model: LanguageModel
) -> None:
    dana.saves(
        model,
        **{
            "parameters-temperature-low": "0.2",
            "parameters-temperature-high": "1",
            "parameters-temperature-default": "0.7",
            "parameters-max_tokens-high": "100000",
            "parameters-top_k-allowed": [],
        },
    )
    model.refresh_from_db()
    assert model.parameters == {
        "temperature": {"low": 0.2, "high": 1.0, "default": 0.7},
        "max_tokens": {"high": 100000},
        "top_k": {"allowed": False},
    }


def test_saving_again_without_a_change_changes_no_rule(
    dana: Administrator, model: LanguageModel
) -> None:
    rules = {
        "temperature": {"low": 0.2, "default": 0.7},
        "stop": {"allowed": False},
        "logprobs": {"allowed": False},
    }
    model.parameters = rules
    model.save()
    dana.saves(model)
    model.refresh_from_db()
    assert model.parameters == rules
    assert audited() == []


def test_a_model_starts_with_every_parameter_allowed(
    dana: Administrator, model: LanguageModel
) -> None:
    page = dana.opens(f"languagemodel/{model.pk}/change/")
    assert page.count('-allowed" aria-label="Allow ') == len(ROWS)
    assert page.count(" checked", page.index('class="parameters"')) >= len(ROWS)
    assert 'placeholder="16384"' in page


EXTRA = {"chat_template_kwargs": {"enable_thinking": False}, "top_k": 20}


def test_an_extra_body_is_stored_shown_and_in_the_audit_log(
    dana: Administrator, model: LanguageModel
) -> None:
    dana.saves(model, extra_body=json.dumps(EXTRA))
    model.refresh_from_db()
    assert model.extra_body == EXTRA
    assert audited() == [("changed", "a/model", {}, {"extra_body": EXTRA})]
    page = dana.opens(f"languagemodel/{model.pk}/change/")
    assert "chat_template_kwargs" in page
    # Numbers are no secrets, whatever they are called.
    dana.saves(model, extra_body='{"stop_token_ids": [7]}')
    model.refresh_from_db()
    assert model.extra_body == {"stop_token_ids": [7]}
    dana.saves(model, extra_body="")
    model.refresh_from_db()
    assert model.extra_body == {}


@pytest.mark.parametrize(
    ("entered", "error"),
    [
        ("{cut", "Enter a valid JSON."),
        # Deeper than Python parses.
        ("[" * 5_000, "Enter a valid JSON."),
        ('{"a":' * 2_000, "Enter a valid JSON."),
        ("[1]", "This is not a JSON object"),
        ('"x"', "This is not a JSON object"),
        ('{"messages": [], "model": "m"}', "The site sets these itself: messages, model."),
        ('{"max_tokens": 5}', "The site sets these itself: max_tokens."),
        ('{"n": 2, "stream": false}', "The site sets these itself: n, stream."),
        ('{"api_key": "x"}', "api_key looks like a secret."),
        ('{"a": [{"password": "x"}]}', "password looks like a secret."),
        (f'{{"a": "{"x" * 10_000}"}}', "larger than 10000 bytes"),
    ],
)
def test_an_extra_body_that_makes_no_sense_is_refused_in_words(
    dana: Administrator, model: LanguageModel, entered: str, error: str
) -> None:
    (shown,) = errors_of(dana.saves(model, extra_body=entered))
    assert error in shown
    model.refresh_from_db()
    assert model.extra_body == {}


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("temperature-high", "3", "temperature: 3.0 is outside 0 to 2."),
        ("temperature-low", "warm", "temperature: “warm” is not a number."),
        ("temperature-low", "nan", "temperature: nan is outside 0 to 2."),
        ("temperature-default", "5", "temperature: The default is outside the range."),
        ("n-high", "1.5", "n: “1.5” is not a whole number."),
        ("max_tokens-high", "0", "max_tokens: 0 is outside 1 to 1048576."),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_words(
    dana: Administrator, model: LanguageModel, field: str, value: str, error: str
) -> None:
    page = dana.saves(model, **{f"parameters-{field}": value})
    assert errors_of(page) == [error]
    assert f'value="{value}"' in page
    model.refresh_from_db()
    assert model.parameters == {}


def test_the_lowest_value_cannot_be_above_the_highest(
    dana: Administrator, model: LanguageModel
) -> None:
    ends = {"parameters-top_p-low": "0.9", "parameters-top_p-high": "0.5"}
    page = dana.saves(model, **ends)
    assert errors_of(page) == ["top_p: The lowest value is above the highest."]


def test_a_model_cannot_take_its_own_place(dana: Administrator, model: LanguageModel) -> None:
    page = dana.saves(model, replaced_by=str(model.pk))
    assert errors_of(page) == ["A model cannot replace itself."]


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("enable", {"enabled": False}, {"enabled": True}),
        ("disable", {"enabled": True}, {"enabled": False}),
        ("pause", {"paused": False}, {"paused": True}),
        ("resume", {"paused": True}, {"paused": False}),
        ("open_to_everyone", {"audience": "restricted"}, {"audience": "everyone"}),
        ("restrict", {"audience": "everyone"}, {"audience": "restricted"}),
    ],
)
def test_many_are_switched_at_once_and_written_down(
    dana: Administrator, action: str, before: dict[str, object], after: dict[str, object]
) -> None:
    model, other = make_model("a/model"), make_model("b/model")
    LanguageModel.objects.filter(pk=model.pk).update(**before)
    LanguageModel.objects.filter(pk=other.pk).update(**after)
    dana.acts(action, model, other)
    assert LanguageModel.objects.filter(**after).count() == 2
    # The other one had the value already: nothing changed, and nothing is logged.
    assert audited() == [("changed", "a/model", before, after)]


def test_a_model_that_was_restricted_is_theirs_whom_it_names(
    dana: Administrator, model: LanguageModel
) -> None:
    alice, bob = dana.people.alice, dana.people.bob
    dana.saves(model, audience="restricted", users=[str(alice.pk)])
    assert [each.name for each in access.models_for(alice)] == ["a/model"]
    assert access.models_for(bob) == []


def test_the_list_shows_the_state_of_each_model(dana: Administrator, model: LanguageModel) -> None:
    for name, fields in {
        "off": {"enabled": False},
        "resting": {"paused": True},
        "gone": {"retires_on": "2020-01-01"},
    }.items():
        LanguageModel.objects.filter(pk=make_model(name).pk).update(**fields)
    page = dana.opens("languagemodel/")
    for state in ("in use", "disabled", "paused", "retired"):
        assert f'<td class="field-state">{state}</td>' in page


def test_the_list_is_searched_filtered_and_asks_no_more_for_more_models(
    dana: Administrator, model: LanguageModel
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            dana.opens(path)
        return len(captured)

    few = queries("languagemodel/?enabled__exact=1")
    for number in range(12):
        make_model(f"more/{number}", base_url=f"http://127.0.0.1:{number + 10}/v1")
    assert queries("languagemodel/?enabled__exact=1") == few
    page = dana.opens("languagemodel/?q=a%2Fmodel")
    assert "1 model" in page
    assert "more/3" not in page
    other = Provider.objects.get(base_url="http://127.0.0.1:13/v1")
    page = dana.opens(f"languagemodel/?provider__id__exact={other.pk}")
    assert "more/3" in page
    assert "more/4" not in page
