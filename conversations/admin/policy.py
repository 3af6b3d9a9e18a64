"""The decisions for the whole site: one row, and so one page."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from conversations.admin.audited import AuditedAdmin
from conversations.models import Policy

# The address of the page before anybody has saved it, and the key of the row after.
_KEY = 1


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

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is always exactly one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is always exactly one."""
        return False
