"""The status of one limit for one user, and the error when it is exhausted."""

import math
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations import days
from conversations.models import Measure, Rule, money, with_unit
from conversations.refusal import Refused


class QuotaExceeded(Refused):
    """A limit leaves too little. ``message`` names the limit, what is left, and when it resets.

    ``resets_at`` is that moment; None for a limit that never resets, or where ``needed``, the
    least amount that makes sense, is more than the whole limit.
    """

    def __init__(self, standing: "Standing", needed: int) -> None:
        fits_never = needed > standing.rule.limit
        super().__init__("quota_exceeded", standing.refusal(fits_never=fits_never))
        self.standing = standing
        self.resets_at = None if fits_never else standing.resets_at

    @property
    def seconds_left(self) -> int | None:
        """The seconds until a retry can succeed; None where it never can."""
        return _seconds_until(self.resets_at)


@dataclass(frozen=True)
class Standing:
    """The status of one limit for one user: used and held amounts, and the end of its window."""

    rule: Rule
    used: int
    held: int
    resets_at: datetime | None

    @property
    def left(self) -> int:
        """The amount that can still be reserved, never below zero."""
        return max(0, self.rule.limit - self.used - self.held)

    @property
    def seconds_left(self) -> int | None:
        """The seconds until it resets, at least one; None for a limit that never resets."""
        return _seconds_until(self.resets_at)

    def refusal(self, *, fits_never: bool = False) -> str:
        """The reason of a refusal as text: the limit, what is left, and when it resets."""
        parts = {"limit": self._limit(), "rest": self._rest(), "resets": _in_words(self.resets_at)}
        if fits_never:
            return _("%(limit)s, and this needs more.") % parts
        if self.resets_at is None:
            return _("%(limit)s, and %(rest)s.") % parts
        text = _("%(limit)s; %(rest)s, which is too little for this. It resets %(resets)s.")
        return text % parts

    def _limit(self) -> str:
        rule = self.rule
        names = {"limit": rule.in_full(), "group": rule.group.name if rule.group else ""}
        if rule.api_key_id:
            return _("The limit of this API key is %(limit)s") % names
        if rule.group:
            return _("The limit of your group “%(group)s” is %(limit)s") % names
        return _("Your limit is %(limit)s") % names

    def _rest(self) -> str:
        rest = amount_in_words(self.rule.measure, self.left)
        return ngettext("%s is left", "%s are left", self.left) % rest


def amount_in_words(measure: str, amount: int) -> str:
    """An amount as text: "1,200 tokens", "1 request", "0.42 USD", "0.00042 USD"."""
    number = money(amount) if Measure(measure).is_money else f"{amount:,}"
    return with_unit(measure, number, amount)


def _seconds_until(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    return max(1, math.ceil((moment - timezone.now()).total_seconds()))


def _in_words(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return _("on %(day)s at %(time)s %(zone)s") % {
        "day": date_format(local, "j F"),
        "time": date_format(local, "H:i"),
        "zone": days.zone_name(),
    }
