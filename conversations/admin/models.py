"""Models: what people choose from, who may use which, and what each takes."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.audited_admin import AuditedAdmin
from conversations.admin.bulk_flags import switch
from conversations.admin.parameters_field import ROWS, ParametersField
from conversations.catalog import providers
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
        labels = {
            "default_max_tokens": gettext_lazy("Longest answer where none is asked for (tokens)"),
            "reasoning_tokens": gettext_lazy("Thinking beyond that (tokens)"),
        }
        help_texts = {
            # It is shown as HTML.
            "inline_thinking": gettext_lazy("Splits &lt;think&gt;…&lt;/think&gt; off the answer.")
        }

    def clean_parameters(self) -> dict[str, Any]:
        """The rules of the table, and those that it does not show as they were."""
        stored: dict[str, Any] = self.instance.parameters
        hidden = {name: rule for name, rule in stored.items() if name not in ROWS}
        return {**hidden, **self.cleaned_data["parameters"]}

    def clean_replaced_by(self) -> LanguageModel | None:
        """Another model, if any."""
        successor: LanguageModel | None = self.cleaned_data["replaced_by"]
        if successor and successor.pk == self.instance.pk:
            raise ValidationError(_("A model cannot take its own place."))
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
        switch("enable", gettext_lazy("Enable"), enabled=True),
        switch("disable", gettext_lazy("Disable"), enabled=False),
        switch("pause", gettext_lazy("Pause: take no new messages"), paused=True),
        switch("resume", gettext_lazy("Resume"), paused=False),
        switch(
            "open_to_everyone",
            gettext_lazy("Open to everyone"),
            audience=LanguageModel.Audience.EVERYONE,
        ),
        switch(
            "restrict",
            gettext_lazy("Restrict to the groups and people of each"),
            audience=LanguageModel.Audience.RESTRICTED,
        ),
    )
    fieldsets = (
        (None, {"fields": ("name", "provider", "upstream_name", "notes", "enabled", "paused")}),
        (gettext_lazy("Who may use it"), {"fields": ("audience", "groups", "users")}),
        (
            gettext_lazy("What it can do"),
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
                "fields": ("parameters",),
                "description": gettext_lazy(
                    "What people may ask for. An empty box means what stands in it faintly; a "
                    "default is sent where nothing is asked for."
                ),
            },
        ),
        (gettext_lazy("Programs"), {"fields": ("keeps_api_content",)}),
        (
            gettext_lazy("Retirement"),
            {
                "fields": ("retires_on", "replaced_by"),
                "description": gettext_lazy(
                    "From that day the model is not offered any more. Conversations with it stay "
                    "and go on with the one that takes its place."
                ),
            },
        ),
    )

    class Media:
        css = {"all": ("css/admin_providers.css",)}

    @admin.display(description=gettext_lazy("open to"), ordering="audience")
    def open_to(self, model: LanguageModel) -> str:
        """To whom it is open, in a word."""
        is_open = model.audience == LanguageModel.Audience.EVERYONE
        return _("everyone") if is_open else _("some")

    @admin.display(description=gettext_lazy("price in / out"), ordering="completion_price")
    def price(self, model: LanguageModel) -> str:
        """What a million prompt tokens and a million completion tokens cost."""
        prices = (model.prompt_price, model.completion_price)
        return " / ".join(f"{price:.2f}" for price in prices) if any(prices) else "–"

    @admin.display(description=gettext_lazy("state"))
    def state(self, model: LanguageModel) -> str:
        """Whether people can use it now, in a word."""
        if not model.enabled:
            return _("disabled")
        if model.retires_on and model.retires_on <= timezone.now().date():
            return _("retired")
        if not model.provider.enabled:
            return _("provider disabled")
        return _("paused") if model.paused or model.provider.paused else _("in use")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new model starts open or restricted, by the policy of the site."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"audience": providers.audience_of_new_models(), **initial}
