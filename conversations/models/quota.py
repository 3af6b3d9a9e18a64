"""How much people may use, what is held for running answers, and what was used."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.api_key import ApiKey
from conversations.models.provider import LanguageModel
from conversations.models.user import User

# In ``Counter.model_scope``: the counter is for all models together.
ALL_MODELS = 0
# In ``Counter.key_scope``: the counter is for all that the person does, with keys or without.
ALL_USE = 0
MICROS = 1_000_000


class Measure(TextChoices):
    """What a rule limits. Cost is counted in millionths of the currency."""

    REQUESTS = "requests", _("requests")
    TOKENS = "tokens", _("tokens")
    COST = "cost", _("cost")


class Period(TextChoices):
    """How long a limit holds: calendar windows in UTC, or all time."""

    MINUTE = "minute", _("a minute")
    HOUR = "hour", _("an hour")
    DAY = "day", _("a day")
    MONTH = "month", _("a month")
    TOTAL = "total", _("in all")

    def start(self, moment: datetime) -> datetime:
        """When the window began that ``moment`` lies in."""
        whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
        match self:
            case Period.MINUTE:
                return whole
            case Period.HOUR:
                return whole.replace(minute=0)
            case Period.DAY:
                return whole.replace(minute=0, hour=0)
            case Period.MONTH:
                return whole.replace(minute=0, hour=0, day=1)
        return datetime(1970, 1, 1, tzinfo=UTC)

    def end(self, moment: datetime) -> datetime | None:
        """When the window ends that ``moment`` lies in; None for all time."""
        start = self.start(moment)
        match self:
            case Period.MINUTE:
                return start + timedelta(minutes=1)
            case Period.HOUR:
                return start + timedelta(hours=1)
            case Period.DAY:
                return start + timedelta(days=1)
            case Period.MONTH:
                return (start + timedelta(days=32)).replace(day=1)
        return None


# Written out because it runs for every answer, and the ORM takes longer to compose it than the
# database to carry it out.
_TOUCHING = """
    SELECT * FROM conversations_rule AS rule
    WHERE enabled AND (
        user_id = %(user)s
        OR group_id IN (SELECT group_id FROM conversations_user_groups WHERE user_id = %(user)s)
        OR (user_id IS NULL AND group_id IS NULL AND api_key_id IS NULL)
        OR api_key_id = %(key)s
    ) AND (%(model)s = 0 OR language_model_id IS NULL OR language_model_id = %(model)s)
"""


class RuleQuerySet(models.QuerySet["Rule"]):
    def touching(
        self, user: User, model: LanguageModel | None, key: ApiKey | None = None
    ) -> list["Rule"]:
        """Enabled rules for the person, the person's groups or everyone, and for ``key``; for
        ``model``, or for any.

        Which of them decide is said by :func:`conversations.quotas.deciding_rules`.
        """
        named = {"user": user, "model": model, "key": key}
        return list(
            self.raw(_TOUCHING, {name: each.pk if each else 0 for name, each in named.items()})
        )


class Rule(models.Model):
    """What each person may use: everyone, everyone of a group, or one person; or what may be used
    with one API key, which holds beside what decides for its person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("person"),
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
    measure = models.CharField(_("what is limited"), max_length=10, choices=Measure)
    period = models.CharField(_("in"), max_length=10, choices=Period)
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
        return f"{self.limit:,} {self.get_measure_display()} {self.get_period_display()}"

    @property
    def model_scope(self) -> int:
        """The key of the counters that this rule reads."""
        return self.language_model_id or ALL_MODELS

    @property
    def key_scope(self) -> int:
        """Whether it counts what is done with one key, or all that the person does."""
        return self.api_key_id or ALL_USE

    @property
    def slot(self) -> tuple[str, str, int, int]:
        """Rules of one slot compete, and one of them decides."""
        return (self.measure, self.period, self.model_scope, self.key_scope)


class Counter(models.Model):
    """What one person has used, and has held, of one measure in one window: with one API key, or
    in all.

    It belongs to no rule, so that a changed rule finds what was used before.
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


class Hold(models.Model):
    """What is set aside for one running generation: the most that it can use, at today's prices.

    ``parts`` is a list of [counter id, measure, amount]. The row is gone once it is settled.
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
    completion_bound = models.PositiveIntegerField(null=True)
    prompt_estimate = models.PositiveIntegerField()
    api_key_name = models.CharField(max_length=130, blank=True, default="")
    parts = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return str(self.generation_id)


class LedgerEntry(models.Model):
    """What one generation used, written once when it ended and never changed.

    It names people, models, providers and keys in words, so that it outlives them, and holds no
    content.
    """

    class Source(TextChoices):
        PROVIDER = "provider", _("provider")
        ESTIMATE = "estimate", _("estimate")
        NONE = "none", _("nothing used")

    generation_id = models.UUIDField(unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="ledger"
    )
    username = models.CharField(_("person"), max_length=150)
    model_name = models.CharField(_("model"), max_length=200)
    provider_name = models.CharField(_("provider"), max_length=100)
    api_key_name = models.CharField(_("API key"), max_length=130, blank=True, default="")
    day = models.DateField(_("day"))
    reserved_at = models.DateTimeField(_("begun"))
    settled_at = models.DateTimeField(_("ended"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=12)
    error_code = models.CharField(_("error"), max_length=40, blank=True, default="")
    source = models.CharField(_("counted by"), max_length=10, choices=Source)
    requests = models.PositiveSmallIntegerField(_("requests"))
    prompt_tokens = models.BigIntegerField(_("prompt tokens"))
    completion_tokens = models.BigIntegerField(_("completion tokens"))
    cost_micros = models.BigIntegerField(_("cost (millionths)"))
    charged_tokens = models.BigIntegerField(_("charged tokens"))
    charged_cost_micros = models.BigIntegerField(_("charged cost (millionths)"))
    first_token_ms = models.PositiveIntegerField(_("first token (ms)"), null=True)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"))

    class Meta:
        ordering = ["-settled_at"]
        indexes = [
            models.Index(fields=["day"]),
            models.Index(fields=["user", "day"]),
            models.Index(fields=["-settled_at"]),
            # One for each filter of the list, so that a rare value is found as soon as a common
            # one, and in the order of the list.
            *(
                models.Index(fields=[name, "-settled_at"], name=f"ledger_by_{name}")
                for name in (
                    "error_code",
                    "model_name",
                    "outcome",
                    "provider_name",
                    "source",
                    "username",
                )
            ),
        ]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")

    def __str__(self) -> str:
        return f"{self.username} {self.model_name} {self.settled_at:%Y-%m-%d %H:%M}"
