"""Invitations: links by which new users create their accounts."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.accounts import names, people
from conversations.admin import moments
from conversations.admin.audited_admin import AuditedAdmin, actor_of
from conversations.admin.choices import GroupFilter
from conversations.models import Invitation

EXPIRES, CREATED, USED = (
    moments.column(Invitation, name) for name in ("expires_at", "created_at", "used_at")
)


class InvitationForm(forms.ModelForm):
    """A new invitation."""

    days = forms.IntegerField(
        label=gettext_lazy("Days until it expires"),
        min_value=1,
        max_value=365,
        initial=people.INVITATION_DAYS,
    )

    class Meta:
        model = Invitation
        fields = ("email", "groups")
        help_texts = {
            "email": gettext_lazy("If empty, the invited user chooses an address."),
            "groups": gettext_lazy("If empty, the new account is in no group."),
        }

    def clean_email(self) -> str:
        """The address. Raises ValidationError if an account has it."""
        email: str = self.cleaned_data["email"]
        if email and names.is_taken(email):
            raise forms.ValidationError(_("There is an account with this address already."))
        return email

    def clean(self) -> dict[str, Any]:
        """Set the expiry from the number of days."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "days" in values:
            self.instance.expires_at = timezone.now() + timedelta(days=values["days"])
        return values


class StateFilter(admin.SimpleListFilter):
    """Filter by open, used or expired invitations."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("open", _("open")), ("used", _("used")), ("expired", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The invitations in the chosen state."""
        match self.value():
            case "open":
                return queryset.filter(used_at=None, expires_at__gt=timezone.now())
            case "used":
                return queryset.exclude(used_at=None)
            case "expired":
                return queryset.filter(used_at=None, expires_at__lte=timezone.now())
        return queryset


@admin.register(Invitation)
class InvitationAdmin(AuditedAdmin):
    """Invitations. The link is shown once, after creation; deleting one withdraws it."""

    added_as = "invited"
    form = InvitationForm
    list_display = ("invited", "state", EXPIRES, "created_by", CREATED, "used_by")
    list_filter = (StateFilter, ("groups", GroupFilter), "created_at")
    list_select_related = ("account", "created_by", "used_by")
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("email", "account__username", "used_by__username", "created_by__username")
    autocomplete_fields = ("groups",)
    add_fields = ("email", "groups", "days")
    fields = (
        "invited", "groups", "state", EXPIRES, "created_by", CREATED, "used_by", USED,
    )  # fmt: skip

    @admin.display(description=gettext_lazy("for"), ordering="email")
    def invited(self, invitation: Invitation) -> str:
        """The account or the address that the invitation is for."""
        if invitation.account:
            return str(invitation.account.get_username())
        return invitation.email or _("anyone with the link")

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: Invitation) -> str:
        """The invitation's state in one word."""
        if invitation.used_at:
            return _("used")
        return _("expired") if invitation.expires_at <= timezone.now() else _("open")

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        """The fields to fill in, or of an existing invitation those to read."""
        return self.fields if obj else self.add_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        """Every field of an existing invitation."""
        return self.fields if obj else ()

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form with one button to save, because the next page shows the link."""
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_save})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: a sent invitation cannot be changed, only withdrawn."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the link with the invitation; only its hash is stored."""
        obj.created_by = actor_of(request)
        obj.link = people.renew_link(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The page with the link, sent at once, so that no session has to store it."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitation"),
            "opts": self.opts,
            "invitation": obj,
        }
        return TemplateResponse(request, "admin/conversations/invitation/link.html", context)
