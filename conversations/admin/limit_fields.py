"""Limits in forms: amounts such as "100k", in the unit of their measure."""

from typing import Any

from django import forms
from django.contrib.admin import site
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils.translation import gettext_lazy as _

from conversations.models import LanguageModel, Measure, Period, Rule
from conversations.quotas.amounts import Limit, NotALimit, amount_from_words

AMOUNT_HELP = _(
    "For example 500, 1,500, 100k or 2.5M. A cost is in the site’s currency, such as 12.50."
)


def cleaned_amount(form: forms.BaseForm) -> int | None:
    """The form's "amount" in the unit of its "measure"; None, with an error, if it is invalid."""
    text, measure = form.cleaned_data.get("amount"), form.cleaned_data.get("measure")
    if text and measure:
        try:
            return amount_from_words(measure, text)
        except NotALimit as problem:
            form.add_error("amount", str(problem))
    return None


class LimitForm(forms.Form):
    """One limit for several users; ``cleaned_data["limit"]`` is the :class:`Limit`."""

    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices)
    period = forms.ChoiceField(label=_("Period"), choices=Period.choices, initial=Period.DAY)
    amount = forms.CharField(label=_("Limit"), max_length=30, help_text=AMOUNT_HELP)
    language_model = forms.ModelChoiceField(
        LanguageModel.objects.all(),
        label=_("Model"),
        required=False,
        help_text=_("If empty, the limit is for all models together."),
        widget=AutocompleteSelect(Rule._meta.get_field("language_model"), site),
    )

    def clean(self) -> dict[str, Any]:
        """Read the amount in the unit of its measure."""
        values = super().clean() or self.cleaned_data
        amount = cleaned_amount(self)
        if amount is not None and not self.errors:
            model = values.get("language_model")
            values["limit"] = Limit(values["measure"], values["period"], model, amount)
        return values
