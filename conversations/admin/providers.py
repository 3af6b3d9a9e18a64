"""Providers and models."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from conversations.models import LanguageModel, Provider


class ProviderForm(forms.ModelForm):
    """A provider whose key can be written and never read."""

    base_url = forms.URLField(label=_("Base address"), max_length=500, assume_scheme="https")
    api_key = forms.CharField(
        label=_("API key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave it empty to keep the key that is stored."),
    )

    class Meta:
        model = Provider
        fields = ["name", "base_url", "api_key", "dialect", "enabled"]

    def clean_api_key(self) -> str:
        entered: str = self.cleaned_data["api_key"]
        return entered or self.instance.api_key


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    form = ProviderForm
    list_display = ["name", "base_url", "dialect", "enabled"]
    list_filter = ["enabled", "dialect"]
    search_fields = ["name", "base_url"]


@admin.register(LanguageModel)
class LanguageModelAdmin(admin.ModelAdmin):
    list_display = ["name", "provider", "upstream_name", "context_length", "enabled"]
    list_filter = ["enabled", "provider"]
    search_fields = ["name", "upstream_name"]
    list_select_related = ["provider"]
