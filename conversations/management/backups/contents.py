"""The contents of a database as counts and hashes, to compare a copy with its original."""

from collections.abc import Mapping

import msgspec


class Table(msgspec.Struct, frozen=True):
    """The number of rows of a table, and a hash of all of them."""

    rows: int
    hash: str


Contents = dict[str, Table]


def difference(wanted: Mapping[str, Table], found: Mapping[str, Table]) -> str:
    """The tables that differ, with their numbers of rows; empty if none does."""
    return ", ".join(
        f"{name} ({_rows(wanted.get(name))}, found {_rows(found.get(name))})"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    )


def rows_in(contents: Mapping[str, Table]) -> int:
    """The number of rows of all tables."""
    return sum(each.rows for each in contents.values())


def _rows(table: Table | None) -> str:
    return "missing" if table is None else f"{table.rows} rows"
