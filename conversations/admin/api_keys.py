"""API keys of all users: listed and revoked here, but made and changed by their users alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations.accounts import api_keys, people
from conversations.admin import moments
from conversations.admin.audited_admin import AuditedAdmin, actor_of
from conversations.admin.confirmation import Confirmation, ask
from conversations.models import ApiKey, Policy, User

# A user's page lists this many keys; the list of all keys has the others.
_LISTED = 10

REVOKE = Confirmation(
    "revoke",
    gettext_lazy("Revoke API keys"),
    gettext_lazy(
        "API clients with these keys are refused from now on, and their running requests stop "
        "within five seconds. This cannot be undone. Their users can create new keys."
    ),
    gettext_lazy("Revoke"),
)


class StateFilter(admin.SimpleListFilter):
    """Filter by working, expired or revoked keys."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("working", _("working")), ("expired", _("expired")), ("revoked", _("revoked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The keys in the chosen state."""
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


LAST_USED, EXPIRES, CREATED, REVOKED = (
    moments.column(ApiKey, name, empty=gettext_lazy("never"))
    for name in ("last_used_at", "expires_at", "created_at", "revoked_at")
)


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin):
    """API keys, read-only except that they can be revoked."""

    list_display = ("name", "user", "begins_with", "state", LAST_USED, EXPIRES, CREATED)
    list_display_links = ("name",)
    list_filter = (StateFilter, "last_used_at")
    list_select_related = ("user",)
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("name", "user__username", "user__email", "prefix")
    search_help_text = gettext_lazy("A name, a user, or the beginning of the key.")
    actions = ("revoke",)
    fields = (
        "user", "begins_with", "state", "models", "purposes", "networks", "limits", "at_once",
        LAST_USED, EXPIRES, CREATED, REVOKED,
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: only its user may see a key. ``manage.py create_api_key`` makes one for others."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: keys are revoked, so that the log stays readable; their user takes them along."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every field: the permissions of a key are its user's choice."""
        return self.fields

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one key, without buttons to save."""
        nothing = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **nothing}
        )

    @admin.display(description=gettext_lazy("begins with"), ordering="prefix")
    def begins_with(self, key: ApiKey) -> str:
        """The prefix, the only part of the key that is stored in clear."""
        return f"{key.prefix}…"

    @admin.display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> str:
        """The key's state in one word."""
        if key.revoked_at:
            return _("revoked")
        if key.is_expired:
            return _("expired")
        return _("working") if key.user.is_active else _("user deactivated")

    @admin.display(description=gettext_lazy("models"))
    def models(self, key: ApiKey) -> str:
        """The models that the key may use."""
        if key.all_models:
            return _("all that its user may use")
        return ", ".join(key.language_models.values_list("name", flat=True)) or _("none")

    @admin.display(description=gettext_lazy("endpoints"))
    def purposes(self, key: ApiKey) -> str:
        """The labels of the key's endpoints."""
        return ", ".join(str(ApiKey.Endpoint(each).label) for each in key.endpoints)

    @admin.display(description=gettext_lazy("allowed addresses"))
    def networks(self, key: ApiKey) -> str:
        """The networks from which the key may be used."""
        return ", ".join(key.addresses) or _("any")

    @admin.display(description=gettext_lazy("own limits"))
    def limits(self, key: ApiKey) -> str:
        """The key's own limits, which apply beside those of its user."""
        currency = Policy.current().currency
        return "; ".join(rule.in_words(currency) for rule in key.rules.all()) or _("none")

    @admin.display(description=gettext_lazy("answers at once"))
    def at_once(self, key: ApiKey) -> str:
        """The most of the key's answers that run at once."""
        return str(key.answers_at_once or _("as many as its user’s programs may have"))

    @admin.action(description=gettext_lazy("Revoke…"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Revoke the selected keys of users whom the actor may change."""
        actor = actor_of(request)
        allowed = Q(user__in=people.manageable_by(actor)) | Q(user=actor)
        chosen = ApiKey.objects.unrevoked().filter(allowed, pk__in=queryset.values("pk"))
        chosen = chosen.select_related("user").order_by("user__username", "name")

        def carry_out(_values: dict[str, Any]) -> str:
            count = api_keys.revoke_as(actor, chosen)
            return ngettext("%d key was revoked.", "%d keys were revoked.", count) % count

        return ask(self, request, REVOKE, chosen, carry_out)


def keys_of_user(user: User) -> str:
    """The user's keys that are not revoked, as HTML for the user's page."""
    unrevoked = user.api_keys.unrevoked()
    context = {"keys": unrevoked[:_LISTED], "count": unrevoked.count(), "user": user}
    return render_to_string("admin/conversations/user/api_keys.html", context)
