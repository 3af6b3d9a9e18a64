"""The filters of the usage reports."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from conversations import days
from conversations.admin.choices import MOST_CHOICES
from conversations.models import LanguageModel, Provider
from conversations.usage.reports import Selection

# A chart of more days would be unreadable, and their page slow.
LONGEST_DAYS = 366
USUAL_DAYS = 30
PRESETS = (7, 30, 90)


class DayInput(forms.DateInput):
    input_type = "date"


class UsageFilters(forms.Form):
    """The filters. Names that no longer exist on the site can still be selected.

    A list of more than MOST_CHOICES names becomes a text box for the whole name.
    """

    first = forms.DateField(label=_("From"), widget=DayInput(format="%Y-%m-%d"))
    last = forms.DateField(label=_("To"), widget=DayInput(format="%Y-%m-%d"))
    model = forms.ChoiceField(label=_("Model"), required=False)
    person = forms.CharField(
        label=_("User"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    group = forms.ModelChoiceField(
        Group.objects.order_by("name"),
        label=_("Group"),
        required=False,
        to_field_name="name",
        empty_label=_("All"),
    )
    provider = forms.ChoiceField(label=_("Provider"), required=False)

    def __init__(self, query: QueryDict) -> None:
        first, last = days_until_today(USUAL_DAYS)
        given = {name: value for name, value in query.items() if value}
        super().__init__({"first": first, "last": last, **given}, label_suffix="")
        self._offer("model", LanguageModel.objects.values_list("name", flat=True))
        self._offer("provider", Provider.objects.values_list("name", flat=True))
        if Group.objects.count() > MOST_CHOICES:
            self.fields["group"].widget = forms.TextInput()

    def _offer(self, name: str, known: Any) -> None:
        field = self.fields[name]
        known = list(known[: MOST_CHOICES + 1])
        if len(known) > MOST_CHOICES:
            self.fields[name] = forms.CharField(label=self.fields[name].label, required=False)
            return
        names = dict.fromkeys([*known, *filter(None, [str(self.data.get(name, ""))])])
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("All")), *((each, each) for each in names)]

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first, and more than a year."""
        found = super().clean() or self.cleaned_data
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        elif first and last and (last - first).days >= LONGEST_DAYS:
            self.add_error("first", _("Choose at most one year."))
        return found

    def selection(self) -> Selection:
        """The selection; the last 30 days without other filters if it is invalid."""
        if not self.is_valid():
            return Selection(*days_until_today(USUAL_DAYS))
        found = self.cleaned_data
        return Selection(
            first=found["first"],
            last=found["last"],
            model_name=found["model"],
            provider_name=found["provider"],
            username=found["person"],
            group=found["group"],
        )


def days_until_today(count: int) -> tuple[date, date]:
    """The first and the last of ``count`` days up to today."""
    today = days.today()
    return today - timedelta(days=count - 1), today


def with_parameters(request: HttpRequest, **changes: str) -> str:
    """The query string of this page with these parameters changed, from the first row on."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}" if query else ""
