"""Counters: used and held amounts in the windows of limits. Holds: reserves of running answers."""

from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.models.measure import Measure, Period

# In ``Counter.model_scope``: the counter is for all models together.
ALL_MODELS = 0
# In ``Counter.key_scope``: the counter is for all that the user does, with API keys or without.
ALL_USE = 0


class Slot(NamedTuple):
    """The key under which rules compete: one rule of a slot decides, and reads its counter."""

    measure: str
    period: str
    model_scope: int
    key_scope: int


class CounterQuerySet(models.QuerySet["Counter"]):
    def of_slot(self, slot: Slot) -> "CounterQuerySet":
        """The counters that rules of this slot read."""
        return self.filter(**slot._asdict())

    def delete_current(self) -> None:
        """Delete the counters of the current windows. The next reservation counts them again."""
        now = timezone.now()
        current = self.filter(period_start__in=[period.start(now) for period in Period])
        # Locked in the order of slots, as reservations and settlements do: no deadlock.
        list(current.select_for_update().order_by(*Slot._fields).values_list("pk"))
        current.delete()


class Counter(models.Model):
    """The used and held amount of one measure in one window, for one user: with one API key, or
    in all.

    It belongs to no rule: rules of one slot read the same counter. A counter can be deleted at any
    time: it is computed again from the ledger and the holds
    (:mod:`conversations.quotas.counters`).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="counters"
    )
    measure = models.CharField(max_length=10, choices=Measure)
    period = models.CharField(max_length=10, choices=Period)
    model_scope = models.BigIntegerField(default=ALL_MODELS)
    key_scope = models.BigIntegerField(default=ALL_USE)
    period_start = models.DateTimeField()
    used = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    objects = CounterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "measure", "period", "model_scope", "key_scope", "period_start"],
                name="one_counter_a_window",
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(held__gte=0), name="counter_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used:,}+{self.held:,} {self.measure} {self.period}"

    @property
    def slot(self) -> Slot:
        """The slot of the rules that read it."""
        return Slot(self.measure, self.period, self.model_scope, self.key_scope)


class Hold(models.Model):
    """The amounts reserved for one running generation, at the prices of its start: a lease on
    tokens that is renewed while they come (:mod:`conversations.quotas.renewal`).

    ``prompt_bound`` is a careful estimate of its prompt, and what is known of it once it has been
    renewed. ``completion_bound`` is what it may write before the next renewal. ``asked_tokens`` is
    the most that its provider was asked for, None where that was left open, and ``longest`` the
    most that it can be expected to count; both are for all its answers together. ``parts`` is a
    list of [counter id, measure, amount]. Settlement deletes the row.
    """

    generation_id = models.UUIDField(unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="holds"
    )
    username = models.CharField(max_length=150)
    model_name = models.CharField(max_length=200)
    provider_name = models.CharField(max_length=100)
    prompt_price = models.DecimalField(max_digits=12, decimal_places=4)
    completion_price = models.DecimalField(max_digits=12, decimal_places=4)
    prompt_bound = models.PositiveIntegerField()
    completion_bound = models.PositiveIntegerField(default=0)
    asked_tokens = models.BigIntegerField(null=True)
    longest = models.BigIntegerField(default=0)
    prompt_estimate = models.PositiveIntegerField()
    api_key_name = models.CharField(max_length=130, blank=True, default="")
    parts = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return str(self.generation_id)
