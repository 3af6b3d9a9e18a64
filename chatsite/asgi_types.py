"""The ASGI interface as types."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Packages write these types each in their own way; what is passed on is any of them.
Application = Callable[[Any, Any, Any], Awaitable[None]]
