"""One row of the table of request parameters, and the range of a number."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Path = tuple[str, ...]
# A "structured" parameter has a reader and a schema of its own; "json" goes through as it is.
# Both may hold text of the user's.
Kind = Literal["integer", "number", "flag", "choice", "structured", "json"]
JsonType = Literal["object", "array", "string"]
Capability = Literal["takes_tools", "reasons", "writes_json"]

_MOST_DIGITS = 24
SERVERS = frozenset({"siliconflow", "openai", "llamacpp", "ollama", "vllm", "generic"})


class Range(msgspec.Struct, frozen=True):
    """Numbers from ``low`` to ``high``; ``open_low`` leaves ``low`` itself out."""

    low: float
    high: float
    open_low: bool = False
    also: tuple[float, ...] = ()

    def __contains__(self, value: float) -> bool:
        if value in self.also:
            return True
        above = value > self.low if self.open_low else value >= self.low
        return above and value <= self.high

    def __str__(self) -> str:
        low, high = shown(self.low), shown(self.high)
        words = f"above {low} and up to {high}" if self.open_low else f"{low} to {high}"
        return " or ".join([*map(shown, self.also), words])

    def is_below(self, value: float) -> bool:
        """Return whether the value is too small for the range.

        A negative one is too large, where there are only positive ones: it means "no limit".
        """
        return value <= self.low and not value < 0 <= self.low


def shown(value: float) -> str:
    """Return the number in words, with the beginning of one that has very many digits.

    Integers have all those of a seed, which are more than a float's.
    """
    digits = str(value) if isinstance(value, int) else f"{value:.15g}"
    return digits if len(digits) <= _MOST_DIGITS else f"{digits[:_MOST_DIGITS]}…"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a request, under its name on the wire.

    ``aliases``      other names of the same thing; each of them wins over ``name``
    ``range``        the service's own range of a number, which an administrator may narrow
    ``moves``        a number beyond the range is moved to its nearest end, and a header says so
    ``off``          numbers that mean "off" or "no limit" to some servers, and the value that means
                     the same to all; None leaves the parameter out
    ``neutral``      values that ask for nothing: a model that lacks the parameter does it anyway
    ``most_items``   the greatest length of a list
    ``highest``      the value up to which an administrator may raise the upper end
    ``choices``      the values of a choice
    ``types``        the types of JSON that a "json" parameter may have
    ``empty_is_set`` an empty object asks for something, and does not mean that it is not set
    ``only_with``    the parameter without which it is not sent, as servers refuse it alone
    ``servers``      the dialects that are sent the parameter
    ``paths``        its place in the body, for dialects that have it under another name
    ``values``       values that a dialect has under another name; None: it has nothing like it
    ``needs``        the capability that a model must have
    ``offered_to``   the capability without which the page does not offer it, although it is sent
    ``instead``      what a client can do where the parameter is refused
    ``has_default``  an administrator may set a default for a model
    ``on_page``      the panel of parameters and the forms of presets have a field for it
    """

    name: str
    kind: Kind
    description: str
    aliases: tuple[str, ...] = ()
    range: Range | None = None
    moves: bool = True
    off: Mapping[float, float | None] = {}
    neutral: tuple[Any, ...] = ()
    most_items: int | None = None
    highest: float | None = None
    choices: tuple[str, ...] = ()
    types: tuple[JsonType, ...] = ()
    empty_is_set: bool = False
    only_with: str | None = None
    servers: frozenset[str] = SERVERS
    paths: Mapping[str, Path] = {}
    values: Mapping[str, Mapping[str, str | None]] = {}
    needs: Capability | None = None
    offered_to: Capability | None = None
    instead: str = ""
    has_default: bool = False
    on_page: bool = False

    @property
    def least(self) -> float | None:
        """The smallest number that means anything; None if every number does.

        A smaller one, such as a negative length, is a mistake and asks for nothing.
        """
        if self.range is None or self.range.low < 0:
            return None
        return 1 if self.kind == "integer" and self.range.low > 0 else 0

    @property
    def is_scalar(self) -> bool:
        """True for numbers and for true or false, which the request has as its own fields."""
        return self.kind in {"integer", "number", "flag"}

    @property
    def holds_text(self) -> bool:
        """True if its value may hold text of the user's, which is stored nowhere else."""
        return self.kind in {"structured", "json"}

    def path_for(self, dialect: str) -> Path:
        """Return the place of the parameter in the body for a server of this dialect."""
        return self.paths.get(dialect, (self.name,))

    def value_for(self, dialect: str, value: Any) -> Any:
        """Return the value as a server of this dialect has it; None if it has nothing like it."""
        renamed = self.values.get(dialect, {})
        return renamed.get(value, value) if isinstance(value, str) else value

    def choices_of(self, dialect: str) -> list[str]:
        """Return the choices that a server of this dialect tells apart."""
        return [each for each in self.choices if self.value_for(dialect, each) == each]
