"""The ledger, read-only, with search and export."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from conversations.access import may_read_upstream_words
from conversations.admin import csv, moments
from conversations.admin.audited_admin import actor_of
from conversations.admin.csv import Cell
from conversations.admin.export import in_pieces
from conversations.admin.number_format import seconds
from conversations.admin.read_only import ReadOnlyMixin
from conversations.models import (
    MICROS,
    Generation,
    LanguageModel,
    LedgerEntry,
    Provider,
    UsageTotal,
)

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

# Nobody reads more pages than this, and counting further would read the whole table.
MOST_LISTED = 10_000
MOST_CHOICES = 20
EXPORTED = (
    "reserved_at",
    "settled_at",
    "day",
    "username",
    "model_name",
    "provider_name",
    "api_key_name",
    "outcome",
    "error_code",
    "source",
    "requests",
    "prompt_tokens",
    "completion_tokens",
    "cost_micros",
    "asked_tokens",
    "first_token_ms",
    "duration_ms",
    "generation_id",
)


class LedgerList(ChangeList):
    """A list without a count of all entries."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(_("Ledger"))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # Otherwise Django would offer to show all entries beside the search.
        self.full_result_count = self.result_count


class BoundedPaginator(_Paginator):
    """A paginator that counts up to MOST_LISTED entries."""

    @cached_property
    def count(self) -> int:
        found = self.object_list
        assert isinstance(found, QuerySet)  # noqa: S101 - tells the type checker
        return found.order_by()[:MOST_LISTED].count()


class _NameFilter(SimpleListFilter):
    """Filter by the names that exist now; the search finds the ledger's other names."""

    names: QuerySet[Any]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = self.names.values_list("name", flat=True).order_by("name")
        return [(name, name) for name in names[:MOST_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset


class ModelFilter(_NameFilter):
    title = _("model")
    parameter_name = "model_name"
    names = LanguageModel.objects.all()


class ProviderFilter(_NameFilter):
    title = _("provider")
    parameter_name = "provider_name"
    names = Provider.objects.all()


class OutcomeFilter(SimpleListFilter):
    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [each for each in Generation.Status.choices if each[0] != Generation.Status.RUNNING]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(outcome=self.value()) if self.value() else queryset


STARTED = moments.column(LedgerEntry, "reserved_at")
SETTLED = moments.column(LedgerEntry, "settled_at")
# In the list, beside the day on which the answer has begun.
ENDED = moments.column(LedgerEntry, "settled_at", shown="time")


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The list costs the same with a million entries as with a hundred: every filter has an index
    in the order of the list, and nothing is counted to the end."""

    change_list_template = "admin/ledger/change_list.html"
    list_display = (
        STARTED,
        ENDED,
        "username",
        "model_name",
        "ending",
        "source",
        "prompt",
        "completion",
        "cost",
        "first_token",
    )
    list_filter = (
        ("settled_at", admin.DateFieldListFilter),
        OutcomeFilter,
        "source",
        ModelFilter,
        ProviderFilter,
    )
    search_fields = ("username",)
    search_help_text = _(
        "A user, the beginning of a model's name, a day such as 2026-11-23, or several of them."
    )
    sortable_by = (ENDED,)
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LedgerList

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Django's, with the times in the reader's zone."""
        times: dict[Any, Any] = {each.__name__: each for each in (STARTED, SETTLED)}
        return [times.get(each, each) for each in super().get_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The server's own words about a failure, below the fields of the entry."""
        return ("upstream_words",) if may_read_upstream_words(actor_of(request)) else ()

    @admin.display(description=_("what the model’s server said"))
    def upstream_words(self, entry: LedgerEntry) -> str:
        """Read from the generation, which is removed with its conversation; the entry stays."""
        ended = Generation.objects.filter(pk=entry.generation_id)
        return ended.values_list("upstream_words", flat=True).first() or ""

    @admin.display(description=_("outcome"))
    def ending(self, entry: LedgerEntry) -> str:
        return " · ".join(filter(None, [entry.outcome, entry.error_code]))

    @admin.display(description=_("prompt tokens"))
    def prompt(self, entry: LedgerEntry) -> str:
        return f"{entry.prompt_tokens:,}"

    @admin.display(description=_("completion tokens"))
    def completion(self, entry: LedgerEntry) -> str:
        return f"{entry.completion_tokens:,}"

    @admin.display(description=_("cost"))
    def cost(self, entry: LedgerEntry) -> str:
        return f"{entry.cost_micros / MICROS:,.4f}"

    @admin.display(description=_("first token"))
    def first_token(self, entry: LedgerEntry) -> str:
        return seconds(entry.first_token_ms)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Narrow by each word: a day, else a username, else the beginning of a model's name."""
        for word in search_term.split():
            queryset = queryset.filter(_condition(word))
        return queryset, False

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "export/",
            self.admin_site.admin_view(self.export),
            name="conversations_ledgerentry_export",
        )
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Export the entries that the list's filters select, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            entries = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:conversations_ledgerentry_changelist"))
        response = StreamingHttpResponse(_file(entries), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="ledger.csv"'
        return response


def _condition(word: str) -> Q:
    try:
        return Q(day=date.fromisoformat(word))
    except ValueError:
        pass
    if LedgerEntry.objects.filter(username=word).exists():
        return Q(username=word)
    # The totals have every name of the ledger in a fraction of its rows.
    names = UsageTotal.objects.filter(model_name__istartswith=word).order_by()
    return Q(model_name__in=list(names.values_list("model_name", flat=True).distinct()))


async def _file(entries: QuerySet[Any]) -> AsyncIterator[str]:
    yield "".join(csv.lines(EXPORTED, ()))
    async for rows in in_pieces(entries, "settled_at", EXPORTED):
        yield "".join(csv.line(cells) for cells in map(_cells, rows))


def _cells(row: dict[str, Any]) -> Iterator[Cell]:
    for name in EXPORTED:
        value = row[name]
        if isinstance(value, datetime):
            value = localtime(value)
        yield value if value is None or isinstance(value, int) else str(value)
