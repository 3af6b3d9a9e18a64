"""The state of the machine for the metrics: the database pool, the disk, the release."""

import shutil
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connections

from chatsite import metrics


def register() -> None:
    """Have the metrics of the machine read from here."""
    metrics.BUILD.read_from(lambda: {getattr(staticfiles_storage, "manifest_hash", ""): 1})
    metrics.POOL.read_from(_pool_connections)
    metrics.POOL_LIMIT.read_from(lambda: _of_pool("pool_max"))
    metrics.POOL_WAITING.read_from(lambda: _of_pool("requests_waiting"))
    metrics.DISK_FREE.read_from(lambda: shutil.disk_usage(settings.DATA_DIR).free)
    metrics.DISK_SIZE.read_from(lambda: shutil.disk_usage(settings.DATA_DIR).total)


def _pool() -> dict[str, int]:
    """The statistics of the pool of PostgreSQL connections; empty for SQLite, which has none."""
    pool: Any = getattr(connections["default"], "pool", None)
    return pool.get_stats() if pool else {}


def _of_pool(name: str) -> metrics.State:
    pool = _pool()
    return pool.get(name, 0) if pool else {}


def _pool_connections() -> metrics.State:
    pool = _pool()
    if not pool:
        return {}
    idle = pool.get("pool_available", 0)
    return {"idle": idle, "used": pool.get("pool_size", 0) - idle}
