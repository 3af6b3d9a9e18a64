"""Every prepared query of the product gives exactly what its queryset gives."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from django.db import models
from django.utils import timezone

import conversations
from conversations.database import checks
from conversations.database.prepared import PreparedQuery
from conversations.models import (
    Conversation,
    Feedback,
    Generation,
    GroupPolicy,
    LanguageModel,
    Message,
    Policy,
    User,
)
from tests.people import make_model, make_people

Values: TypeAlias = "dict[type[models.Field[Any, Any]], list[Any]]"


def found_queries() -> dict[str, PreparedQuery[Any]]:
    """The prepared queries of all modules, by module and name."""
    names = [each.name for each in pkgutil.walk_packages(conversations.__path__, "conversations.")]
    modules = {name: importlib.import_module(name) for name in names if "migrations" not in name}
    return {
        f"{module}.{name}": value
        for module, known in modules.items()
        for name, value in vars(known).items()
        if isinstance(value, PreparedQuery)
    }


QUERIES = found_queries()


@pytest.fixture
def values() -> Values:
    """Values of each kind, some of which are those of stored records."""
    people = make_people()
    Policy.objects.create(currency="EUR")
    today = timezone.now().date()
    model = make_model()
    staff = model.groups.create(name="staff")
    GroupPolicy.objects.create(group=staff, answers_at_once=4)
    people.alice.groups.add(staff)
    model.users.add(people.alice)
    retired = make_model("test/retired")
    LanguageModel.objects.filter(pk=retired.pk).update(retires_on=today, audience="restricted")
    for_a_program = Generation.objects.create(
        user=people.alice, client_request_id=uuid4(), status="running", owner="main"
    )
    ids = [uuid4(), for_a_program.pk]
    ids += [*make_conversation(people.alice, model), *make_conversation(people.bob, None)]
    return {
        models.UUIDField: ids,
        models.IntegerField: [0, 1, 2, people.alice.pk, people.bob.pk],
        models.CharField: ["", model.name, retired.name],
        models.DateField: [today - timedelta(days=1), today],
    }


def make_conversation(user: User, model: LanguageModel | None) -> list[object]:
    """Ids of a conversation with a rated answer and one that runs, and of all that is in it."""
    conversation = Conversation.objects.create(
        user=user, title="Tea", language_model=model, parameters={"stop": ["."]}
    )
    generations = [
        Generation.objects.create(
            user=user,
            conversation=conversation,
            client_request_id=uuid4(),
            status=status,
            notices=["Shorter."],
            owner="main",
        )
        for status in ("completed", "running")
    ]
    parent = None
    for version, generation in enumerate([None, *generations], start=1):
        parent = Message.objects.create(
            conversation=conversation,
            parent=parent,
            role="assistant" if generation else "user",
            tool_calls=[{"name": "clock"}],
            generation=generation,
            changed_in=version,
        )
        Feedback.objects.create(user=user, message=parent, value=1)
    return [conversation.pk, *(each.pk for each in generations), parent.pk if parent else None]


def everything(record: Any) -> Any:
    """The fields of a record, and those of the records that came along with it; or a tuple."""
    if isinstance(record, tuple):
        return record
    fields = {
        field.attname: (type(value := getattr(record, field.attname)), value)
        for field in record._meta.concrete_fields
    }
    related = record._state.fields_cache
    return fields | {
        name: everything(other) if other else None for name, other in sorted(related.items())
    }


def test_no_prepared_query_hides_where_this_test_does_not_look() -> None:
    made = 0
    for path in Path(conversations.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made += isinstance(node, ast.Call) and ast.unparse(node.func) == "PreparedQuery"
    assert made == len(QUERIES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_prepared_query_gives_what_its_queryset_gives(name: str, values: Values) -> None:
    query = QUERIES[name]
    records = 0
    for each in combinations(query, values):
        expected = [everything(record) for record in query.build(**each)]
        assert [everything(record) for record in query(**each)] == expected, each
        records += len(expected)
    assert records > 0, "None of the values finds anything, so nothing was compared."


def combinations(query: PreparedQuery[Any], values: Values) -> Iterator[dict[str, Any]]:
    """Every combination of values that the query can be called with."""
    choices = [values[type(field)] for field in query.parameters.values()]
    for chosen in product(*choices):
        yield dict(zip(query.parameters, chosen, strict=True))


def test_a_feature_release_of_django_that_was_not_tested_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.tested_django(None) == []
    monkeypatch.setattr("django.VERSION", (6, 0, 0, "final", 0))
    (problem,) = checks.tested_django(None)
    assert "tested with Django 5.2, and this is Django 6.0" in problem.msg
    assert problem.is_serious()
