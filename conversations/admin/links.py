"""Share links of all users: authors, audiences and expiry, without tokens, titles and content."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations.admin import moments
from conversations.admin.audited_admin import actor_of
from conversations.admin.confirmation import Confirmation, ask
from conversations.admin.read_only import ReadOnlyMixin
from conversations.models import ShareLink
from conversations.sharing.links import revoke_for

CREATED, SNAPSHOT, EXPIRES, LAST_VIEWED, REVOKED = (
    moments.column(ShareLink, name)
    for name in ("created_at", "snapshot_at", "expires_at", "last_viewed_at", "revoked_at")
)
REVOKE = Confirmation(
    "revoke",
    gettext_lazy("Revoke links"),
    gettext_lazy(
        "Within a second nobody can open these links any more. This cannot be undone. The "
        "authors see in their lists that the links are revoked, and can create new ones."
    ),
    gettext_lazy("Revoke"),
)


class StateFilter(admin.SimpleListFilter):
    """Filter by the state of the link."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [(value, str(label)) for value, label in ShareLink.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The links in the chosen state, by the names of :attr:`ShareLink.state`."""
        is_expired = Q(expires_at__lte=timezone.now())
        is_used_up = Q(views__gte=F("max_views"))
        match self.value():
            case "live":
                return queryset.filter(revoked_at=None).exclude(is_expired).exclude(is_used_up)
            case "expired":
                return queryset.filter(is_expired, revoked_at=None)
            case "used_up":
                return queryset.filter(is_used_up, revoked_at=None).exclude(is_expired)
            case "revoked":
                return queryset.exclude(revoked_at=None)
        return queryset


class AuthorFilter(admin.SimpleListFilter):
    """Filter by the author's account; links of a deactivated one show nothing."""

    title = gettext_lazy("author’s account")
    parameter_name = "author"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Active or deactivated."""
        return [("open", _("active")), ("closed", _("deactivated"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The links of the chosen authors."""
        known = {"open": True, "closed": False}
        chosen = known.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(user__is_active=chosen)


@admin.register(ShareLink)
class ShareLinkAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Share links, read-only except that they can be revoked."""

    list_display = (
        "__str__", "user", "for_whom", CREATED, EXPIRES, "views_of_most", "state_in_words",
    )  # fmt: skip
    list_filter = (StateFilter, "audience", AuthorFilter, "created_at", "expires_at")
    list_select_related = ("user",)
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("user__username", "users__username", "groups__name")
    search_help_text = gettext_lazy("An author, or a user or group that a link is for.")
    show_full_result_count = False
    fields = (
        "user", "audience", "named", "has_passphrase", CREATED, SNAPSHOT, EXPIRES,
        "views_of_most", LAST_VIEWED, "state_in_words", REVOKED,
    )  # fmt: skip
    readonly_fields = fields
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShareLink]:
        """The links without their content and without their tokens."""
        hidden = ("snapshot", "article", "sealed_token", "sealed_masks", "selection")
        return super().get_queryset(request).defer(*hidden)

    @admin.display(description=gettext_lazy("audience"), ordering="audience")
    def for_whom(self, link: ShareLink) -> str:
        """The audience, with a remark if readers need a pass-phrase."""
        audience = link.get_audience_display()
        return _("%s, with a pass-phrase") % audience if link.passphrase_hash else audience

    @admin.display(description=gettext_lazy("named users and groups"))
    def named(self, link: ShareLink) -> str:
        """The named users and groups."""
        users = [user.get_username() for user in link.users.order_by("username")]
        groups = [_("group %s") % group.name for group in link.groups.order_by("name")]
        return ", ".join([*users, *groups])

    @admin.display(description=gettext_lazy("pass-phrase"), boolean=True)
    def has_passphrase(self, link: ShareLink) -> bool:
        """True if readers need a pass-phrase."""
        return bool(link.passphrase_hash)

    @admin.display(description=gettext_lazy("views"), ordering="views")
    def views_of_most(self, link: ShareLink) -> str:
        """The number of views, and the limit if there is one."""
        if link.max_views is None:
            return f"{link.views:,}"
        return _("%(views)s of %(most)s") % {
            "views": f"{link.views:,}", "most": f"{link.max_views:,}",
        }  # fmt: skip

    @admin.display(description=gettext_lazy("state"))
    def state_in_words(self, link: ShareLink) -> str:
        """The link's state in words."""
        return str(link.state.label) if link.user.is_active else _("author deactivated")

    @admin.action(description=gettext_lazy("Revoke…"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ShareLink]) -> HttpResponse | None:
        """Revoke the selected links at once."""
        unrevoked = queryset.filter(revoked_at=None)

        def carry_out(_values: dict[str, Any]) -> str:
            count = revoke_for(actor_of(request), unrevoked)
            return ngettext("%d link was revoked.", "%d links were revoked.", count) % count

        return ask(self, request, REVOKE, unrevoked, carry_out)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """The permission to change links, whose only use is to revoke them."""
        return request.user.has_perm("conversations.change_sharelink")
