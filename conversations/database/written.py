"""Values that stand in the SQL itself."""

from typing import Any

from django.db.models import Value


class Written(Value):
    """A word of the program that is written into the statement, and not passed beside it.

    A database uses an index with a condition only where it sees that the condition holds: SQLite
    does not look at values that are passed, and PostgreSQL not for a statement that is prepared.
    Raises ValueError for what is no plain word.
    """

    def __init__(self, word: str) -> None:
        if not word.isidentifier():
            raise ValueError(word)
        super().__init__(word)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The word as SQL."""
        return f"'{self.value}'", []
