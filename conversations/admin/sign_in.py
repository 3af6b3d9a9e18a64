"""Sign-in services; allauth's other pages are removed from the administration.

They show the seeds of second factors, tokens and secrets, and write no audit entries. Addresses and
second factors are managed on the users' pages.
"""

# Imported because they register the pages that are removed below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount import providers
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from conversations.admin.audited_admin import AuditedAdmin

for _model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(_model)


class ServiceForm(forms.ModelForm):
    """A sign-in service with a write-only secret."""

    provider = forms.ChoiceField(label=_("Kind"), choices=providers.registry.as_choices)
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=191,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("If empty, the stored secret stays."),
    )

    class Meta:
        model = SocialApp
        fields = ("provider", "provider_id", "name", "client_id", "secret", "settings")

    def clean_secret(self) -> str:
        """The entered secret, or the stored one."""
        entered: str = self.cleaned_data["secret"]
        return entered or self.instance.secret


@admin.register(SocialApp)
class ServiceAdmin(AuditedAdmin):
    """Services that sign users in, such as an OpenID Connect provider."""

    form = ServiceForm
    list_display = ("name", "provider", "provider_id", "client_id")
    list_filter = ("provider",)
    search_fields = ("name", "provider_id", "client_id")
