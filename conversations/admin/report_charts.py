"""The charts of the usage reports; the sentence above each states its main result."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.admin import charts, number_format
from conversations.admin.charts import Bar, BarChart, Chart, ColumnChart, Remark
from conversations.usage.chart_geometry import ChartValue, day_marks, stacked
from conversations.usage.reports import Breakdown, Row, Sums

# The models that a sentence names.
MOST_NAMED = 5


def of_days(breakdown: Breakdown, _page: Sequence[Row]) -> list[Chart]:
    """Tokens, time to the first token, and estimates, by day."""
    if not breakdown.total.answers:
        return [Remark(_("There were no answers in this period."))]
    rows = breakdown.rows
    return [_tokens_by_day(rows), _waiting_by_day(breakdown), _estimates_by_day(breakdown)]


def _tokens_by_day(rows: Sequence[Row]) -> Chart:
    most = max(rows, key=lambda row: row.sums.tokens)
    if not most.sums.tokens:
        return Remark(_("No tokens were used."))
    values = {
        "tokens": number_format.count(sum(row.sums.tokens for row in rows)),
        "day": _day(most),
        "most": number_format.count(most.sums.tokens),
    }
    text = _("%(tokens)s tokens were used, most on %(day)s: %(most)s.") % values
    if len(rows) == 1:
        text = _("%(tokens)s tokens were used.") % values
    amounts = [_reading(row.sums) for row in rows]
    return _columns(rows, amounts, text, _("Tokens a day"), _token_series())


def _reading(sums: Sums) -> ChartValue:
    text = _("%(tokens)s tokens, %(prompt)s of them in prompts") % {
        "tokens": number_format.count(sums.tokens),
        "prompt": number_format.count(sums.prompt_tokens),
    }
    return ChartValue((sums.prompt_tokens, sums.completion_tokens), text)


def _waiting_by_day(breakdown: Breakdown) -> Chart:
    timed = [row for row in breakdown.rows if row.sums.first_token_answers]
    if not timed:
        return Remark(_("No answer reached its first token."))
    slowest = max(timed, key=_waiting)
    text = _("The first token took %(mean)s on average, longest on %(day)s: %(most)s.")
    if len(timed) == 1:
        text = _("The first token took %(mean)s on average.")
    values = {
        "mean": number_format.seconds(breakdown.total.mean_first_token_ms),
        "day": _day(slowest),
        "most": number_format.seconds(_waiting(slowest)),
    }
    amounts = [
        ChartValue((_waiting(row) / 1000,), number_format.seconds(row.sums.mean_first_token_ms))
        for row in breakdown.rows
    ]
    unit = _("Mean seconds to the first token")
    return _columns(breakdown.rows, amounts, text % values, unit)


def _estimates_by_day(breakdown: Breakdown) -> Chart:
    if not breakdown.total.estimated:
        return Remark(_("All counts come from the providers; none is estimated."))
    text = _("%(share)s of the answers were counted by an estimate, without a credible count.")
    amounts = [
        ChartValue(
            (row.sums.estimated_share * 100,), number_format.percent(row.sums.estimated_share)
        )
        for row in breakdown.rows
    ]
    return _columns(
        breakdown.rows,
        amounts,
        text % {"share": number_format.percent(breakdown.total.estimated_share)},
        _("Estimated answers in percent"),
    )


def _columns(
    rows: Sequence[Row],
    values: Sequence[ChartValue],
    sentence: str,
    unit: str,
    series: Sequence[str] = (),
) -> ColumnChart:
    days = [date.fromisoformat(row.name) for row in rows]
    titled = [
        ChartValue(value.amounts, f"{date_format(day)}: {value.text}")
        for day, value in zip(days, values, strict=True)
    ]
    drawn, scale = charts.columns(titled)
    return ColumnChart(sentence, unit, drawn, scale, day_marks(days), list(series))


def of_models(breakdown: Breakdown, page: Sequence[Row]) -> list[Chart]:
    """Tokens, the models that wrote more than was asked, and the time to the first token."""
    text = _("Of %(count)s models, %(name)s was used most: %(share)s of the tokens.")
    alone = _("All tokens were used with one model, %(name)s.")
    used = _most_used(breakdown, page, text, alone)
    return [used, *_overlong(breakdown), *_waiting_by_model(page)]


def _overlong(breakdown: Breakdown) -> list[Chart]:
    rows = [row for row in breakdown.rows if row.sums.overlong]
    if not rows:
        return []
    rows.sort(key=lambda row: -row.sums.overlong)
    named = ", ".join(
        ngettext("%(name)s in %(count)s answer", "%(name)s in %(count)s answers", row.sums.overlong)
        % {"name": row.name, "count": number_format.count(row.sums.overlong)}
        for row in rows[:MOST_NAMED]
    )
    return [Remark(_("Some models went on beyond the max_tokens of a request: %s.") % named)]


def of_users(breakdown: Breakdown, page: Sequence[Row]) -> list[Chart]:
    """Tokens by user."""
    text = _("Of %(count)s users, %(name)s used most: %(share)s of the tokens.")
    return [_most_used(breakdown, page, text, _("One user used all tokens: %(name)s."))]


def of_groups(breakdown: Breakdown, page: Sequence[Row]) -> list[Chart]:
    """Tokens by group."""
    text = _(
        "Of %(count)s groups, %(name)s used most: %(share)s of the tokens. "
        "A user in two groups counts in both."
    )
    alone = _("All tokens were used by one group, %(name)s.")
    named = Breakdown([row for row in breakdown.rows if row.key], breakdown.total)
    if breakdown.rows and not named.rows:
        return [Remark(_("No user with usage is in a group."))]
    return [_most_used(named, page, text, alone)]


def of_providers(breakdown: Breakdown, page: Sequence[Row]) -> list[Chart]:
    """Tokens by provider."""
    text = _("Of %(count)s providers, %(name)s was used most: %(share)s of the tokens.")
    alone = _("All tokens were used at one provider, %(name)s.")
    return [_most_used(breakdown, page, text, alone)]


def of_errors(breakdown: Breakdown, page: Sequence[Row]) -> list[Chart]:
    """Failed answers by error code."""
    total, rows = breakdown.total, breakdown.rows
    if not total.failed:
        return [Remark(_("No answer failed."))]
    text = _("%(share)s of %(answers)s answers failed, most often with “%(code)s”.") % {
        "share": number_format.percent(total.failed_share),
        "answers": number_format.count(total.answers),
        "code": rows[0].name,
    }
    most = rows[0].sums.answers
    bars = [
        _bar(row, (row.sums.answers,), most, number_format.count(row.sums.answers)) for row in page
    ]
    return [BarChart(text, _("Failed answers"), bars)]


def _most_used(breakdown: Breakdown, page: Sequence[Row], text: str, alone: str) -> Chart:
    if not breakdown.total.tokens or not breakdown.rows:
        return Remark(_("No tokens were used in this period."))
    first = breakdown.rows[0]
    values = {
        "count": number_format.count(len(breakdown.rows)),
        "name": first.name,
        "share": number_format.percent(first.sums.tokens / breakdown.total.tokens),
    }
    is_alone = len(breakdown.rows) == 1 and first.sums.tokens == breakdown.total.tokens
    most = max(row.sums.tokens for row in [first, *page])
    bars = [
        _bar(row, _amounts(row.sums), most, number_format.count(row.sums.tokens)) for row in page
    ]
    sentence = (alone if is_alone else text) % values
    return BarChart(sentence, _("Tokens"), bars, _token_series())


def _amounts(sums: Sums) -> tuple[float, ...]:
    return sums.prompt_tokens, sums.completion_tokens


def _waiting_by_model(page: Sequence[Row]) -> list[Chart]:
    timed = sorted((row for row in page if row.sums.first_token_answers), key=_waiting)
    if not timed:
        return []
    values = {
        "first": timed[0].name,
        "soonest": number_format.seconds(_waiting(timed[0])),
        "last": timed[-1].name,
        "latest": number_format.seconds(_waiting(timed[-1])),
    }
    text = _("%(first)s begins after %(soonest)s on average, %(last)s after %(latest)s.")
    if len(timed) == 1:
        text = _("%(first)s begins after %(soonest)s on average.")
    most = _waiting(timed[-1])
    bars = [
        _bar(row, (_waiting(row),), most, number_format.seconds(row.sums.mean_first_token_ms))
        for row in timed
    ]
    return [BarChart(text % values, _("Mean time to the first token"), bars)]


def _waiting(row: Row) -> float:
    return row.sums.mean_first_token_ms or 0.0


def _bar(row: Row, amounts: Sequence[float], most: float, value: str) -> Bar:
    return Bar(row.name, stacked(amounts, most), value)


def _day(row: Row) -> str:
    return date_format(date.fromisoformat(row.name), "MONTH_DAY_FORMAT")


def _token_series() -> list[str]:
    return [_("Prompt tokens"), _("Completion tokens")]
