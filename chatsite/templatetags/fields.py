"""`{{ field|focused }}`: after a refusal the keyboard is at the field that is to be mended."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def focused(field: BoundField) -> SafeString:
    """The field as it is; of a form that was refused only the one to mend has the focus."""
    if not field.form.errors:
        return field.as_widget()
    return field.as_widget(attrs={"autofocus": field.name == _to_mend(field.form)})


def _to_mend(form: forms.BaseForm) -> str:
    """The first faulty field, or the password where no field alone is: it has been emptied."""
    faulty = [name for name in form.fields if name in form.errors]
    secret = [
        name for name, each in form.fields.items() if isinstance(each.widget, forms.PasswordInput)
    ]
    return next(iter([*faulty, *secret]), "")
