"""The audit log, read-only."""

from typing import Any, cast
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from conversations.admin import moments
from conversations.admin.audit_export import FORMS, exported
from conversations.admin.audit_filters import (
    ActionFilter,
    AddressFilter,
    KindFilter,
    PersonFilter,
    SortFilter,
    matching,
)
from conversations.admin.ledger import BoundedPaginator
from conversations.admin.read_only import ReadOnlyMixin
from conversations.audit.devices import device_in_words
from conversations.models import AuditEntry, User

_Shown = dict[str, Any]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Changes by administrators, with the values before and after, and security events.

    The list costs the same with a million entries: its filters have indexes in its order.
    """

    change_list_template = "admin/conversations/auditentry/change_list.html"
    list_display = ("moment", "who", "what", "kind", "on_what", "origin", "fields_changed")
    list_filter = (SortFilter, "at", PersonFilter, AddressFilter, ActionFilter, KindFilter)
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ("moment",)
    search_fields = ("actor_name", "action", "target_name")
    search_help_text = gettext_lazy(
        "A user, an action, an address, a day such as 2026-11-23, or the name of the changed "
        "record."
    )
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    fields = (
        "exact_moment", "actor_name", "what", "kind", "target_name", "address", "device",
        "difference",
    )  # fmt: skip
    readonly_fields = fields
    actions = None

    @admin.display(description=gettext_lazy("when"), ordering="at")
    def moment(self, entry: AuditEntry) -> str | None:
        """The first time, and of counted failures the last one, which is within the hour."""
        return _span(entry, "minute", "time")

    @admin.display(description=gettext_lazy("when"))
    def exact_moment(self, entry: AuditEntry) -> str | None:
        """The same to the second."""
        return _span(entry, "second", "second")

    @admin.display(description=gettext_lazy("who"))
    def who(self, entry: AuditEntry) -> str:
        """The user, as a link to all entries about them."""
        return _link("person", entry.actor_id, entry.actor_name)

    @admin.display(description=gettext_lazy("what"))
    def what(self, entry: AuditEntry) -> str:
        """The action, and how often it was counted."""
        name = capfirst(entry.action_in_words)
        return name if entry.times == 1 else f"{name} × {entry.times:,}"

    @admin.display(description=gettext_lazy("on what"))
    def on_what(self, entry: AuditEntry) -> str:
        """The record; a user as a link to all entries about them."""
        is_user = entry.target_type == User._meta.label_lower
        return _link("person", entry.target_id if is_user else None, entry.target_name)

    @admin.display(description=gettext_lazy("from"))
    def origin(self, entry: AuditEntry) -> str:
        """The address, as a link to all entries from there."""
        return _link("address", entry.address or None, entry.address)

    @admin.display(description=gettext_lazy("device"))
    def device(self, entry: AuditEntry) -> str:
        """The browser in words, and what it said of itself."""
        if not entry.user_agent:
            return ""
        return f"{device_in_words(entry.user_agent)} ({entry.user_agent})"

    @admin.display(description=gettext_lazy("kind"), ordering="target_type")
    def kind(self, entry: AuditEntry) -> str:
        """The name of the record's kind."""
        model = _model_of(entry)
        return str(model._meta.verbose_name) if model else entry.target_type

    @admin.display(description=gettext_lazy("details"))
    def fields_changed(self, entry: AuditEntry) -> str:
        """The labels of the changed fields; of a security event its details."""
        if entry.is_security_event:
            return ", ".join(f"{name}: {value}" for name, value in entry.after.items())
        return ", ".join(row["label"] for row in _difference(entry))

    @admin.display(description=gettext_lazy("details"))
    def difference(self, entry: AuditEntry) -> str:
        """Each changed value before and after, as HTML."""
        context = {"rows": _difference(entry), "is_event": entry.is_security_event}
        return render_to_string("admin/conversations/auditentry/difference.html", context)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Narrow by each word: a day, an address or a user, else a part of a name."""
        for word in search_term.split():
            condition = matching(word)
            if condition is None:
                queryset, _distinct = super().get_search_results(request, queryset, word)
            else:
                queryset = queryset.filter(condition)
        return queryset, False

    def get_urls(self) -> list[URLPattern]:
        """The exports, and Django's own pages."""
        export = path(
            "export/<str:form>/",
            self.admin_site.admin_view(self.export),
            name="conversations_auditentry_export",
        )
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Export the entries that the list's filters select, as JSON lines or as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if form not in FORMS:
            raise Http404
        try:
            entries = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:conversations_auditentry_changelist"))
        return exported(entries, form)


def _span(entry: AuditEntry, first: str, last: str) -> str | None:
    if entry.times == 1 or entry.last_at is None:
        return moments.as_html(entry.at, first)
    ends = moments.as_html(entry.at, first), moments.as_html(entry.last_at, last)
    return format_html("{} – {}", *ends)


def _link(name: str, value: object, text: str) -> str:
    """A link to the list, filtered by that value; the text alone where there is none."""
    if value is None:
        return text
    return format_html('<a href="?{}">{}</a>', urlencode({name: value}), text)


def _model_of(entry: AuditEntry) -> Any:
    app, _dot, name = entry.target_type.partition(".")
    try:
        return apps.get_model(app, name)
    except (LookupError, ValueError):
        return None


def _difference(entry: AuditEntry) -> list[_Shown]:
    model = _model_of(entry)
    labels = (
        {
            each.name: str(each.verbose_name)
            for each in model._meta.get_fields()
            if hasattr(each, "verbose_name")
        }
        if model
        else {}
    )
    return [
        {"label": labels.get(name, name), **_sides(entry.before.get(name), entry.after.get(name))}
        for name in {**entry.before, **entry.after}
    ]


def _sides(before: Any, after: Any) -> _Shown:
    """The two columns of a row; of lists only the items that were removed and added."""
    if isinstance(before or after, list):
        old, new = cast("list[Any]", before or []), cast("list[Any]", after or [])
        removed, added = (
            [str(each) for each in one if each not in other]
            for one, other in ((old, new), (new, old))
        )
        return {"before": ", ".join(removed), "after": ", ".join(added)}
    return {"before": _shown(before), "after": _shown(after)}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext_lazy("yes") if value else gettext_lazy("no"))
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_shown(inner)}" for name, inner in value.items())
    return "" if value is None else str(value)
