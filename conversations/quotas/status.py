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

# Answers end within seconds, and each end can make room.
HELD_SECONDS = 5


@dataclass(frozen=True)
class Answers:
    """A turn of several answers: the number that was asked for, and that there is room for."""

    asked: int
    room: int


class QuotaExceeded(Refused):
    """A limit leaves too little for ``needed``, the least amount that makes sense.

    ``message`` names the limit, and what is left of it, used and held. ``is_held`` is true where
    running answers hold what is missing: what they do not use becomes free when they end.
    ``answers`` is set for a turn of several. ``resets_at`` is when the limit resets; None for one
    that never does, or where ``needed`` is more than the whole limit.
    """

    def __init__(self, standing: "Standing", needed: int, answers: Answers | None = None) -> None:
        rule = standing.rule
        fits_never = needed > rule.limit
        # A running answer has used its request, and holds more tokens than it may need.
        gives_back = Measure(rule.measure).grows_with_length and standing.held > 0
        self.is_held = gives_back and standing.used + needed <= rule.limit
        reason = standing.refusal_of_held() if self.is_held else standing.refusal(fits_never)
        super().__init__("quota_exceeded", f"{_too_many(answers)} {reason}" if answers else reason)
        self.standing = standing
        self.needed = needed
        self.answers = answers
        self.resets_at = None if fits_never else standing.resets_at

    @property
    def seconds_left(self) -> int | None:
        """The seconds until a retry can succeed; None where it never can."""
        seconds = _seconds_until(self.resets_at)
        if self.is_held:
            return min(HELD_SECONDS, seconds or HELD_SECONDS)
        return seconds


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

    def refusal(self, fits_never: bool = False) -> str:
        """The reason of a refusal as text: the limit, what is left, and when it resets."""
        parts = {"limit": self._limit(), "rest": self._rest(), "resets": _in_words(self.resets_at)}
        if fits_never:
            return _("%(limit)s, and this needs more.") % parts
        if self.resets_at is None:
            return _("%(limit)s, and %(rest)s.") % parts
        text = _("%(limit)s; %(rest)s, which is too little for this. It resets %(resets)s.")
        return text % parts

    def refusal_of_held(self) -> str:
        """The reason of a refusal while running answers hold what is missing."""
        text = _(
            "%(limit)s: %(used)s used, and %(held)s set aside for answers that are being written "
            "or wait for their turn. What they do not use is free again when they end. Try again "
            "then."
        )
        return text % self._amounts()

    def cut(self, *, is_shared: bool) -> str:
        """The notice at the end of an answer that this limit cut; ``is_shared`` if other answers
        hold a part of it."""
        text = _("%(limit)s, and all of it is used: this answer ends here.")
        if is_shared:
            text = _(
                "%(limit)s, and what is left of it is set aside for other answers that are being "
                "written: this answer ends here."
            )
        return text % self._amounts()

    def _amounts(self) -> dict[str, str]:
        measure = self.rule.measure
        return {
            "limit": self._limit(),
            "used": amount_in_words(measure, self.used),
            "held": amount_in_words(measure, self.held),
        }

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


def _too_many(answers: Answers) -> str:
    text = _("%(asked)s answers were asked for, and there is room for %(room)s.")
    return text % {"asked": answers.asked, "room": answers.room}


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
