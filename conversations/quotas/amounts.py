"""Parses limits from text, and sets the limits of users."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import audit
from conversations.models import MICROS, LanguageModel, Measure, Rule, User

# A quadrillion: far from the end of the database's integers, whatever is added to it.
LARGEST = 10**15
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
_NUMBER = re.compile(
    r"(?P<whole>\d{1,3}(?:[ ,_\u00a0\u202f]\d{3})+|\d+)(?P<part>\.\d+)?\s*(?P<unit>[km]?)",
    re.ASCII | re.IGNORECASE,
)


class NotALimit(ValueError):
    """The text is not a limit of that measure; the message says what to write instead."""


@dataclass(frozen=True)
class Limit:
    """An amount of a measure in a period, for one model or for all of them together."""

    measure: str
    period: str
    model: LanguageModel | None
    amount: int


def amount_from_words(measure: str, text: str) -> int:
    """The integer that a rule stores for "100k", "1,500" or, for money, "12.50".

    Raises :class:`NotALimit`.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise NotALimit(_("Write a number such as 500, 1,500, 100k or 2.5M."))
    digits = re.sub(r"\D", "", found["whole"]) + (found["part"] or "")
    number = Decimal(digits) * _UNITS[found["unit"].lower()]
    # 1.500 is fifteen hundred in one country, and one and a half in another.
    is_money = Measure(measure).is_money
    if not is_money and found["part"] and not found["unit"]:
        raise NotALimit(_("Write a whole number, without a point: 1500 or 1,500."))
    exact = number * MICROS if is_money else number
    if exact != exact.to_integral_value():
        raise NotALimit(_("This number has too many decimal places."))
    if exact > LARGEST:
        raise NotALimit(_("This number is too large. Leave the limit out instead."))
    return int(exact)


def rule_in_place(
    user: User | None,
    group: Group | None,
    slot: tuple[str, str, int | None],
    *,
    but: Rule | None = None,
) -> Rule | None:
    """The rule, other than ``but``, that this subject has in a slot: measure, period, model id."""
    measure, period, model_id = slot
    found = Rule.objects.filter(user=user, group=group, api_key=None)
    found = found.filter(measure=measure, period=period, language_model_id=model_id)
    return found.exclude(pk=but.pk if but and but.pk else 0).order_by("pk").first()


@transaction.atomic
def set_limit(actor: User | None, user: User, limit: Limit) -> Rule:
    """Set the limit of one user, and replace the one that the user had in that slot."""
    model_id = limit.model.pk if limit.model else None
    rule = rule_in_place(user, None, (limit.measure, limit.period, model_id))
    action = "changed" if rule else "added"
    rule = rule or Rule(
        user=user, measure=limit.measure, period=limit.period, language_model=limit.model
    )
    before = audit.snapshot(rule) if rule.pk else {}
    rule.limit, rule.enabled = limit.amount, True
    rule.save()
    audit.record(actor, action, rule, before, audit.snapshot(rule))
    return rule


@transaction.atomic
def set_limits(actor: User | None, users: Iterable[User], limit: Limit) -> int:
    """Set the same limit for each of the users; return the number of users."""
    return len([set_limit(actor, user, limit) for user in users])
