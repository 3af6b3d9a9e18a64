"""The pool of PostgreSQL connections."""

import socket
import time

import pytest
from psycopg_pool import ConnectionPool

from chatsite.databases import database_from_url

# Of a server that is away; twice as long as the pool waits at first, for a busy machine.
WITHOUT_A_TRY_SECONDS = 3
AWAY_SECONDS = 8


@pytest.mark.long
def test_a_server_that_is_away_for_long_is_tried_as_often_as_at_first() -> None:
    with socket.create_server(("127.0.0.1", 0)) as away:
        away.settimeout(WITHOUT_A_TRY_SECONDS)
        host, port = away.getsockname()
        options = database_from_url(f"postgres://someone@{host}:{port}/site")["OPTIONS"]["pool"]
        with ConnectionPool(f"postgres://someone@{host}:{port}/site", open=True, **options):
            until = time.monotonic() + AWAY_SECONDS
            while time.monotonic() < until:
                connection, _ = away.accept()
                connection.close()
