"""Maxima of number fields in forms, narrower than those of the database columns."""

from django import forms
from django.core.validators import MaxValueValidator


def set_maximum(form: forms.BaseForm, most: int, *names: str) -> None:
    """Refuse more than ``most`` in these fields, in the browser and on the server."""
    for name in names:
        field = form.fields[name]
        field.validators.append(MaxValueValidator(most))
        field.widget.attrs["max"] = most
