"""A database of each worker's own: SQLite, or one of the PostgreSQL server that runs the tests."""

import shutil
from collections.abc import Iterator
from functools import cache

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests.empty_database import ON_POSTGRES, empty_database

# Tables that `migrate` fills and no test changes.
_KEPT_TABLES = {"auth_permission", "django_content_type", "django_migrations"}
# The tests delete what others refer to, in any order.
_UNCHECKED = "SET LOCAL session_replication_role = replica"


def uses_database(item: pytest.Item) -> bool:
    """Tell the tests that read or write from the others."""
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or "db" in fixtures


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, run the tests that use the database, without those about SQLite."""
    if not settings.POSTGRES:
        return
    config.hook.pytest_deselected(items=[each for each in items if not uses_database(each)])
    items[:] = [each for each in items if uses_database(each)]
    for item in items:
        if item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="It is about SQLite."))


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Copy a database that is empty and migrated, instead of creating and migrating one."""
    name = settings.DATABASES["default"]["NAME"]
    if not settings.POSTGRES:
        shutil.copyfile(empty_database(), name)
        return
    with psycopg.connect(f"{settings.POSTGRES}/postgres", autocommit=True) as administration:
        administration.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        administration.execute(f'CREATE DATABASE "{name}" TEMPLATE {ON_POSTGRES}')


@pytest.fixture(scope="session", autouse=True)
def emptied_quickly() -> Iterator[None]:
    """Empty the database after a test without a transaction of its own: only the tables that have
    rows, and without Django's `flush`, which creates all permissions and content types again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield


def _empty(_case: TransactionTestCase) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if settings.POSTGRES:
            cursor.execute(_UNCHECKED)
        cursor.execute(_filled_tables_query())
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {name}")


@cache
def _filled_tables_query() -> str:
    names = set(connection.introspection.table_names()) - _KEPT_TABLES
    quoted = sorted(map(connection.ops.quote_name, names))
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in quoted
    )
