"""The form of an API key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import access, days
from conversations.accounts.api_keys import KeyChoices
from conversations.models import (
    KEY_NAME_CHARACTERS,
    MOST_ANSWERS_AT_ONCE,
    ApiKey,
    LanguageModel,
    Measure,
    Period,
    Policy,
    User,
    exact_amount,
)
from conversations.quotas.amounts import Limit, NotALimit, amount_from_words

MOST_NETWORKS = 20
_LAST_DAY = gettext_lazy(
    "The key works until the end of this day (%(zone)s). If empty, it never expires."
)
_ONE_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
# A day and a time zone more, and the moment could not be written any more.
_LATEST_DAY = date(9999, 12, 29)


@dataclass(frozen=True)
class LimitFields:
    """The two fields of one measure, which the page shows side by side."""

    label: str
    amount: forms.BoundField
    period: forms.BoundField


class ApiKeyForm(forms.Form):
    """The form of a new or an existing key; ``choices()`` has the cleaned values."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=KEY_NAME_CHARACTERS,
        help_text=gettext_lazy("Name the place where the key is used."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    endpoints = forms.MultipleChoiceField(
        label=gettext_lazy("May be used for"),
        choices=ApiKey.Endpoint.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    which_models = forms.ChoiceField(
        label=gettext_lazy("Models"),
        choices=[
            ("all", gettext_lazy("All that I may use")),
            ("some", gettext_lazy("Only these")),
        ],
        widget=forms.RadioSelect,
    )
    models = forms.ModelMultipleChoiceField(
        LanguageModel.objects.none(),
        label=gettext_lazy("Only these models"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    answers_at_once = forms.IntegerField(
        label=gettext_lazy("Answers at once"),
        required=False,
        min_value=1,
        max_value=MOST_ANSWERS_AT_ONCE,
        help_text=gettext_lazy("If empty, as many as all your keys together may have."),
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    addresses = forms.CharField(
        label=gettext_lazy("Only from these addresses"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "One on each line, such as 192.0.2.7 or 10.0.0.0/8. If empty, any address."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, user: User, data: Any = None, *, key: ApiKey | None = None) -> None:
        super().__init__(data, initial=_values_of(key) if key else _defaults(), label_suffix="")
        self._key = key
        offered = [model.pk for model in access.models_for(user)]
        models = cast("forms.ModelMultipleChoiceField[LanguageModel]", self.fields["models"])
        models.queryset = LanguageModel.objects.filter(pk__in=offered)
        self.fields["expires_on"].help_text = _LAST_DAY % {"zone": days.zone_name()}
        for measure in Measure:
            self.fields[f"{measure}_amount"] = _amount_field(measure)
            self.fields[f"{measure}_period"] = _period_field(measure)

    @property
    def limits(self) -> list[LimitFields]:
        """The fields of the limits, by measure."""
        return [
            LimitFields(_unit(measure), self[f"{measure}_amount"], self[f"{measure}_period"])
            for measure in Measure
        ]

    def clean_expires_on(self) -> datetime | None:
        """The time at which the key expires."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if day < days.today():
            raise ValidationError(_("This day is over. Choose today or a later one."))
        if day > _LATEST_DAY:
            raise ValidationError(_("This day is too far away. Leave it out instead."))
        if self._key and "expires_on" not in self.changed_data:
            # Its day may have ended elsewhere, if ``TIME_ZONE`` was changed since.
            return self._key.expires_at
        return days.start_of_day(day + _ONE_DAY)

    def clean_addresses(self) -> list[str]:
        """The networks in canonical form."""
        lines = self.cleaned_data["addresses"].replace(",", "\n").split()
        if len(lines) > MOST_NETWORKS:
            raise ValidationError(_("Enter at most %s addresses.") % MOST_NETWORKS)
        return list(dict.fromkeys(_network(line) for line in lines))

    def clean(self) -> dict[str, Any]:
        """Check the values that depend on each other."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("which_models") == "some" and not values.get("models"):
            self.add_error("models", _("Choose a model, or all of them."))
        values["limits"] = list(self._limits())
        return values

    def _limits(self) -> Iterator[Limit]:
        for measure in Measure:
            text = self.cleaned_data.get(f"{measure}_amount")
            period = self.cleaned_data.get(f"{measure}_period")
            if not (text and period):
                continue
            try:
                yield Limit(measure, period, None, amount_from_words(measure, text))
            except NotALimit as problem:
                self.add_error(f"{measure}_amount", str(problem))

    def choices(self) -> KeyChoices:
        """The values of a valid form."""
        values = self.cleaned_data
        return KeyChoices(
            name=values["name"],
            models=list(values["models"]) if values["which_models"] == "some" else None,
            endpoints=values["endpoints"],
            addresses=values["addresses"],
            expires_at=values["expires_on"],
            limits=values["limits"],
            answers_at_once=values["answers_at_once"],
        )


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        message = _("“%s” is no address. Enter one such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.")
        raise ValidationError(message % text[:50]) from None


def _defaults() -> dict[str, Any]:
    return {"endpoints": list(ApiKey.Endpoint.values), "which_models": "all"}


def _values_of(key: ApiKey) -> dict[str, Any]:
    """The current values of a key."""
    initial = {
        "name": key.name,
        "endpoints": key.endpoints,
        "which_models": "all" if key.all_models else "some",
        "models": list(key.language_models.values_list("pk", flat=True)),
        "expires_on": key.expires_at and days.day_of(key.expires_at - _MOMENT),
        "addresses": "\n".join(key.addresses),
        "answers_at_once": key.answers_at_once,
    }
    for rule in key.rules.filter(language_model=None):
        initial[f"{rule.measure}_amount"] = exact_amount(rule.measure, rule.limit)
        initial[f"{rule.measure}_period"] = rule.period
    return initial


def _unit(measure: str) -> str:
    known = Measure(measure)
    label = str(known.label).capitalize()
    return f"{label} ({Policy.current().currency})" if known.is_money else label


def _amount_field(measure: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})
    label = _("At most, %(unit)s") % {"unit": Measure(measure).label}
    return forms.CharField(label=label, max_length=30, required=False, widget=widget)


def _period_field(measure: str) -> forms.ChoiceField:
    label = _("In which time, %(unit)s") % {"unit": Measure(measure).label}
    return forms.ChoiceField(
        label=label, choices=Period.choices, initial=Period.DAY, required=False
    )
