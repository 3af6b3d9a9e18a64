"""`manage.py serve` with websockets that break as their address says: `/ws/?broken=8` cannot be
sent a frame of that opcode, here one that closes. Run as a process of its own."""

import os
import sys
from typing import Any
from urllib.parse import parse_qs

from chatsite.socket_protocol import Socket  # isort: skip - this chooses the event loop

from django.core.management import execute_from_command_line

_send_data = Socket.sendData


def _break(socket: Any, data: bytes, *more: Any, **options: Any) -> None:
    query = parse_qs(socket._raw_query_string.decode())
    is_open = socket.state == socket.STATE_OPEN
    is_first = b'"hello"' in data
    if is_open and not is_first and str(data[0] & 0x0F) in query.get("broken", []):
        raise OSError("This transport is broken.")
    _send_data(socket, data, *more, **options)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    Socket.sendData = _break
    execute_from_command_line(["manage.py", *sys.argv[1:]])
