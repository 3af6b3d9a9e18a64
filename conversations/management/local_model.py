"""The bundled model of a site, which one of its processes runs at a time."""

import asyncio
import logging
from pathlib import Path

from django.db import connections

from conversations.bundled_model import supervisor
from conversations.bundled_model.supervisor import LocalModel
from conversations.catalog import providers
from conversations.database.threads import in_thread_with_retries
from conversations.generation.processes import LOCAL_MODEL, Membership

logger = logging.getLogger(__name__)

# The process that has the model looks often: after a restart of the database it has it again first.
HAVING_SECONDS = 1
WAITING_SECONDS = 5


class SharedModel:
    """The model, started while this process has the role, and stopped when another has it."""

    def __init__(self, membership: Membership, weights: Path) -> None:
        self._membership = membership
        self._weights = weights
        self._running: LocalModel | None = None

    def start_or_stop(self) -> None:
        """Run the model if no other process does."""
        has_role = self._membership.takes(LOCAL_MODEL)
        if has_role and self._running is None:
            self._running = LocalModel(self._weights, _register)
            self._running.start()
        elif not has_role:
            self.stop()

    async def keep(self) -> None:
        """Start it soon after the process that ran it has ended, for as long as this one runs."""
        while not self._membership.is_alone:
            await asyncio.sleep(HAVING_SECONDS if self._running else WAITING_SECONDS)
            await in_thread_with_retries(self.start_or_stop)

    def stop(self) -> None:
        """End the model if this process runs it."""
        if self._running:
            self._running.stop()
            self._running = None


def _register(address: str) -> None:
    """Register the bundled model; called from the supervisor's thread."""
    logger.info("The bundled model is ready at %s.", address)
    try:
        providers.register_local_model(
            address, supervisor.MODEL_NAME, supervisor.CONTEXT_TOKENS, supervisor.PARALLEL
        )
    finally:
        connections.close_all()
