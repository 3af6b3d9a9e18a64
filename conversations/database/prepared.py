"""Queries that run for every answer: the ORM builds the SQL once, later calls only run it.

Building a statement costs the ORM ten times as much as the database needs to run it, and a turn
runs two dozen of them. A prepared query stores the statement, and how its rows become records.
This rests on parts of Django that may change in any feature release, so
`conversations.database.checks` refuses a release that it was not tested with. For SQL that needs
no ORM at all see `conversations.database.rows`.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import ModelIterable, get_related_populators

M = TypeVar("M", bound=models.Model)
Parameters: TypeAlias = "dict[str, models.Field[Any, Any]]"


class PreparedQuery(Generic[M]):
    """A query that is run often, each time with other values.

    ``build`` makes its queryset from one expression for each of ``parameters``, whose fields give
    their types. It is called once. It may use all of the ORM but `prefetch_related` and
    annotations. With `values_list` it gives tuples in place of records.

        named = PreparedQuery(lambda name: User.objects.filter(username=name), name=CharField())
        named.first(name="alice")
    """

    def __init__(
        self, build: Callable[..., "models.QuerySet[M]"], **parameters: "models.Field[Any, Any]"
    ) -> None:
        self.build = build
        self.parameters: Parameters = parameters
        self._building = threading.Lock()
        self._statement: _Statement[M] | None = None

    def __call__(self, **values: Any) -> list[M]:
        """The records that match, as ``build`` would give them for these values."""
        return list((self._statement or self._prepared()).results(values))

    def first(self, **values: Any) -> M | None:
        """The first record that matches, if there is any."""
        return next(iter(self(**values)), None)

    def _prepared(self) -> "_Statement[M]":
        with self._building:
            if self._statement is None:
                parameters = {
                    name: _Parameter(name, self.parameters[name]) for name in self.parameters
                }
                self._statement = _Statement(self.build(**parameters))
            return self._statement


class _Parameter(models.Expression):
    """A placeholder in the queryset. In the list of SQL parameters it stands for its value."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """An SQL placeholder, with the expression itself as its parameter."""
        return "%s", [self]


class _Statement(Generic[M]):
    """The SQL of a queryset, for all threads: each runs it on a connection of its own."""

    def __init__(self, queryset: "models.QuerySet[M]") -> None:
        # The compiler keeps its connection, so it has one that no thread uses. It is opened only if
        # the SQL depends on the version of the server.
        unopened = connections.create_connection(DEFAULT_DB_ALIAS)
        self._compiler = queryset.query.get_compiler(connection=unopened)
        self._sql, self._params = self._compiler.as_sql()
        select, shape = self._compiler.select, self._compiler.klass_info
        self._converters = self._compiler.get_converters([column for column, *_ in select])
        made_by = queryset._iterable_class  # noqa: SLF001 - it has no other name
        self._makes_records = issubclass(made_by, ModelIterable)
        if self._makes_records:
            self._note_shape(select, shape)
        unopened.close()

    def _note_shape(self, select: Any, shape: Any) -> None:
        self._model = shape["model"]
        first, last = shape["select_fields"][0], shape["select_fields"][-1]
        self._own = slice(first, last + 1)
        self._names = [column.target.attname for column, *_ in select[self._own]]
        # The type stubs are those of Django 6, where it takes one argument more.
        populators: Any = get_related_populators
        self._related = populators(shape, select, DEFAULT_DB_ALIAS)

    def results(self, values: dict[str, Any]) -> Iterator[Any]:
        # Once for all of it: each look at the proxy `django.db.connection` has a price.
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [_value(each, values, connection) for each in self._params])
            rows = cursor.fetchall()
        converted = self._compiler.apply_converters(rows, self._converters)
        return self._records(converted) if self._makes_records else map(tuple, converted)

    def _records(self, rows: Iterator[Any]) -> Iterator[M]:
        for row in rows:
            record = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
            for each in self._related:
                each.populate(row, record)
            yield record


def _value(param: Any, values: dict[str, Any], connection: Any) -> Any:
    if not isinstance(param, _Parameter):
        return param
    return param.output_field.get_db_prep_value(values[param.name], connection)
