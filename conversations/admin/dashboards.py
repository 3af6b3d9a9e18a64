"""The reports of usage, at /admin/usage/."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from conversations.admin import csv, number_format
from conversations.admin.number_format import Money
from conversations.admin.reports import REPORTS, Report, ReportTotal
from conversations.admin.usage_filters import (
    PRESETS,
    UsageFilters,
    days_until_today,
    with_parameters,
)
from conversations.models import Policy
from conversations.usage.reports import Row, Sums

BY_SLUG = {report.slug: report for report in REPORTS}


@dataclass(frozen=True)
class Tile:
    """One number about the whole selection."""

    title: str
    value: str
    remark: str = ""


def usage(request: HttpRequest, slug: str = "days") -> HttpResponse:
    """The page of one report."""
    report = _report(request, slug)
    filters = UsageFilters(request.GET)
    breakdown = report.rows(filters.selection())
    total = _report_total(breakdown.total)
    rows = breakdown.rows[::-1] if report.newest_first else breakdown.rows
    page = Paginator(rows, report.page_rows).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Usage"),
        "report": report,
        "filters": filters,
        "tabs": [_tab(request, each, slug) for each in REPORTS],
        "presets": [_preset(request, days, filters) for days in PRESETS],
        "tiles": _tiles(total),
        "charts": report.charts(breakdown, list(page)),
        "lines": [_line(request, report, row, total) for row in page if total.sums.answers],
        "page": page,
        "page_links": _page_links(request, page),
        "csv": reverse("usage_csv", args=[slug]) + with_parameters(request),
    }
    return render(request, "admin/usage/page.html", context)


def usage_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """All rows of the report as CSV."""
    report = _report(request, slug)
    breakdown = report.rows(UsageFilters(request.GET).selection())
    columns = [(each.name, each.value) for each in report.columns if each.value]
    header = [str(report.column).lower(), *(name for name, _value in columns)]
    rows = ([row.name, *(value(row.sums) for _name, value in columns)] for row in breakdown.rows)
    response = HttpResponse(
        "".join(csv.lines(header, rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="usage-{slug}.csv"'
    return response


def _report(request: HttpRequest, slug: str) -> Report:
    if not request.user.has_perm("conversations.view_ledgerentry"):
        raise PermissionDenied
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _report_total(sums: Sums) -> ReportTotal:
    return ReportTotal(sums, Money.on_page_of(sums.cost_micros, Policy.current().currency))


def _address(slug: str) -> str:
    return reverse("usage") if slug == "days" else reverse("usage_of", args=[slug])


def _tab(request: HttpRequest, report: Report, current: str) -> dict[str, Any]:
    link = _address(report.slug) + with_parameters(request)
    return {"title": report.title, "link": link, "is_current": report.slug == current}


def _preset(request: HttpRequest, days: int, filters: UsageFilters) -> dict[str, Any]:
    first, last = days_until_today(days)
    chosen = filters.selection()
    return {
        "days": days,
        "link": with_parameters(request, first=first.isoformat(), last=last.isoformat()),
        "is_current": (chosen.first, chosen.last) == (first, last),
    }


def _tiles(total: ReportTotal) -> list[Tile]:
    sums = total.sums
    return [
        Tile(_("Answers"), number_format.count(sums.answers)),
        Tile(_("Tokens"), number_format.count(sums.tokens)),
        Tile(_("Cost"), total.money.named(sums.cost_micros)),
        Tile(_("First token"), number_format.seconds(sums.mean_first_token_ms)),
        Tile(_("Estimated"), number_format.percent(sums.estimated_share)),
        Tile(
            _("Failed"),
            number_format.count(sums.failed),
            number_format.percent(sums.failed_share),
        ),
    ]


def _page_links(request: HttpRequest, page: "Page[Row]") -> dict[str, str]:
    """Links to the previous and the next page of rows."""
    links = {}
    if page.has_previous():
        links["previous"] = with_parameters(request, page=str(page.previous_page_number()))
    if page.has_next():
        links["next"] = with_parameters(request, page=str(page.next_page_number()))
    return links


def _line(request: HttpRequest, report: Report, row: Row, total: ReportTotal) -> dict[str, Any]:
    cells = [column.text(row.sums, total) for column in report.columns]
    return {"name": report.row_name(row.name), "link": _link(request, report, row), "cells": cells}


def _link(request: HttpRequest, report: Report, row: Row) -> str:
    """The link of a row: to its days, or to its entries in the ledger."""
    if row.key and report.parameter:
        return _address("days") + with_parameters(request, **{report.parameter: row.key})
    if row.key and row.sums.answers and report.ledger_parameter:
        ledger = reverse("admin:conversations_ledgerentry_changelist")
        return f"{ledger}?{urlencode({report.ledger_parameter: row.key})}"
    return ""
