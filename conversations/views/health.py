"""The database's part of the readiness check."""

from django.db import DatabaseError, connection

from conversations.database.threads import in_thread


async def database_obstacle() -> str:
    """The reason why the database cannot be used; empty if it can."""
    return await in_thread(_obstacle)


def _obstacle() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "no database"
    return ""
