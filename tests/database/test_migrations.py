"""The rule for migrations: code of the last release works on the schema of the next one.

During a rolling upgrade, and after one that is taken back, old processes read and write tables that
a newer release has migrated. docs/develop.md states the rule; this reads the operations.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

import conversations.migrations

# Those before had no rolling upgrades.
APP, FIRST = "conversations", "0017"
_FILES = sorted(Path(conversations.migrations.__file__).parent.glob("0*.py"))
_NAMES = [each.stem for each in _FILES if each.stem >= FIRST]
_NEVER = (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)


def faults(operations: list[Operation], before: ProjectState) -> Iterator[str]:
    """A sentence about each operation that code of the release before would notice.

    ``before`` are the models of that release: what a migration makes itself is free.
    """
    for each in operations:
        match each:
            case migrations.SeparateDatabaseAndState():
                # What the state loses first, and the database a release later, nobody misses.
                left = [op for op in each.database_operations if not _is_removal(op)]
                yield from faults(left, before)
            case _ if _is_removal(each):
                yield f"{each.describe()}: in one release from the state alone, in the next really."
            case _ if isinstance(each, _NEVER):
                yield f"{each.describe()}: add another one, fill it, remove the old one later."
            case migrations.AddField() | migrations.AlterField():
                if _is_demanded(each, before):
                    yield f"{each.describe()}: old code inserts rows without it; give a db_default."


def _is_removal(operation: Operation) -> bool:
    return isinstance(operation, migrations.RemoveField | migrations.DeleteModel)


def _is_demanded(
    operation: migrations.AddField | migrations.AlterField, before: ProjectState
) -> bool:
    """True if a row cannot be inserted any more by code that leaves the field out."""
    field, model = operation.field, before.models.get((APP, operation.model_name.lower()))
    is_optional = field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED
    if model is None or is_optional:
        return False
    known = model.fields.get(operation.name)
    return known is None or known.null


def released(name: str = _NAMES[-1]) -> ProjectState:
    """The models before that migration."""
    loader = MigrationLoader(None)
    return loader.project_state(loader.get_migration(APP, name).dependencies)


@pytest.mark.parametrize("name", _NAMES)
def test_a_migration_leaves_the_last_release_working(name: str) -> None:
    operations = MigrationLoader(None).get_migration(APP, name).operations
    assert list(faults(operations, released(name))) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("user", "theme"),
        migrations.DeleteModel("Feedback"),
        migrations.RenameField("user", "theme", "look"),
        migrations.RenameModel("Feedback", "Rating"),
        migrations.AddField("user", "look", models.CharField(max_length=9, default="")),
        migrations.AlterField("generation", "prompt_tokens", models.PositiveIntegerField()),
        migrations.SeparateDatabaseAndState([migrations.RenameField("user", "theme", "look")]),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_the_last_release_would_notice_is_refused(operation: Operation) -> None:
    assert len(list(faults([operation], released()))) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("user", "look", models.CharField(max_length=9, null=True)),
        migrations.AddField("user", "look", models.CharField(max_length=9, db_default="")),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("user", "theme")]
        ),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("user", "theme")]),
    ],
)
def test_what_it_does_not_notice_is_not(operation: Operation) -> None:
    assert list(faults([operation], released())) == []
