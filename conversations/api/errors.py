"""The error of an API request."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(eq=False)
class ApiError(Exception):
    """A reply with ``status`` and the envelope {"error": {message, type, param, code}}."""

    status: int
    code: str
    message: str
    type: str = "invalid_request_error"
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def envelope(self) -> dict[str, dict[str, str | None]]:
        """The body, with the four keys that clients read."""
        keys = ("message", "type", "param", "code")
        return {"error": {name: getattr(self, name) for name in keys}}
