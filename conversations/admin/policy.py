"""The decisions for the whole site: one row, and so one page."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conversations.admin.audited_admin import AuditedAdmin
from conversations.admin.max_values import set_maximum
from conversations.models import Policy, ShareLink

# The address of the page before anybody has saved it, and the key of the row after.
_KEY = 1
# Ten years; no date can be reckoned of much more.
MOST_DAYS = 3650


class PolicyForm(forms.ModelForm):
    """The policy."""

    class Meta:
        model = Policy
        fields = (
            "new_models_open",
            "private_addresses",
            "public_links",
            "default_link_days",
            "longest_link_days",
            "currency",
            "draining",
        )
        help_texts = {
            "longest_link_days": _(
                "Empty: no limit. Links that would live longer are shortened at once."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_maximum(self, MOST_DAYS, "default_link_days", "longest_link_days")

    def clean(self) -> dict[str, Any]:
        """What links get is what they may have."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        usual, longest = values.get("default_link_days"), values.get("longest_link_days")
        if usual and longest and usual > longest:
            self.add_error("default_link_days", _("This is longer than links may live at most."))
        return values

    def clean_currency(self) -> str:
        """Three letters, as ISO 4217 has them."""
        currency: str = self.cleaned_data["currency"].upper()
        if not re.fullmatch("[A-Z]{3}", currency):
            raise forms.ValidationError(_("Three letters, such as USD, EUR or CNY."))
        return currency


@admin.register(Policy)
class PolicyAdmin(AuditedAdmin):
    """The one policy, whose list is its page."""

    form = PolicyForm

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Straight to the page."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        present = Policy.objects.first()
        return redirect("admin:conversations_policy_change", present.pk if present else _KEY)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Policy | None:
        """The row, or, where nobody has decided anything yet, one with the defaults."""
        stored: Policy | None = super().get_object(request, object_id, from_field)
        if stored is None and object_id == str(_KEY) and not Policy.objects.exists():
            return Policy(pk=_KEY)
        return stored

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Also of the links that are out there none lives longer than it may."""
        super().save_model(request, obj, form, change)
        longest = obj.longest_link_lifetime
        if longest and (count := ShareLink.objects.shorten(longest)):
            text = ngettext("One link was shortened.", "%s links were shortened.", count)
            messages.info(request, text % count if count > 1 else text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is always exactly one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is always exactly one."""
        return False
