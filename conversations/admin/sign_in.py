"""What allauth would put into the administration, and what is left of it.

Its pages show second factors' seeds, tokens and secrets, and leave no trail. Addresses and second
factors are kept in order on the pages of people; only the sign-in services need a page.
"""

# Imported for what they register, so that it can be taken back here.
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
    """A sign-in service whose secret can be written and never read."""

    provider = forms.ChoiceField(label=_("Kind"), choices=providers.registry.as_choices)
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=191,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Leave it empty to keep the secret that is stored."),
    )

    class Meta:
        model = SocialApp
        fields = ("provider", "provider_id", "name", "client_id", "secret", "settings")

    def clean_secret(self) -> str:
        """What was entered, or what is stored."""
        entered: str = self.cleaned_data["secret"]
        return entered or self.instance.secret


@admin.register(SocialApp)
class ServiceAdmin(AuditedAdmin):
    """Services by which people sign in, such as an OpenID Connect provider."""

    form = ServiceForm
    list_display = ("name", "provider", "provider_id", "client_id")
    list_filter = ("provider",)
    search_fields = ("name", "provider_id", "client_id")
