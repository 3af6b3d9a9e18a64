"""Rules: the limits of users, groups and API keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.database import rows
from conversations.models.api_key import ApiKey
from conversations.models.counter import ALL_MODELS, ALL_USE, Counter, CounterQuerySet, Slot
from conversations.models.measure import Measure, Period, exact_amount, with_unit
from conversations.models.provider import LanguageModel
from conversations.models.user import User

# The name of the advisory lock: any number that nothing else uses.
_RULES_LOCK = 7_281_950

# Written by hand because it runs for every answer, and the ORM takes longer to build it than the
# database to run it.
_APPLYING = """
    enabled AND (
        user_id = %(user)s
        OR group_id IN (SELECT group_id FROM conversations_user_groups WHERE user_id = %(user)s)
        OR (user_id IS NULL AND group_id IS NULL AND api_key_id IS NULL)
        OR api_key_id = %(key)s
    ) AND (%(model)s = 0 OR language_model_id IS NULL OR language_model_id = %(model)s)
"""


class RuleQuerySet(models.QuerySet["Rule"]):
    def applying_to(
        self, user: User, model: LanguageModel | None, key: ApiKey | None = None
    ) -> list["Rule"]:
        """Enabled rules for the user, the user's groups or everyone, and for ``key``, that are for
        ``model`` or for all models.

        :func:`conversations.quotas.reservation.deciding_rules` chooses those that decide.
        """
        named = {"user": user, "model": model, "key": key}
        ids = {name: each.pk if each else 0 for name, each in named.items()}
        return rows.where(Rule, _APPLYING, ids)

    def lock_for_reserving(self) -> None:
        """Let no rule change until this transaction has ended.

        So a limit that starts to apply counts what this transaction reserves.
        """
        _lock("pg_advisory_xact_lock_shared")

    @contextmanager
    def changing(self, counters: CounterQuerySet) -> Iterator[None]:
        """A transaction that changes rules and deletes their counters.

        The next reservation counts again, so that a limit includes what was used before it
        applied. Waits for running reservations to commit, and makes new ones wait.
        """
        with transaction.atomic():
            _lock("pg_advisory_xact_lock")
            yield
            counters.delete_current()


def _lock(function: str) -> None:
    # SQLite has one writer at a time, and needs no lock.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_RULES_LOCK])


class Rule(models.Model):
    """A limit for each user, for each user of a group, or for one user; or for one API key, which
    applies in addition to the rule that decides for its user."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("user"),
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("group"),
    )
    api_key = models.ForeignKey(
        ApiKey,
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        related_name="rules",
        verbose_name=_("API key"),
    )
    measure = models.CharField(_("measure"), max_length=10, choices=Measure)
    period = models.CharField(_("period"), max_length=10, choices=Period)
    language_model = models.ForeignKey(
        LanguageModel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("only for the model"),
    )
    limit = models.BigIntegerField(
        _("limit"), help_text=_("Requests, tokens, or millionths of the currency.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    # The currency of costs, set by lists that read it once for all their rules.
    currency = ""

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, group=None)
                | Q(user=None, api_key=None)
                | Q(group=None, api_key=None),
                name="rule_has_one_subject",
            ),
            models.CheckConstraint(condition=Q(limit__gte=0), name="rule_limit_not_negative"),
        ]
        verbose_name = _("limit")
        verbose_name_plural = _("limits")

    def __str__(self) -> str:
        return f"{self.subject}: {self.in_full()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the rule. What was used before it applied counts as well."""
        counters = Counter.objects.of_slot(self.slot)
        if self.user_id:
            counters = counters.filter(user=self.user_id)
        with Rule.objects.changing(counters):
            super().save(*args, **kwargs)

    @property
    def subject(self) -> str:
        """The name of its subject: "Everyone", "Group: staff", "alice"."""
        if self.user:
            return str(self.user.get_username())
        if self.group:
            return gettext("Group: %(name)s") % {"name": self.group.name}
        if self.api_key:
            return gettext("API key: %(name)s") % {"name": self.api_key}
        return gettext("Everyone")

    def in_words(self, currency: str = "") -> str:
        """The limit as text: "100,000 tokens a day", "12.50 USD a month"."""
        number = exact_amount(self.measure, self.limit)
        amount = with_unit(self.measure, number, self.limit, currency or self.currency)
        return f"{amount} {self.get_period_display()}"

    def in_full(self, currency: str = "") -> str:
        """As :meth:`in_words`, with the name of its model if it has one."""
        limit, model = self.in_words(currency), self.language_model
        if model is None:
            return limit
        return gettext("%(limit)s for %(model)s") % {"limit": limit, "model": model.name}

    @property
    def model_scope(self) -> int:
        """The id of its model; :data:`ALL_MODELS` where it is for all of them together."""
        return self.language_model_id or ALL_MODELS

    @property
    def key_scope(self) -> int:
        """The id of its API key; :data:`ALL_USE` where all that the user does is counted."""
        return self.api_key_id or ALL_USE

    @property
    def slot(self) -> Slot:
        """The slot in which it competes with other rules."""
        return Slot(self.measure, self.period, self.model_scope, self.key_scope)
