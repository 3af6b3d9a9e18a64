"""Typed reading of the fields of a decoded JSON object."""

import math
from collections.abc import Iterator, Mapping
from typing import Any


class InvalidField(ValueError):
    """A request field that is out of range or of the wrong type.

    ``field`` is its path in the body (``tools[2].function.name``), ``allowed`` the range in words.
    """

    def __init__(self, field: str, message: str, allowed: str) -> None:
        super().__init__(f"{field}: {message} Allowed: {allowed}.")
        self.field = field
        self.message = message
        self.allowed = allowed


class Fields:
    """The fields of one JSON object; each method returns None for a missing field or null.

    Every method raises InvalidField, with the path of the field, for a value of another type.
    True and false do not count as numbers, and numbers must be finite. 512.0 is an integer:
    programs in languages without integers write it so.
    """

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise InvalidField(path or "body", "This is not an object.", "a JSON object")
        self._values: Mapping[str, Any] = value
        self._path = path

    def path(self, name: str) -> str:
        """Return the path of a field, as errors show it."""
        return f"{self._path}.{name}" if self._path else name

    def raw(self, name: str) -> Any:
        """Return the value unchecked."""
        return self._values.get(name)

    def without(self, *names: str) -> dict[str, Any]:
        """Return the fields other than these."""
        return {name: value for name, value in self._values.items() if name not in names}

    def wrong(self, name: str, allowed: str) -> InvalidField:
        """Create the error for a field of the wrong type."""
        return InvalidField(self.path(name), "The value has the wrong type.", allowed)

    def integer(self, name: str) -> int | None:
        value = self.raw(name)
        if type(value) is float and value.is_integer():
            return int(value)
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
        """Read a string or a list of strings."""
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
        """Read a nested object as Fields."""
        value = self.mapping(name)
        return None if value is None else Fields(value, self.path(name))

    def objects(self, name: str) -> Iterator["Fields"]:
        """Read a list of objects, each as Fields."""
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
