"""Invitations."""

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

from conversations.accounts import people
from conversations.admin.audited_admin import AuditedAdmin, actor_of
from conversations.admin.choices import GroupFilter
from conversations.models import Invitation


class InvitationForm(forms.ModelForm):
    """A new invitation."""

    days = forms.IntegerField(
        label=gettext_lazy("Can be used for (days)"),
        min_value=1,
        max_value=365,
        initial=people.INVITATION_DAYS,
    )

    class Meta:
        model = Invitation
        fields = ("email", "groups")
        help_texts = {
            "email": gettext_lazy("Empty: whoever has the link chooses an address."),
            "groups": gettext_lazy("Empty: none."),
        }

    def clean_email(self) -> str:
        """The address, if no account has it."""
        email: str = self.cleaned_data["email"]
        if email and people.address_is_taken(email):
            raise forms.ValidationError(_("There is an account with this address already."))
        return email

    def clean(self) -> dict[str, Any]:
        """Count the days from now."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "days" in values:
            self.instance.expires_at = timezone.now() + timedelta(days=values["days"])
        return values


class StateFilter(admin.SimpleListFilter):
    """By whether an invitation still admits."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states."""
        return [("open", _("open")), ("used", _("used")), ("expired", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The invitations in that state."""
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
    """Links that let people in; each is shown once, when it is made. Deleting one withdraws it."""

    added_as = "invited"
    form = InvitationForm
    list_display = ("whom", "state", "expires_at", "created_by", "created_at", "used_by")
    list_filter = (StateFilter, ("groups", GroupFilter), "created_at")
    list_select_related = ("account", "created_by", "used_by")
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("email", "account__username", "used_by__username", "created_by__username")
    autocomplete_fields = ("groups",)
    add_fields = ("email", "groups", "days")
    fields = (
        "whom", "groups", "state", "expires_at", "created_by", "created_at", "used_by", "used_at",
    )  # fmt: skip

    class Media:
        css = {"all": ("css/admin_people.css",)}

    @admin.display(description=gettext_lazy("for"), ordering="email")
    def whom(self, invitation: Invitation) -> str:
        """The account or the address that it is for."""
        if invitation.account:
            return str(invitation.account.get_username())
        return invitation.email or _("whoever has the link")

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: Invitation) -> str:
        """Whether it still admits."""
        if invitation.used_at:
            return _("used")
        return _("expired") if invitation.expires_at <= timezone.now() else _("open")

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        """What can be chosen, or afterwards what there is to see."""
        return self.fields if obj else self.add_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        """Nothing of it can be changed."""
        return self.fields if obj else ()

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One way to save, because the page after it shows the link."""
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_save})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An invitation that was sent stays what it was; it can be withdrawn."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the link with the invitation: only its hash is kept."""
        obj.created_by = actor_of(request)
        obj.link = people.renew_link(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The link, in the answer itself, so that it is kept nowhere on its way."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invitation"),
            "opts": self.opts,
            "invitation": obj,
        }
        return TemplateResponse(request, "admin/conversations/invitation/link.html", context)
