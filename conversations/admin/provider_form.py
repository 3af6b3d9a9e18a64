"""The form of a provider, whose key and headers can be written and never read."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.admin.max_values import set_maximum
from conversations.catalog import providers
from conversations.models import Provider
from conversations.upstream import BadAddress, check_base_url, check_header

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Provider]
else:
    _ModelForm = forms.ModelForm

# Nobody waits for an answer longer than a day.
MOST_SECONDS = 86_400
MOST_AT_ONCE = 10_000
CLOCKS = ("connect_seconds", "first_byte_seconds", "idle_seconds", "total_seconds")
SECRETS = ("api_key", "extra_headers")
ADDRESS_SENTENCES = {
    "incomplete": _("The address must be a complete URL, such as https://example.org/v1."),
    "not_http": _("The address must begin with http:// or https:// and name a host."),
    "login": _("The address must not contain a user name or a password."),
    "query": _("The address must not contain a query or a fragment."),
}


class WriteOnlyLines(forms.Textarea):
    """A text box that never shows what it was given, not even what has just been typed."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The context of an empty box."""
        return super().get_context(name, None, attrs)


class ProviderForm(_ModelForm):
    """A provider. What is left empty of the key and the headers stays as it is stored."""

    api_key = forms.CharField(
        label=_("API key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
    )
    remove_api_key = forms.BooleanField(label=_("Remove the stored key"), required=False)
    extra_headers = forms.CharField(
        label=_("Extra headers"),
        required=False,
        widget=WriteOnlyLines(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, as “Name: value”. They are kept encrypted."),
    )
    remove_extra_headers = forms.BooleanField(label=_("Remove the stored headers"), required=False)

    class Meta:
        model = Provider
        fields = (
            "name",
            "base_url",
            "dialect",
            "enabled",
            "paused",
            "api_key",
            "extra_headers",
            *CLOCKS,
            "max_concurrent",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_maximum(self, MOST_SECONDS, *CLOCKS)
        set_maximum(self, MOST_AT_ONCE, "max_concurrent")
        self._stored = {name: getattr(self.instance, name) for name in SECRETS}
        self._stored_origin = _origin(self.instance.base_url)
        for name, stored in self._stored.items():
            self.initial[name] = ""
            if stored:
                self.fields[name].widget.attrs["placeholder"] = gettext(
                    "Stored. Leave empty to keep it."
                )
            else:
                del self.fields[f"remove_{name}"]

    def clean_base_url(self) -> str:
        """The address without a slash at its end, if this site may connect to it."""
        try:
            base_url = check_base_url(self.cleaned_data["base_url"])
        except BadAddress as error:
            raise ValidationError(ADDRESS_SENTENCES[error.code]) from error
        policy = providers.address_policy()
        if not policy.allows_host(urlsplit(base_url).hostname or ""):
            raise ValidationError(gettext("This site must not connect to this address."))
        return base_url

    def clean_api_key(self) -> str:
        """The key that was entered, if a header can carry it."""
        entered: str = self.cleaned_data["api_key"].strip()
        try:
            if entered:
                check_header("Authorization", f"Bearer {entered}")
        except ValueError as error:
            raise ValidationError(gettext("A key has printable ASCII alone.")) from error
        return entered

    def clean_extra_headers(self) -> str:
        """The headers that were entered, if they can be sent."""
        entered: str = self.cleaned_data["extra_headers"]
        try:
            providers.headers_in(entered)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return entered.strip()

    def clean(self) -> dict[str, Any]:
        """Decide for each secret between what was entered, what is stored, and nothing."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        is_moved = self._stored_origin not in {None, _origin(values.get("base_url", ""))}
        for name in SECRETS:
            if name not in values:
                continue
            if values[name] and values.get(f"remove_{name}"):
                self.add_error(name, gettext("Either enter a new one, or remove the stored one."))
            elif not values[name] and not values.get(f"remove_{name}"):
                values[name] = self._stored[name]
                # Otherwise whoever may set an address could read a key by setting their own.
                if is_moved and self._stored[name]:
                    self.add_error(
                        name, gettext("The address has changed. Enter it again, or remove it.")
                    )
        return values


def _origin(base_url: str) -> tuple[str, str] | None:
    parts = urlsplit(base_url)
    return (parts.scheme, parts.netloc.lower()) if base_url else None
