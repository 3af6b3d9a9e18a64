"""A process that sends messages as fast as it can: ``python -m tests.quotas.sender NAME COUNT``.

It says ``ready``, waits for a line, sends COUNT messages from eight threads and prints how many
were accepted.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup()

from django.db import connections  # noqa: E402

from conversations.chat import turns  # noqa: E402
from conversations.chat.once import once  # noqa: E402
from conversations.chat.turns import NewMessage  # noqa: E402
from conversations.models import User  # noqa: E402
from conversations.refusal import Refused  # noqa: E402


def send(user: User, model: str) -> bool:
    """Send one message; True if it was accepted, False if the quota refused it."""
    sending = NewMessage(None, None, "Tell me about tea.", model, {"max_tokens": 200})
    request_id = uuid4()
    try:
        once(user, request_id, lambda: turns.send(user, request_id, sending))
    except Refused as refused:
        if refused.code != "quota_exceeded":
            raise
        return False
    finally:
        connections.close_all()
    return True


def main(name: str, count: int) -> None:
    """Wait for a line on standard input, then send."""
    user = User.objects.get(username=name)
    _say("ready")
    sys.stdin.readline()
    with ThreadPoolExecutor(8) as threads:
        accepted = sum(threads.map(lambda _: send(user, "test/model"), range(count)))
    _say(str(accepted))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
