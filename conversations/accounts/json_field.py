"""A form field for JSON, of whatever depth it is sent.

Django's own field ends in a RecursionError for a few thousand brackets, from anybody who may send
the form, and again when the page with the error is drawn.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput


class JsonField(forms.JSONField):
    """Django's field. Text that is too deep to be parsed is as wrong as what is no JSON."""

    def to_python(self, value: Any) -> Any:
        """The parsed value."""
        try:
            return super().to_python(value)
        except RecursionError:
            text = self.error_messages["invalid"]
            raise ValidationError(text, code="invalid", params={"value": value}) from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The value to be shown again; text that cannot be parsed stays as it was typed."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)
