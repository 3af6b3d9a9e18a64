"""`{% focused field is_first %}`: the field that has the focus when its page is opened."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_secret(field: BoundField) -> bool:
    """True for a password, whose letters are not shown."""
    return isinstance(field.field.widget, forms.PasswordInput)


@register.simple_tag
def focused(field: BoundField, is_first: object = None) -> SafeString:
    """The field's widget. In a refused form only the field to correct has autofocus; otherwise the
    first one of a page that is for this form alone, so that one can type at once."""
    if not field.form.errors:
        return field.as_widget(attrs={"autofocus": True} if is_first else None)
    return field.as_widget(attrs={"autofocus": field.name == _field_to_correct(field.form)})


def _field_to_correct(form: forms.BaseForm) -> str:
    """The first faulty field, or the password if no single field is: it was cleared."""
    faulty = [name for name in form.fields if name in form.errors]
    secret = [
        name for name, each in form.fields.items() if isinstance(each.widget, forms.PasswordInput)
    ]
    return next(iter([*faulty, *secret]), "")
