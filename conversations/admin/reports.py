"""The usage reports, each with its rows, charts and columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.admin import number_format, report_charts
from conversations.admin.charts import Chart
from conversations.admin.csv import Cell
from conversations.admin.number_format import Money
from conversations.models import MICROS
from conversations.usage import reports
from conversations.usage.reports import Breakdown, Row, Selection, Sums

Text = str | Promise


@dataclass(frozen=True)
class ReportTotal:
    """The sums of all rows, for shares, and the format of money on the page."""

    sums: Sums
    money: Money


@dataclass(frozen=True)
class Column:
    """A column of numbers: as text for the page and, if ``value`` is given, for the CSV file."""

    name: str
    title: Text
    text: Callable[[Sums, ReportTotal], str]
    value: Callable[[Sums], Cell] | None = None


@dataclass(frozen=True)
class Report:
    """One report. ``parameter`` is the filter that selects one of its rows; if there is none,
    ``ledger_parameter`` is the ledger's filter for the entries of a row.

    ``charts`` takes all rows, and those on the current page.
    """

    slug: str
    title: Text
    column: Text
    rows: Callable[[Selection], Breakdown]
    charts: Callable[[Breakdown, Sequence[Row]], list[Chart]]
    columns: tuple[Column, ...]
    parameter: str = ""
    ledger_parameter: str = ""
    page_rows: int = 20
    newest_first: bool = False
    # The name of a row on the page; the CSV file has it as it is.
    row_name: Callable[[str], str] = str


def _counted(name: str, title: Text, value: Callable[[Sums], int]) -> Column:
    return Column(name, title, lambda sums, _total: number_format.count(value(sums)), value)


ANSWERS = _counted("answers", _("Answers"), lambda sums: sums.answers)
USAGE = (
    ANSWERS,
    _counted("prompt_tokens", _("Prompt tokens"), lambda sums: sums.prompt_tokens),
    _counted("completion_tokens", _("Completion tokens"), lambda sums: sums.completion_tokens),
    _counted("total_tokens", _("Tokens"), lambda sums: sums.tokens),
    Column(
        "cost",
        _("Cost"),
        lambda sums, total: total.money.bare(sums.cost_micros),
        lambda sums: f"{sums.cost_micros / MICROS:.6f}",
    ),
    Column(
        "mean_first_token_ms",
        _("First token"),
        lambda sums, _total: number_format.seconds(sums.mean_first_token_ms),
        lambda sums: None if sums.mean_first_token_ms is None else round(sums.mean_first_token_ms),
    ),
    Column(
        "estimated_answers",
        _("Estimated"),
        lambda sums, _total: number_format.aligned_percent(sums.estimated_share),
        lambda sums: sums.estimated,
    ),
    _counted("failed_answers", _("Failed"), lambda sums: sums.failed),
)
# Whether a server keeps to what it is asked depends on the model and the server alone.
OF_SERVERS = (
    *USAGE,
    _counted("overlong_answers", _("Too long"), lambda sums: sums.overlong),
)
ERRORS = (
    ANSWERS,
    Column(
        "share_of_failed",
        _("Of failed answers"),
        lambda sums, total: number_format.aligned_percent(sums.answers / total.sums.failed),
    ),
)
REPORTS = (
    Report(
        "days",
        _("Days"),
        _("Day"),
        reports.by_day,
        report_charts.of_days,
        USAGE,
        ledger_parameter="q",
        page_rows=31,
        newest_first=True,
        row_name=lambda name: date_format(date.fromisoformat(name)),
    ),
    Report(
        "models",
        _("Models"),
        _("Model"),
        reports.by_model,
        report_charts.of_models,
        OF_SERVERS,
        parameter="model",
    ),
    Report(
        "people",
        _("Users"),
        _("User"),
        reports.by_user,
        report_charts.of_users,
        USAGE,
        parameter="person",
    ),
    Report(
        "groups",
        _("Groups"),
        _("Group"),
        reports.by_group,
        report_charts.of_groups,
        USAGE,
        parameter="group",
    ),
    Report(
        "providers",
        _("Providers"),
        _("Provider"),
        reports.by_provider,
        report_charts.of_providers,
        OF_SERVERS,
        parameter="provider",
    ),
    Report(
        "errors",
        _("Errors"),
        _("Error"),
        reports.by_error,
        report_charts.of_errors,
        ERRORS,
        ledger_parameter="error_code",
    ),
)
