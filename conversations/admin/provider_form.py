"""The form of a provider, whose key and headers are write-only."""

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

# A day: no answer takes longer.
MOST_SECONDS = 86_400
MOST_AT_ONCE = 10_000
CLOCKS = ("connect_seconds", "first_word_seconds", "silent_seconds", "total_seconds")
SECRETS = ("api_key", "extra_headers")
ADDRESS_SENTENCES = {
    "incomplete": _("The address must be a complete URL, such as https://example.org/v1."),
    "not_http": _("The address must begin with http:// or https:// and name a host."),
    "login": _("The address must not contain a user name or a password."),
    "query": _("The address must not contain a query or a fragment."),
}


class WriteOnlyLines(forms.Textarea):
    """A text box that never shows its value, not even after a failed validation."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The context without the value."""
        return super().get_context(name, None, attrs)


class ProviderForm(_ModelForm):
    """A provider. An empty key or empty headers leave the stored ones unchanged."""

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
        help_text=_("One header on each line, as “Name: value”."),
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
        unreadable = self.instance.unreadable_secrets()
        # One that cannot be read is empty, but is stored.
        self._has = {name: bool(self._stored[name]) or name in unreadable for name in SECRETS}
        self._stored_origin = _origin(self.instance.base_url)
        for name, is_stored in self._has.items():
            self.initial[name] = ""
            if name in unreadable:
                self.fields[name].widget.attrs["placeholder"] = gettext(
                    "Stored, but no ENCRYPTION_KEY of this site opens it. Enter it again."
                )
            elif is_stored:
                self.fields[name].widget.attrs["placeholder"] = gettext(
                    "Stored. Leave this empty to keep it."
                )
            else:
                del self.fields[f"remove_{name}"]

    def clean_base_url(self) -> str:
        """The address without a final slash. Raises ValidationError if the site must not use it."""
        try:
            base_url = check_base_url(self.cleaned_data["base_url"])
        except BadAddress as error:
            raise ValidationError(ADDRESS_SENTENCES[error.code]) from error
        policy = providers.address_policy()
        if not policy.allows_host(urlsplit(base_url).hostname or ""):
            raise ValidationError(gettext("This site must not connect to this address."))
        return base_url

    def clean_api_key(self) -> str:
        """The entered key. Raises ValidationError if a header cannot carry it."""
        entered: str = self.cleaned_data["api_key"].strip()
        try:
            if entered:
                check_header("Authorization", f"Bearer {entered}")
        except ValueError as error:
            raise ValidationError(
                gettext("A key may contain printable ASCII characters only.")
            ) from error
        return entered

    def clean_extra_headers(self) -> str:
        """The entered headers. Raises ValidationError if they cannot be sent."""
        entered: str = self.cleaned_data["extra_headers"]
        try:
            providers.headers_in(entered)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        return entered.strip()

    def clean(self) -> dict[str, Any]:
        """Choose for each secret between the entered one, the stored one and none."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        is_moved = self._stored_origin not in {None, _origin(values.get("base_url", ""))}
        for name in SECRETS:
            if name not in values:
                continue
            if values[name] and values.get(f"remove_{name}"):
                self.add_error(
                    name, gettext("Enter a new value or remove the stored one, not both.")
                )
            elif not values[name] and not values.get(f"remove_{name}"):
                values[name] = self._stored[name]
                # Otherwise an administrator could read the key by entering an address of their own.
                if is_moved and self._has[name]:
                    self.add_error(
                        name,
                        gettext("The address has changed. Enter this value again, or remove it."),
                    )
        return values


def _origin(base_url: str) -> tuple[str, str] | None:
    parts = urlsplit(base_url)
    return (parts.scheme, parts.netloc.lower()) if base_url else None
