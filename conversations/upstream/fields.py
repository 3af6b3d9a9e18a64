"""Reads the fields of a decoded JSON object, strict about their types."""

import math
from collections.abc import Iterator, Mapping
from typing import Any


class InvalidField(ValueError):
    """A request field that is out of range or of the wrong type.

    ``field`` is its path on the wire (``tools[2].function.name``), ``allowed`` the range in words.
    """

    def __init__(self, field: str, message: str, allowed: str) -> None:
        super().__init__(f"{field}: {message} Allowed: {allowed}.")
        self.field = field
        self.message = message
        self.allowed = allowed


class Fields:
    """The fields of one JSON object; each reader gives None for what is missing or null.

    Every reader raises InvalidField, naming the field by its path, for a value of another type.
    True and false are no numbers here, and numbers are finite.
    """

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise InvalidField(path or "body", "This is not an object.", "a JSON object")
        self._values: Mapping[str, Any] = value
        self._path = path

    def path(self, name: str) -> str:
        """Name a field the way an error does."""
        return f"{self._path}.{name}" if self._path else name

    def raw(self, name: str) -> Any:
        """Give the value as it came."""
        return self._values.get(name)

    def without(self, *names: str) -> dict[str, Any]:
        """Give the fields other than these."""
        return {name: value for name, value in self._values.items() if name not in names}

    def wrong(self, name: str, allowed: str) -> InvalidField:
        """Make the error that says what the field should have been."""
        return InvalidField(self.path(name), "The value has the wrong type.", allowed)

    def integer(self, name: str) -> int | None:
        value = self.raw(name)
        if value is not None and type(value) is not int:
            raise self.wrong(name, "an integer")
        return value

    def number(self, name: str) -> float | None:
        value = self.raw(name)
        if value is None:
            return None
        if type(value) not in {int, float} or not _is_finite(value):
            raise self.wrong(name, "a finite number")
        return float(value)

    def flag(self, name: str) -> bool | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def text(self, name: str) -> str | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(name, "a text")
        return value

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise InvalidField(self.path(name), "The field is missing.", "a text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a text or a list of texts."""
        value = self.raw(name)
        values = [value] if isinstance(value, str) else ([] if value is None else value)
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise self.wrong(name, "a text or a list of texts")
        return tuple(values)

    def mapping(self, name: str) -> dict[str, Any] | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return value

    def object(self, name: str) -> "Fields | None":
        """Read a nested object as Fields of its own."""
        value = self.mapping(name)
        return None if value is None else Fields(value, self.path(name))

    def objects(self, name: str) -> Iterator["Fields"]:
        """Read a list of objects, each as Fields of its own."""
        value = self.raw(name)
        if value is not None and not isinstance(value, list):
            raise self.wrong(name, "a list of objects")
        for position, item in enumerate(value or []):
            yield Fields(item, f"{self.path(name)}[{position}]")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False
