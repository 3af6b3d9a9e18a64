"""The pages about usage: what each is about, its rows, its charts and its columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.admin import number_format, report_charts
from conversations.admin.charts import Chart
from conversations.admin.csv import Cell
from conversations.admin.number_format import Money
from conversations.models import MICROS
from conversations.usage import reports
from conversations.usage.reports import Breakdown, Row, Selection, Sums

Words = str | Promise


@dataclass(frozen=True)
class Whole:
    """What the figures of a row are seen against: all answers, and how money is written."""

    total: Sums
    money: Money


@dataclass(frozen=True)
class Column:
    """A column of figures: for people, and where ``value`` is given for spreadsheets."""

    name: str
    title: Words
    text: Callable[[Sums, Whole], str]
    value: Callable[[Sums], Cell] | None = None


@dataclass(frozen=True)
class Report:
    """One page. ``parameter`` is the filter that selects one of its rows; where none can,
    ``ledger_parameter`` is the ledger's for the entries of a row.

    ``charts`` takes the whole breakdown, and the rows on the page that is shown.
    """

    slug: str
    title: Words
    column: Words
    rows: Callable[[Selection], Breakdown]
    charts: Callable[[Breakdown, Sequence[Row]], list[Chart]]
    columns: tuple[Column, ...]
    parameter: str = ""
    ledger_parameter: str = ""
    page_rows: int = 20
    newest_first: bool = False


def _counted(name: str, title: Words, value: Callable[[Sums], int]) -> Column:
    return Column(name, title, lambda sums, _whole: number_format.count(value(sums)), value)


ANSWERS = _counted("answers", _("Answers"), lambda sums: sums.answers)
USAGE = (
    ANSWERS,
    _counted("prompt_tokens", _("Prompt tokens"), lambda sums: sums.prompt_tokens),
    _counted("completion_tokens", _("Completion tokens"), lambda sums: sums.completion_tokens),
    _counted("total_tokens", _("Tokens"), lambda sums: sums.tokens),
    Column(
        "cost",
        _("Cost"),
        lambda sums, whole: whole.money.bare(sums.cost_micros),
        lambda sums: f"{sums.cost_micros / MICROS:.6f}",
    ),
    Column(
        "mean_first_token_ms",
        _("First token"),
        lambda sums, _whole: number_format.seconds(sums.mean_first_token_ms),
        lambda sums: None if sums.mean_first_token_ms is None else round(sums.mean_first_token_ms),
    ),
    Column(
        "estimated_answers",
        _("Estimated"),
        lambda sums, _whole: number_format.aligned_percent(sums.estimated_share),
        lambda sums: sums.estimated,
    ),
    _counted("failed_answers", _("Failed"), lambda sums: sums.failed),
)
ERRORS = (
    ANSWERS,
    Column(
        "share_of_failed",
        _("Of failed answers"),
        lambda sums, whole: number_format.aligned_percent(sums.answers / whole.total.failed),
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
    ),
    Report(
        "models",
        _("Models"),
        _("Model"),
        reports.by_model,
        report_charts.of_models,
        USAGE,
        parameter="model",
    ),
    Report(
        "people",
        _("People"),
        _("Person"),
        reports.by_person,
        report_charts.of_people,
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
        USAGE,
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
