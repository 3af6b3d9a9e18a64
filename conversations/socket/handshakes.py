"""Limits on how often sockets are opened: by a user, and by strangers at one address."""

from typing import Any

from conversations.models import network_of
from conversations.socket.rate_limit import TokenBuckets

# The page of somebody whose session has ended connects once and then goes to sign in.
STRANGERS_A_MINUTE = 50
# A person has up to twenty pages, and all of them connect again after a restart.
PAGES_A_MINUTE, PAGES_AT_ONCE = 120, 60

_strangers = TokenBuckets(STRANGERS_A_MINUTE / 60, STRANGERS_A_MINUTE)
_users = TokenBuckets(PAGES_A_MINUTE / 60, PAGES_AT_ONCE)


def user_may_open(user_id: int) -> bool:
    """Count a socket of a user, wherever it is: a whole office may have one address."""
    return _users.take(user_id)


def stranger_may_open(scope: dict[str, Any]) -> bool:
    """Count a socket of nobody who is signed in, by the address in its scope."""
    address, _port = scope.get("client") or ("", 0)
    return _strangers.take(network_of(address))
