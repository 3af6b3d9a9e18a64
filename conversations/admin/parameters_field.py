"""The form field for a model's parameter rules: a table instead of raw JSON."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.catalog.parameters import fault_of_rule
from conversations.upstream import PARAMETERS, Parameter, Range

# The parameters for tools and JSON follow from the abilities of the model and have no row.
ROWS = {each.name: each for each in PARAMETERS if each.range or each.needs is None}
ENDS = ("low", "high", "default")

Rules = dict[str, dict[str, Any]]


class ParametersWidget(forms.Widget):
    """A table with a row for each parameter: allowed, lowest, highest, default."""

    template_name = "admin/conversations/languagemodel/parameters.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The rows, with the site's own range as the placeholder of each box."""
        rules: Rules = value or {}
        rows = [_row(name, each, rules.get(each.name) or {}) for each in ROWS.values()]
        return {**super().get_context(name, None, attrs), "rows": rows}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Rules:
        """The entered texts, by parameter."""
        return {
            each: {
                "allowed": f"{name}-{each}-allowed" in data,
                **{end: data.get(f"{name}-{each}-{end}", "").strip() for end in ENDS},
            }
            for each in ROWS
        }

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """False: browsers do not send boxes without a tick."""
        return False

    def id_for_label(self, id_: str | None) -> str:
        """Empty: each box has its own label."""
        return ""

    def _render(self, template_name: str, context: Any, renderer: Any = None) -> SafeString:
        # The default form renderer does not find the site's templates.
        return render_to_string(template_name, context)


def _row(field: str, parameter: Parameter, rule: Mapping[str, Any]) -> dict[str, Any]:
    box = f"{field}-{parameter.name}"
    row: dict[str, Any] = {
        "name": parameter.name,
        "allowed": {"name": f"{box}-allowed", "checked": rule.get("allowed", True)},
    }
    if parameter.range:
        row["ends"] = [_end(box, parameter, end, rule.get(end)) for end in ENDS]
    return row


def _end(box: str, parameter: Parameter, end: str, value: Any) -> dict[str, Any]:
    headings = {"low": _("Lowest"), "high": _("Highest"), "default": _("Default")}
    return {
        "name": f"{box}-{end}",
        "heading": headings[end],
        "label": f"{headings[end]} {parameter.name}",
        "value": "" if value is None else value,
        "hint": _hint(parameter.range, end),
        "usable": end != "default" or parameter.has_default,
        "is_whole": parameter.kind == "integer",
    }


def _hint(service: Range | None, end: str) -> str:
    # The ends of a seed, 19 digits long, say nothing that is of use.
    if service is None or end == "default" or service.high >= 2**53:
        return ""
    return f"{getattr(service, end):g}"


class ParametersField(forms.Field):
    """Rules by parameter, as ``LanguageModel.parameters`` stores them, without empty ones."""

    widget = ParametersWidget

    def clean(self, value: Rules) -> Rules:
        """The rules. Raises ValidationError with the faults of each parameter."""
        rules, faults = {}, []
        for name, parameter in ROWS.items():
            try:
                rule = _rule(parameter, value[name])
            except ValueError as error:
                faults.append(f"{name}: {error}")
                continue
            if rule:
                rules[name] = rule
        if faults:
            raise ValidationError(faults)
        return rules

    def has_changed(self, initial: Any, data: Any) -> bool:
        """True if the rules differ from the initial ones, however they were entered."""
        try:
            return self.clean(data) != {
                name: rule for name, rule in (initial or {}).items() if name in ROWS
            }
        except ValidationError:
            return True


def _rule(parameter: Parameter, entered: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {} if entered["allowed"] else {"allowed": False}
    if parameter.range:
        numbers = {end: _number(parameter, str(entered[end])) for end in ENDS}
        if not parameter.has_default:
            numbers["default"] = None
        rule |= {end: number for end, number in numbers.items() if number is not None}
        if fault := fault_of_rule(parameter.name, rule):
            raise ValueError(fault)
    return rule


def _number(parameter: Parameter, text: str) -> float | None:
    if not text:
        return None
    is_whole = parameter.kind == "integer"
    try:
        return int(text) if is_whole else float(text)
    except ValueError:
        kind = _("a whole number") if is_whole else _("a number")
        raise ValueError(_("“%(text)s” is not %(kind)s.") % {"text": text, "kind": kind}) from None
