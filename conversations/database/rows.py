"""Hand-written SQL for the rows of every turn: insert, update, add, lock, delete.

The ORM builds each statement again, which costs ten times what SQLite needs to run it, and a turn
with its reservation and settlement has two dozen of them. The SQL here is built once, and works on
both databases. Columns are named by the ``attname`` of their fields. No signals are sent.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)
Values = Mapping[str, Any]

_HOLD = """
    UPDATE conversations_counter SET held = held + %s
    WHERE id = %s AND used + held + %s <= %s
"""
_RELEASE = "UPDATE conversations_counter SET held = held - %s, used = used + %s WHERE id = %s"


def insert(model: type[M], values: Values) -> None:
    """Insert one row; ``values`` names every column except the key."""
    _execute(_insert(model, tuple(values)), _prepared(model, values))


def inserted(model: type[M], values: Values) -> M | None:
    """As :func:`insert`; returns the row, or None where a row with its key existed."""
    sql = f"{_insert(model, tuple(values))} ON CONFLICT DO NOTHING RETURNING {_all(model)}"
    return next(iter(_rows(model, sql, _prepared(model, values))), None)


def insert_record(record: models.Model) -> None:
    """Insert a new record."""
    fields = [each for each in record._meta.concrete_fields if each.attname != "id" or record.pk]
    insert(type(record), {each.attname: each.pre_save(record, add=True) for each in fields})
    record._state.adding = False


def update(model: type[models.Model], key: Values, values: Values) -> int:
    """Store values in the rows with this key; returns the number of rows."""
    sql = _update(model, tuple(key), tuple(values))
    return _execute(sql, [*_prepared(model, values), *_prepared(model, key)])


def update_record(record: models.Model, names: Sequence[str]) -> None:
    """Store the values of these fields of a record."""
    update(type(record), {"id": record.pk}, {name: getattr(record, name) for name in names})


def add(model: type[M], key: Values, amounts: Mapping[str, int]) -> None:
    """Add the amounts to the row with this key, or insert the row with them."""
    _execute(_add(model, tuple(key), tuple(amounts)), _prepared(model, {**key, **amounts}))


def found(model: type[M], keys: Sequence[Values], *, lock: bool = False) -> list[M]:
    """The existing rows with these keys, ordered by key.

    With ``lock`` they are locked until the transaction ends, on databases that lock rows.
    """
    if not keys:
        return []
    is_locking = lock and connection.features.has_select_for_update
    values = [value for key in keys for value in _prepared(model, key)]
    return _rows(model, _found(model, tuple(keys[0]), len(keys), is_locking), values)


def where(model: type[M], condition: str, values: Values) -> list[M]:
    """The rows for which a condition in SQL is true; it names the values as in ``%(name)s``."""
    return _rows(model, f"SELECT {_all(model)} FROM {_table(model)} WHERE {condition}", values)


def hold(counter_id: int, amount: int, limit: int) -> bool:
    """Add to the held amount of a counter if used and held stay within the limit; else False."""
    return _execute(_HOLD, [amount, counter_id, amount, limit]) == 1


def release(counter_id: int, held: int, used: int) -> None:
    """Move an amount of a counter from held to used."""
    _execute(_RELEASE, [held, used, counter_id])


def take(model: type[M], key: Values) -> M | None:
    """Delete the row with this key and return it; None for all callers but the first."""
    return next(iter(_rows(model, _take(model, tuple(key)), _prepared(model, key))), None)


def _execute(sql: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _rows(model: type[M], sql: str, values: Sequence[Any] | Values) -> list[M]:
    """The records of the rows that a statement returns, whose columns are `_all`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return _records(model, cursor.fetchall())


def _records(model: type[M], rows: Sequence[Any]) -> list[M]:
    if not rows:
        return []
    compiler, converters = _conversion(model)
    names = list(_fields(model))
    return [
        model.from_db(DEFAULT_DB_ALIAS, names, row)
        for row in compiler.apply_converters(rows, converters)
    ]


def _prepared(model: type[models.Model], values: Values) -> list[Any]:
    # Each look at the proxy `django.db.connection` has a price, and every value takes several.
    fields, connection = _fields(model), connections[DEFAULT_DB_ALIAS]
    return [fields[name].get_db_prep_save(value, connection) for name, value in values.items()]


@lru_cache
def _conversion(model: type[models.Model]) -> tuple[Any, dict[int, Any]]:
    """The conversion of columns into values, for all threads; `raw` would look for it each time."""
    # The compiler keeps its connection, which is no thread's and is not open.
    unopened = connections.create_connection(DEFAULT_DB_ALIAS)
    compiler = model._default_manager.all().query.get_compiler(connection=unopened)
    columns = [each.get_col(model._meta.db_table) for each in _fields(model).values()]
    return compiler, compiler.get_converters(columns)


@lru_cache
def _fields(model: type[models.Model]) -> dict[str, Any]:
    return {field.attname: field for field in model._meta.concrete_fields}


@lru_cache
def _insert(model: type[models.Model], names: tuple[str, ...]) -> str:
    places = ", ".join(["%s"] * len(names))
    return f"INSERT INTO {_table(model)} ({', '.join(_columns(model, names))}) VALUES ({places})"


@lru_cache
def _update(model: type[models.Model], key: tuple[str, ...], names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{name} = %s" for name in _columns(model, names))
    condition = " AND ".join(f"{name} = %s" for name in _columns(model, key))
    return f"UPDATE {_table(model)} SET {sets} WHERE {condition}"


@lru_cache
def _add(model: type[models.Model], key: tuple[str, ...], amounts: tuple[str, ...]) -> str:
    conflict = ", ".join(_columns(model, key))
    sums = ", ".join(
        f"{name} = {_table(model)}.{name} + excluded.{name}" for name in _columns(model, amounts)
    )
    return f"{_insert(model, key + amounts)} ON CONFLICT ({conflict}) DO UPDATE SET {sums}"


@lru_cache
def _found(model: type[models.Model], key: tuple[str, ...], number: int, is_locking: bool) -> str:
    columns = _columns(model, key)
    condition = " AND ".join(f"{name} = %s" for name in columns)
    conditions = " OR ".join([f"({condition})"] * number)
    order = ", ".join(columns)
    ending = " FOR UPDATE" if is_locking else ""
    return f"SELECT {_all(model)} FROM {_table(model)} WHERE {conditions} ORDER BY {order}{ending}"


@lru_cache
def _take(model: type[models.Model], key: tuple[str, ...]) -> str:
    condition = " AND ".join(f"{name} = %s" for name in _columns(model, key))
    return f"DELETE FROM {_table(model)} WHERE {condition} RETURNING {_all(model)}"


@lru_cache
def _all(model: type[models.Model]) -> str:
    return ", ".join(_columns(model, tuple(_fields(model))))


def _table(model: type[models.Model]) -> str:
    return f'"{model._meta.db_table}"'


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    return [f'"{_fields(model)[name].column}"' for name in names]
