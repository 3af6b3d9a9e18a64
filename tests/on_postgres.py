"""Runs a Python program beside a PostgreSQL server, on which tests that it starts then run.

`python -m tests.on_postgres -m pytest tests/quotas` runs those of `tests/quotas` that use the
database, with Redis too. Where one of the servers is not installed, it says so and runs nothing.
"""

import os
import signal
import subprocess
import sys

from tests import postgres, redis_server
from tests.empty_database import ON_POSTGRES


def main() -> int:
    """The exit code of the program."""
    if reason := postgres.missing() or redis_server.missing():
        sys.stdout.write(f"Left out: {reason}\n")
        return 0
    # Whoever ends it by a signal must not leave the server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    with postgres.running_postgres() as server:
        with postgres.site_on(server, ON_POSTGRES):
            pass
        command = [sys.executable, *sys.argv[1:]]
        environment = {**os.environ, "TESTS_POSTGRES": server}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
