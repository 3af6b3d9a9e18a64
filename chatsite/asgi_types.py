"""The ASGI interface as types."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Each package defines these types in its own way, so that a call has to accept any of them.
Application = Callable[[Any, Any, Any], Awaitable[None]]
