"""The database's part of the readiness check."""

import asyncio
from weakref import WeakKeyDictionary

from django.db import Error, connection, transaction

from conversations.database.threads import in_thread

# Load balancers ask every few seconds, and anybody may: the database is asked at most so often.
PROBE_SECONDS = 5
# A balancer waits no longer; a database that needs more time is not ready either.
WAIT_SECONDS = 2
# Each commits without touching a row. Only a commit reaches the disk.
_WRITES = {
    "sqlite": ("PRAGMA user_version = 1",),
    # A number for the transaction is refused by a standby, and a read-only server by the second.
    "postgresql": ("SELECT txid_current()", "SET TRANSACTION READ WRITE"),
}


async def database_obstacle() -> str:
    """The reason why the database cannot be read and written; empty if it can."""
    loop = asyncio.get_running_loop()
    last = _probes.get(loop)
    if last is None or last.is_old():
        last = _probes[loop] = Probe()
    return await last.result()


class Probe:
    """One question to the database, whose answer all requests of the next seconds get."""

    def __init__(self) -> None:
        self._asked_at = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(in_thread(_obstacle))

    def is_old(self) -> bool:
        """True if the answer has come and is out of date."""
        age = asyncio.get_running_loop().time() - self._asked_at
        return self._task.done() and age > PROBE_SECONDS

    async def result(self) -> str:
        """The answer, or after a while that there is none."""
        done, _waiting = await asyncio.wait({self._task}, timeout=WAIT_SECONDS)
        return self._task.result() if done else "no database"


_probes: WeakKeyDictionary[asyncio.AbstractEventLoop, Probe] = WeakKeyDictionary()


def _obstacle() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "no database"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in _WRITES[connection.vendor]:
                cursor.execute(statement)
    except Error:
        return "no writes"
    return ""
