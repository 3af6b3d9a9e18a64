"""The audit log, read-only."""

from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from conversations.admin.read_only import ReadOnlyMixin
from conversations.models import AuditEntry

_Shown = dict[str, Any]


class KindFilter(admin.SimpleListFilter):
    """Filter by the kind of the changed record, of those that the administration has."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds by name."""
        known = (model._meta for model in model_admin.admin_site._registry)
        kinds = [(meta.label_lower, str(capfirst(meta.verbose_name))) for meta in known]
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the chosen kind."""
        return queryset.filter(target_type=self.value()) if self.value() else queryset


class ActionFilter(admin.SimpleListFilter):
    """Filter by action, of the most common ones; the search finds the others."""

    title = gettext_lazy("action")
    parameter_name = "did"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The actions."""
        return [
            ("added", gettext_lazy("added")),
            ("changed", gettext_lazy("changed")),
            ("deleted", gettext_lazy("deleted")),
            ("activated", gettext_lazy("activated")),
            ("deactivated", gettext_lazy("deactivated")),
            ("invited", gettext_lazy("invited")),
            ("accepted", gettext_lazy("accepted")),
            ("imported", gettext_lazy("imported")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the chosen action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Changes by administrators, with the values before and after."""

    list_display = ("at", "actor_name", "action", "kind", "target_name", "fields_changed")
    list_filter = ("at", ActionFilter, KindFilter)
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("actor_name", "action", "target_name")
    search_help_text = gettext_lazy("A user, an action, or the name of the changed record.")
    show_full_result_count = False
    fields = ("at", "actor_name", "action", "kind", "target_name", "difference")
    readonly_fields = fields
    actions = None

    class Media:
        css = {"all": ("css/admin_people.css",)}

    @admin.display(description=gettext_lazy("kind"), ordering="target_type")
    def kind(self, entry: AuditEntry) -> str:
        """The name of the record's kind."""
        model = _model_of(entry)
        return str(model._meta.verbose_name) if model else entry.target_type

    @admin.display(description=gettext_lazy("changes"))
    def fields_changed(self, entry: AuditEntry) -> str:
        """The labels of the changed fields."""
        return ", ".join(row["label"] for row in _difference(entry))

    @admin.display(description=gettext_lazy("changes"))
    def difference(self, entry: AuditEntry) -> str:
        """Each changed value before and after, as HTML."""
        context = {"rows": _difference(entry)}
        return render_to_string("admin/conversations/auditentry/difference.html", context)


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
