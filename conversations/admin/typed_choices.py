"""Fields of the administration whose choices are searched for, when what was typed is no choice."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
)


class _OfTyped(AutocompleteMixin):
    """Draws a field whose value may be anything that somebody has sent.

    Django looks the values up to draw them, and fails where one is not the id of anything; the form
    itself says that it is no choice.
    """

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """The options, with the chosen ones that may be ids."""
        ids = [each for each in value if _may_be_id(str(each))]
        return super().optgroups(name, ids, attr)


class Searched(_OfTyped, AutocompleteSelect):
    """A field with one choice."""


class SearchedMultiple(_OfTyped, AutocompleteSelectMultiple):
    """A field with several."""


def _may_be_id(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit())
