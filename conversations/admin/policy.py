"""The site's policy: a single row, and so a single page."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conversations.accounts import second_factors
from conversations.admin.audited_admin import AuditedAdmin
from conversations.admin.max_values import set_maximum
from conversations.models import POLICY_KEY, Policy, ShareLink
from conversations.purge import retention

# Ten years; with many more the expiry would be beyond the last date.
MOST_DAYS = 3650
_IN_DAYS = ("default_link_days", "longest_link_days", "conversation_days", "api_call_days")


class PolicyForm(forms.ModelForm):
    """The form of the policy.

    Days after which conversations would be deleted at once are saved only after the form has said
    how many of how many people that would be, and the box below has been ticked.
    """

    erases_now = forms.BooleanField(
        label=_("Delete these conversations"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Policy
        fields = (
            "new_models_open",
            "private_addresses",
            "public_links",
            "default_link_days",
            "longest_link_days",
            "conversation_days",
            "erases_now",
            "api_call_days",
            "staff_second_factor",
            "currency",
            "draining",
        )
        help_texts = {
            "longest_link_days": _(
                "If empty, there is no limit. Links that expire later are shortened at once."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_maximum(self, MOST_DAYS, *_IN_DAYS)
        self.fields["staff_second_factor"].help_text = _second_factor_help()

    def clean(self) -> dict[str, Any]:
        """Refuse a default lifetime of links above the longest one."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        usual, longest = values.get("default_link_days"), values.get("longest_link_days")
        if usual and longest and usual > longest:
            self.add_error(
                "default_link_days", _("This is longer than the longest lifetime of links.")
            )
        self._preview(values.get("conversation_days"), is_confirmed=values.get("erases_now"))
        return values

    def _preview(self, days: int | None, *, is_confirmed: bool | None) -> None:
        """Say what would be deleted, unless that is known already or nothing would be."""
        if "conversation_days" not in self.changed_data or is_confirmed:
            return
        due = retention.preview(days)
        if due.oldest is None:
            return
        text = ngettext(
            "This deletes %(count)s conversation of %(people)s, the oldest of %(day)s, for good "
            "and within the hour. Tick the box below if you mean it.",
            "This deletes %(count)s conversations of %(people)s, the oldest of %(day)s, for good "
            "and within the hour. Tick the box below if you mean it.",
            due.conversations,
        )
        people = ngettext("%s user", "%s users", due.people) % f"{due.people:,}"
        oldest = date_format(timezone.localtime(due.oldest))
        values = {"count": f"{due.conversations:,}", "people": people, "day": oldest}
        self.add_error("conversation_days", text % values)
        self.fields["erases_now"].widget = forms.CheckboxInput()

    def clean_currency(self) -> str:
        """The currency code of three letters (ISO 4217)."""
        currency: str = self.cleaned_data["currency"].upper()
        if not re.fullmatch("[A-Z]{3}", currency):
            raise forms.ValidationError(_("Enter three letters, such as USD, EUR or CNY."))
        return currency


def _second_factor_help() -> str:
    missing = second_factors.staff_without_one().count()
    told = ngettext("One administrator has none.", "%s administrators have none.", missing)
    told = told if missing == 1 else told % missing
    return f"{Policy._meta.get_field('staff_second_factor').help_text} {told}"


@admin.register(Policy)
class PolicyAdmin(AuditedAdmin):
    """The policy; its list redirects to its page."""

    form = PolicyForm

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A redirect to the page."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        present = Policy.objects.first()
        return redirect("admin:conversations_policy_change", present.pk if present else POLICY_KEY)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Policy | None:
        """The row, or a new one with the defaults if none is stored."""
        stored: Policy | None = super().get_object(request, object_id, from_field)
        if stored is None and object_id == str(POLICY_KEY) and not Policy.objects.exists():
            return Policy(pk=POLICY_KEY)
        return stored

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        """Save, and shorten the links that expire too late now."""
        super().save_model(request, obj, form, change)
        longest = obj.longest_link_lifetime
        if longest and (count := ShareLink.objects.shorten(longest)):
            text = ngettext("One link was shortened.", "%s links were shortened.", count)
            messages.info(request, text % count if count > 1 else text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: there is always exactly one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: there is always exactly one."""
        return False
