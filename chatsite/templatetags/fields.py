"""`{{ field|focused }}`: after a refused form the focus is on the first faulty field."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_secret(field: BoundField) -> bool:
    """True for a password, whose letters are not shown."""
    return isinstance(field.field.widget, forms.PasswordInput)


@register.filter
def focused(field: BoundField) -> SafeString:
    """The field's widget; in a refused form only the field to correct has autofocus."""
    if not field.form.errors:
        return field.as_widget()
    return field.as_widget(attrs={"autofocus": field.name == _field_to_correct(field.form)})


def _field_to_correct(form: forms.BaseForm) -> str:
    """The first faulty field, or the password if no single field is: it was cleared."""
    faulty = [name for name in form.fields if name in form.errors]
    secret = [
        name for name, each in form.fields.items() if isinstance(each.widget, forms.PasswordInput)
    ]
    return next(iter([*faulty, *secret]), "")
