"""People's keys for programs: seen and revoked, never made or changed, and never the key itself."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations.accounts import api_keys, people
from conversations.admin.audited_admin import AuditedAdmin, actor_of
from conversations.admin.confirmation import Confirmation, ask
from conversations.models import ApiKey, Policy, User

# More of a person's keys than this are only in the list of all.
_SHOWN = 10

REVOKE = Confirmation(
    "revoke",
    gettext_lazy("Revoke API keys"),
    gettext_lazy(
        "Programs with these keys are refused from now on, and what runs for them stops within "
        "five seconds. This cannot be undone; their people can make new keys."
    ),
    gettext_lazy("Revoke"),
)


class StateFilter(admin.SimpleListFilter):
    """By whether a key still lets a program in."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states."""
        return [("working", _("working")), ("expired", _("expired")), ("revoked", _("revoked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The keys in that state."""
        now = timezone.now()
        match self.value():
            case "working":
                unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
                return queryset.filter(unexpired, revoked_at=None, user__is_active=True)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now)
            case "revoked":
                return queryset.exclude(revoked_at=None)
        return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin):
    """A key belongs to its person; an administrator sees it and ends it."""

    list_display = ("name", "user", "begins_with", "state", "last_use", "expiry", "made")
    list_display_links = ("name",)
    list_filter = (StateFilter, "last_used_at")
    list_select_related = ("user",)
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("name", "user__username", "user__email", "prefix")
    search_help_text = gettext_lazy("A name, a person, or how the key begins.")
    actions = ("revoke",)
    fields = (
        "user", "begins_with", "state", "models", "purposes", "networks", "limits",
        "last_use", "expiry", "made", "revoked_at",
    )  # fmt: skip

    class Media:
        css = {"all": ("css/admin_people.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only its person may know a key; ``create_api_key`` makes one for others."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is revoked, so that what it was stays known. It goes with its person."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it: what a key may do is its person's choice."""
        return self.fields

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One key, with nothing to save."""
        nothing = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **nothing}
        )

    @admin.display(description=gettext_lazy("begins with"), ordering="prefix")
    def begins_with(self, key: ApiKey) -> str:
        """All that is known of the key itself."""
        return f"{key.prefix}…"

    @admin.display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> str:
        """Whether it still lets a program in."""
        if key.revoked_at:
            return _("revoked")
        if key.is_expired:
            return _("expired")
        return _("working") if key.user.is_active else _("person deactivated")

    @admin.display(description=gettext_lazy("last used"), ordering="last_used_at")
    def last_use(self, key: ApiKey) -> str:
        """The minute of it."""
        return _moment(key.last_used_at)

    @admin.display(description=gettext_lazy("expires"), ordering="expires_at")
    def expiry(self, key: ApiKey) -> str:
        """When it ends by itself."""
        return _moment(key.expires_at)

    @admin.display(description=gettext_lazy("created"), ordering="created_at")
    def made(self, key: ApiKey) -> str:
        """When it was made."""
        return _moment(key.created_at)

    @admin.display(description=gettext_lazy("models"))
    def models(self, key: ApiKey) -> str:
        """Which models it is for."""
        if key.all_models:
            return _("all that its person may use")
        return ", ".join(key.language_models.values_list("name", flat=True)) or _("none")

    @admin.display(description=gettext_lazy("may be used for"))
    def purposes(self, key: ApiKey) -> str:
        """Its endpoints in words."""
        return ", ".join(str(ApiKey.Endpoint(each).label) for each in key.endpoints)

    @admin.display(description=gettext_lazy("only from the addresses"))
    def networks(self, key: ApiKey) -> str:
        """Where it may be used from."""
        return ", ".join(key.addresses) or _("any")

    @admin.display(description=gettext_lazy("limits of its own"))
    def limits(self, key: ApiKey) -> str:
        """What it may use beside the limits of its person."""
        currency = Policy.current().currency
        return "; ".join(rule.in_words(currency) for rule in key.rules.all()) or _("none")

    @admin.action(description=gettext_lazy("Revoke…"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """End keys, those of people whom the actor may change."""
        actor = actor_of(request)
        allowed = Q(user__in=people.manageable_by(actor)) | Q(user=actor)
        chosen = ApiKey.objects.kept().filter(allowed, pk__in=queryset.values("pk"))
        chosen = chosen.select_related("user").order_by("user__username", "name")

        def carry_out(_values: dict[str, Any]) -> str:
            count = api_keys.revoke_as(actor, chosen)
            return ngettext("%d key was revoked.", "%d keys were revoked.", count) % count

        return ask(self, request, REVOKE, chosen, carry_out)


def _moment(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i") if moment else _("never")


def keys_of_user(person: User) -> str:
    """The person's keys that are not revoked, for the person's page."""
    kept = person.api_keys.kept()
    context = {"keys": kept[:_SHOWN], "count": kept.count(), "person": person}
    return render_to_string("admin/conversations/user/api_keys.html", context)
