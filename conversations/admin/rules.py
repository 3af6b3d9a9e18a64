"""Limits of users, groups and everyone."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.audited_admin import AuditedAdmin
from conversations.admin.bulk_flags import flag_action
from conversations.admin.limit_fields import AMOUNT_HELP, cleaned_amount
from conversations.models import Policy, Rule, exact_amount
from conversations.quotas.amounts import rule_in_place


class RuleForm(forms.ModelForm):
    """A limit, with its amount in the unit of its measure."""

    amount = forms.CharField(label=gettext_lazy("Limit"), max_length=30, help_text=AMOUNT_HELP)

    class Meta:
        model = Rule
        fields = ("user", "group", "measure", "period", "language_model", "enabled")
        help_texts = {
            "user": gettext_lazy("Without a user and a group, the limit is for everyone."),
            "language_model": gettext_lazy("If empty, the limit is for all models together."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            known = exact_amount(self.instance.measure, self.instance.limit)
            self.initial["amount"] = known

    def clean(self) -> dict[str, Any]:
        """Refuse two subjects, an invalid amount, and a second rule in the same slot."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("user") and values.get("group"):
            self.add_error("group", _("Choose a user or a group, not both."))
        amount = cleaned_amount(self)
        if amount is not None:
            self.instance.limit = amount
        if not self.errors:
            self._refuse_second(values)
        return values

    def _refuse_second(self, values: dict[str, Any]) -> None:
        model = values["language_model"]
        slot = (values["measure"], values["period"], model.pk if model else None)
        other = rule_in_place(values["user"], values["group"], slot, but=self.instance)
        if other is not None:
            values = {"subject": other.subject, "limit": other.in_words()}
            text = _("Such a limit exists already: %(subject)s, %(limit)s. Change that one.")
            raise forms.ValidationError(text % values)


class SubjectFilter(admin.SimpleListFilter):
    """Filter by everyone, groups or users."""

    title = gettext_lazy("subject")
    parameter_name = "subject"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds of subjects."""
        return [("everyone", _("everyone")), ("group", _("a group")), ("person", _("a user"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rules of the chosen kind."""
        match self.value():
            case "everyone":
                return queryset.filter(user=None, group=None)
            case "group":
                return queryset.exclude(group=None)
            case "person":
                return queryset.exclude(user=None)
        return queryset


@admin.register(Rule)
class RuleAdmin(AuditedAdmin):
    """Limits for everyone, for a group, or for a user."""

    form = RuleForm
    fields = ("user", "group", "measure", "amount", "period", "language_model", "enabled")
    autocomplete_fields = ("user", "group", "language_model")
    list_display = ("subject", "limit_in_words", "language_model", "enabled")
    list_filter = (
        SubjectFilter,
        "measure",
        "period",
        "enabled",
        ("language_model", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("user", "group", "language_model")
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("user__username", "group__name", "language_model__name")
    actions = (
        flag_action("enable", gettext_lazy("Enable"), enabled=True),
        flag_action("disable", gettext_lazy("Disable"), enabled=False),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rules of users and groups, with the currency of the cost limits."""
        currency = Coalesce(
            Subquery(Policy.objects.values("currency")[:1]), Value(Policy().currency)
        )
        rules = super().get_queryset(request).filter(api_key=None)
        return cast("QuerySet[Any]", rules.annotate(currency=currency))

    @admin.display(description=gettext_lazy("subject"), ordering="user__username")
    def subject(self, rule: Rule) -> str:
        """The user, the group, or everyone."""
        return rule.subject

    @admin.display(description=gettext_lazy("limit"), ordering="limit")
    def limit_in_words(self, rule: Rule) -> str:
        """The amount, the measure and the period."""
        return rule.in_words()
