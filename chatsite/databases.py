"""Settings of database, Redis and mail servers, each from one URL."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo, timeout_from_conninfo
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

SQLITE_BUSY_SECONDS = 20
POSTGRES_POOL_SIZE = 20
# A request waits this long for a connection; a server that is away is told after it.
POSTGRES_WAIT_SECONDS = 10

# IMMEDIATE: a deferred transaction that reads and then writes fails at once with "database is
# locked" when another writer came between, and no timeout helps. NORMAL: in WAL mode committed
# rows survive the death of the process; only power loss can take the last commits.
_SQLITE_OPTIONS = {
    "timeout": SQLITE_BUSY_SECONDS,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;"
    ),
}


def _try_on(pool: ConnectionPool) -> None:
    """Have a pool begin anew to connect, as a request would that needs a connection."""
    with suppress(PoolTimeout, PoolClosed):
        pool.putconn(pool.getconn(timeout=0.01))


# By itself the pool doubles the pause after each failure: a server that was away for half a minute
# would be tried half a minute later. Begun anew, it is tried every second.
_POSTGRES_POOL = {
    "max_size": POSTGRES_POOL_SIZE,
    "timeout": POSTGRES_WAIT_SECONDS,
    "reconnect_timeout": 2,
    "reconnect_failed": _try_on,
}

# A process that is frozen within a transaction keeps what it has locked, such as the row of the
# day, to which every answer adds itself at its end. Its server ends such a transaction after this.
POSTGRES_IDLE_SECONDS = 10
_FOR_SESSIONS = f"-c idle_in_transaction_session_timeout={POSTGRES_IDLE_SECONDS}s"

# Options of the database that Django takes for itself.
_DJANGO_OPTIONS = {"assume_role", "server_side_binding"}

_ADDRESS = r"[^\s<>,@]+@[^\s<>,@]+"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>\r\n]*<{_ADDRESS}>")


def database_from_url(url: str) -> dict[str, Any]:
    """The entry for `DATABASES` of `sqlite:///path` or `postgres://user:password@host/name`.

    `sqlite:///data/x` is relative, `sqlite:////srv/x` absolute. The query of a PostgreSQL URL
    becomes connection options, such as `sslmode=require`. SQLite's database in memory is refused:
    each thread has another one, and all end with the process.
    """
    parts = _parts(url)
    if parts.scheme == "sqlite" and parts.path == "/:memory:":
        raise ImproperlyConfigured(
            "DATABASE_URL names a database in memory, which keeps nothing. Set it to "
            "sqlite:///path/to/file."
        )
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return _sqlite(Path(unquote(parts.path[1:])))
    if parts.scheme in {"postgres", "postgresql"} and len(parts.path) > 1:
        return _postgres(parts)
    raise ImproperlyConfigured(
        "DATABASE_URL is not understood. Set it to sqlite:///path/to/file or "
        "postgres://user:password@host:5432/name."
    )


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "chatsite.sqlite",
        "NAME": str(path),
        "OPTIONS": dict(_SQLITE_OPTIONS),
    }


def _postgres(parts: SplitResult) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Persistent connections leak under ASGI, where a request has no thread of its own; a
        # pool lends a connection to each request.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**_postgres_options(parts.query), "pool": _POSTGRES_POOL},
    }


def _postgres_options(query: str) -> dict[str, str]:
    """The options, each of which is known; the server checks the values of most."""
    options = {"options": _FOR_SESSIONS, **dict(parse_qsl(query))}
    for_server: dict[str, Any] = {
        name: value for name, value in options.items() if name not in _DJANGO_OPTIONS
    }
    try:
        make_conninfo(**for_server)
        timeout_from_conninfo(for_server)
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL has an option that cannot be used: {str(error).strip()}. PostgreSQL's "
            "documentation lists them under “Parameter Key Words”."
        ) from error
    return options


def redis_url(url: str) -> str:
    """The URL of a Redis server or of its socket, checked; may be empty."""
    parts = _parts(url)
    is_server = parts.scheme in {"redis", "rediss"} and parts.hostname
    if not url or is_server or (parts.scheme == "unix" and parts.path):
        return url
    raise ImproperlyConfigured(
        "REDIS_URL is not understood. Set it to redis://:password@host:6379/0, rediss://… or "
        "unix:///path."
    )


def email_from_url(url: str) -> dict[str, Any]:
    """Django's `EMAIL_*` settings for `smtp://user:password@host:587` (STARTTLS) or `smtps://`.

    With an empty URL, mail is printed to standard output instead of being sent.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = _parts(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood. Set it to smtp://user:password@host:587 or smtps://…"
        )
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        # A server that says nothing would hold a thread for good.
        "EMAIL_TIMEOUT": 30,
        "EMAIL_USE_TLS": not secure and bool(parts.username),
    }


def mail_sender(sender: str) -> str:
    """The sender of mail: an e-mail address, or a name with one in angle brackets."""
    if not _SENDER.fullmatch(sender):
        raise ImproperlyConfigured(
            f"EMAIL_FROM is {sender!r}. Set it to an address such as chat@example.org, or to "
            "Chat <chat@example.org>."
        )
    return sender


def _parts(url: str) -> SplitResult:
    """The parts of a URL, all empty if it is invalid."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises if it is no number
    except ValueError:
        return urlsplit("")
    return parts
