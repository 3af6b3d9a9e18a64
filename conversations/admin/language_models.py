"""Models: their names, audiences, abilities, prices and parameters."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import days
from conversations.accounts.json_field import JsonField
from conversations.admin.audited_admin import AuditedAdmin
from conversations.admin.bulk_flags import flag_action
from conversations.admin.parameters_field import ROWS, ParametersField
from conversations.catalog import providers
from conversations.catalog.extra_body import fault_of_extra_body
from conversations.models import LanguageModel

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[LanguageModel]
else:
    _ModelForm = forms.ModelForm


class LanguageModelForm(_ModelForm):
    """A model, with a table for its parameters."""

    parameters = ParametersField(label=gettext_lazy("Parameters"), required=False)

    class Meta:
        model = LanguageModel
        exclude = ("created_at",)
        field_classes = {"extra_body": JsonField}
        labels = {
            "default_max_tokens": gettext_lazy("Usual length of an answer"),
            "reasoning_tokens": gettext_lazy("Additional tokens for reasoning"),
        }
        help_texts = {
            # Django inserts help texts as HTML.
            "inline_thinking": gettext_lazy(
                "Text between &lt;think&gt; and &lt;/think&gt; is shown as reasoning."
            )
        }

    def clean_parameters(self) -> dict[str, Any]:
        """The rules of the table, and unchanged those that the table does not show."""
        stored: dict[str, Any] = self.instance.parameters
        hidden = {name: rule for name, rule in stored.items() if name not in ROWS}
        return {**hidden, **self.cleaned_data["parameters"]}

    def clean_extra_body(self) -> dict[str, Any]:
        """The extra body; nothing is an empty one. Raises ValidationError with its fault."""
        extra = {} if (given := self.cleaned_data["extra_body"]) is None else given
        if fault := fault_of_extra_body(extra):
            raise ValidationError(fault)
        checked: dict[str, Any] = extra
        return checked

    def clean_replaced_by(self) -> LanguageModel | None:
        """The successor. Raises ValidationError if it is the model itself."""
        successor: LanguageModel | None = self.cleaned_data["replaced_by"]
        if successor and successor.pk == self.instance.pk:
            raise ValidationError(_("A model cannot replace itself."))
        return successor


@admin.register(LanguageModel)
class LanguageModelAdmin(AuditedAdmin):
    """Models by their public names."""

    form = LanguageModelForm
    list_display = (
        "name",
        "provider",
        "open_to",
        "state",
        "price",
        "retires_on",
    )
    list_filter = (
        "enabled",
        "paused",
        "audience",
        ("provider", admin.RelatedOnlyFieldListFilter),
        "reasons",
        ("retires_on", admin.EmptyFieldListFilter),
    )
    list_select_related = ("provider",)
    search_fields = ("name", "upstream_name", "notes")
    autocomplete_fields = ("provider", "groups", "users", "replaced_by")
    actions = (
        flag_action("enable", gettext_lazy("Enable"), enabled=True),
        flag_action("disable", gettext_lazy("Disable"), enabled=False),
        flag_action("pause", gettext_lazy("Pause: accept no new messages"), paused=True),
        flag_action("resume", gettext_lazy("Resume"), paused=False),
        flag_action(
            "open_to_everyone",
            gettext_lazy("Open to everyone"),
            audience=LanguageModel.Audience.EVERYONE,
        ),
        flag_action(
            "restrict",
            gettext_lazy("Restrict to the groups and users of each"),
            audience=LanguageModel.Audience.RESTRICTED,
        ),
    )
    fieldsets = (
        (None, {"fields": ("name", "provider", "upstream_name", "notes", "enabled", "paused")}),
        (gettext_lazy("Audience"), {"fields": ("audience", "groups", "users")}),
        (
            gettext_lazy("Abilities"),
            {
                "fields": (
                    ("reasons", "takes_tools", "writes_json", "sees_images"),
                    "inline_thinking",
                    "reasoning_policy",
                )
            },
        ),
        (
            gettext_lazy("Tokens and prices"),
            {
                "fields": (
                    "context_length",
                    "default_max_tokens",
                    "reasoning_tokens",
                    "prompt_price",
                    "completion_price",
                )
            },
        ),
        (
            gettext_lazy("Parameters"),
            {
                "fields": ("parameters", "extra_body"),
                "description": gettext_lazy(
                    "The ranges of the request parameters. An empty box means the value shown in "
                    "grey. The default is sent when a request does not set the parameter."
                ),
            },
        ),
        (gettext_lazy("API"), {"fields": ("keeps_api_content",)}),
        (
            gettext_lazy("Retirement"),
            {
                "fields": ("retires_on", "replaced_by"),
                "description": gettext_lazy(
                    "From that day on the model is not offered any more. Its conversations remain, "
                    "and continue with the model that replaces it."
                ),
            },
        ),
    )

    @admin.display(description=gettext_lazy("audience"), ordering="audience")
    def open_to(self, model: LanguageModel) -> str:
        """The audience in one word."""
        is_open = model.audience == LanguageModel.Audience.EVERYONE
        return _("everyone") if is_open else _("restricted")

    @admin.display(description=gettext_lazy("price in / out"), ordering="completion_price")
    def price(self, model: LanguageModel) -> str:
        """The prices of a million prompt tokens and of a million completion tokens."""
        prices = (model.prompt_price, model.completion_price)
        return " / ".join(f"{price:.2f}" for price in prices) if any(prices) else "–"

    @admin.display(description=gettext_lazy("state"))
    def state(self, model: LanguageModel) -> str:
        """The model's state in one word."""
        if not model.enabled:
            return _("disabled")
        if model.retires_on and model.retires_on <= days.today():
            return _("retired")
        if not model.provider.enabled:
            return _("provider disabled")
        return _("paused") if model.paused or model.provider.paused else _("in use")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The initial values of a new model, whose audience follows the site's policy."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"audience": providers.audience_of_new_models(), **initial}
