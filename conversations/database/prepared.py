"""Queries that run for every answer, composed by the ORM once.

To compose a statement costs the ORM ten times what the database needs to carry it out, and a turn
asks two dozen of them. What is the same each time is kept here: the statement, and how its rows
become records. `conversations.database.rows` has those that need no ORM at all.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)
Kinds: TypeAlias = "dict[str, models.Field[Any, Any]]"


class Composed(Generic[M]):
    """A query that is asked with other values each time.

    ``build`` makes its queryset, once for each thread, from the places of the values, whose kinds
    are ``fields``. It may use all of the ORM but `prefetch_related` and annotations.

        named = Composed(lambda name: User.objects.filter(username=name), name=CharField())
        named.first(name="alice")
    """

    def __init__(
        self, build: Callable[..., "models.QuerySet[M]"], **fields: "models.Field[Any, Any]"
    ) -> None:
        self._build = build
        self._fields = fields
        self._kept = threading.local()

    def __call__(self, **values: Any) -> list[M]:
        """The records that there are."""
        connection = connections[DEFAULT_DB_ALIAS]
        if getattr(self._kept, "connection", None) is not connection:
            self._kept.statement = self._composed()
            self._kept.connection = connection
        return list(self._kept.statement.records(values))

    def first(self, **values: Any) -> M | None:
        """The first of them, if there is any."""
        return next(iter(self(**values)), None)

    def _composed(self) -> "_Statement[M]":
        places = {name: Place(name, field) for name, field in self._fields.items()}
        return _Statement(self._build(**places))


class Place(models.Expression):
    """Where a value comes to stand; it is its own parameter until then."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A parameter like any other, but for what it is."""
        return "%s", [self]


class _Statement(Generic[M]):
    """What the ORM made of a queryset. It belongs to a connection, and so to a thread."""

    def __init__(self, queryset: "models.QuerySet[M]") -> None:
        self._compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = self._compiler.as_sql()
        select, shape = self._compiler.select, self._compiler.klass_info
        self._converters = self._compiler.get_converters([column for column, *_ in select])
        self._model = shape["model"]
        first, last = shape["select_fields"][0], shape["select_fields"][-1]
        self._own = slice(first, last + 1)
        self._names = [column.target.attname for column, *_ in select[self._own]]
        # The types are those of Django 6, which asks for one argument more.
        populators: Any = get_related_populators
        self._related = populators(shape, select, DEFAULT_DB_ALIAS)

    def records(self, values: dict[str, Any]) -> Iterator[M]:
        connection = self._compiler.connection
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [self._given(each, values) for each in self._params])
            rows = cursor.fetchall()
        for row in self._compiler.apply_converters(rows, self._converters):
            record = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
            for each in self._related:
                each.populate(row, record)
            yield record

    def _given(self, param: Any, values: dict[str, Any]) -> Any:
        if not isinstance(param, Place):
            return param
        return param.output_field.get_db_prep_value(values[param.name], self._compiler.connection)
