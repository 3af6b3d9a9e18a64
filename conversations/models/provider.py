"""Providers, the configured servers, and their models."""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Expression, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from conversations import days
from conversations.models.encryption import EncryptedTextField, UnreadableText
from conversations.models.user import User

if TYPE_CHECKING:
    from conversations.models.api_key import ApiKey


class Provider(models.Model):
    """A configured server that speaks ``POST /chat/completions``."""

    class Dialect(TextChoices):
        GENERIC = "generic", _("Any compatible server")
        SILICONFLOW = "siliconflow", "SiliconFlow"
        OPENAI = "openai", "OpenAI"
        VLLM = "vllm", "vLLM"
        OLLAMA = "ollama", "Ollama"
        LLAMACPP = "llamacpp", "llama.cpp"

    name = models.CharField(_("name"), max_length=100, unique=True)
    # Not a URLField, which refuses host names without a dot, as containers have.
    base_url = models.CharField(_("base address"), max_length=500)
    api_key = EncryptedTextField(_("API key"), blank=True, default="")
    dialect = models.CharField(
        _("kind of server"), max_length=20, choices=Dialect, default=Dialect.GENERIC
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    paused = models.BooleanField(
        _("paused"), default=False, help_text=_("Takes no new messages; running answers continue.")
    )
    connect_seconds = models.FloatField(
        _("to connect (s)"), default=5, validators=[MinValueValidator(0.1)]
    )
    first_word_seconds = models.FloatField(
        _("to the first word (s)"),
        default=900,
        validators=[MinValueValidator(0.1)],
        help_text=_(
            "From the request to the first text, however busy the server says it is. A long prompt "
            "on a machine of your own can take minutes, in which nothing comes."
        ),
    )
    silent_seconds = models.FloatField(
        _("silent for (s)"),
        default=300,
        validators=[MinValueValidator(0.1)],
        help_text=_(
            "Without any sign of life, once the server has begun to respond. Comments and pings "
            "are signs of life."
        ),
    )
    total_seconds = models.FloatField(
        _("for a whole answer (s)"), default=3600, validators=[MinValueValidator(0.1)]
    )
    max_concurrent = models.PositiveIntegerField(
        _("answers at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )
    extra_headers = EncryptedTextField(
        _("extra headers"),
        blank=True,
        default="",
        help_text=_("One a line, as “Name: value”. They are stored encrypted."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.name

    def unreadable_secrets(self) -> list[str]:
        """The names of the fields whose text no ENCRYPTION_KEY of this process opens."""
        secrets = {"api_key": self.api_key, "extra_headers": self.extra_headers}
        return [name for name, text in secrets.items() if isinstance(text, UnreadableText)]

    @classmethod
    def label_of_clock(cls, clock: str) -> str:
        """The label of the field that sets a clock of :class:`~conversations.upstream.Clocks`."""
        labels = {field.name: field.verbose_name for field in cls._meta.fields}
        return str(labels[f"{clock}_seconds"])


class LanguageModelQuerySet(models.QuerySet["LanguageModel"]):
    def usable(self, today: date | Expression | None = None) -> "LanguageModelQuerySet":
        """Models that are enabled and not retired, on a provider that is enabled."""
        current = Q(retires_on=None) | Q(retires_on__gt=today or days.today())
        return self.filter(current, enabled=True, provider__enabled=True)

    def open_to(
        self, user: User | Expression, today: date | Expression | None = None
    ) -> "LanguageModelQuerySet":
        """Usable models that everyone, one of the user's groups, or the user may use."""
        allowed = (
            Q(audience=LanguageModel.Audience.EVERYONE)
            | Q(groups__in=Group.objects.filter(user=user))
            | Q(users=user)
        )
        return self.usable(today).filter(allowed).distinct()

    def open_to_each(self, user_ids: Collection[int]) -> dict[int, set[int]]:
        """For each of these users the ids of the models that `open_to` gives, in three queries."""
        usable = dict(self.usable().values_list("pk", "audience"))
        everyone = {pk for pk, whose in usable.items() if whose == LanguageModel.Audience.EVERYONE}
        named = LanguageModel.users.through.objects.filter(user__in=user_ids)
        grouped = LanguageModel.groups.through.objects.filter(group__user__in=user_ids)
        allowed = {user_id: set(everyone) for user_id in user_ids}
        for user_id, model_id in chain(
            named.values_list("user", "languagemodel"),
            grouped.values_list("group__user", "languagemodel"),
        ):
            if model_id in usable:
                allowed[user_id].add(model_id)
        return allowed

    def within(self, key: "ApiKey | None") -> "LanguageModelQuerySet":
        """The models that an API key is for; all where it is for all, or where there is no key."""
        return self if key is None or key.all_models else self.filter(api_keys=key)


class LanguageModel(models.Model):
    """A model that users choose by its public name; the provider knows it by ``upstream_name``.

    ``parameters`` narrows the ranges of request parameters: {"temperature": {"low": 0, "high": 1,
    "default": 0.7}, "top_k": {"allowed": false}}. ``extra_body`` has further fields for each
    request. Prices are for a million tokens.
    """

    class Audience(TextChoices):
        EVERYONE = "everyone", _("everyone")
        RESTRICTED = "restricted", _("the groups and users below")

    class ReasoningPolicy(TextChoices):
        AS_USUAL = "", _("as is usual for the kind of server")
        TOOL_TURNS = "tool_turns", _("only on turns with tool calls")
        ALWAYS = "always", _("always")
        NEVER = "never", _("never")

    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="models", verbose_name=_("provider")
    )
    name = models.CharField(_("name"), max_length=200, unique=True)
    upstream_name = models.CharField(_("name at the provider"), max_length=200)
    enabled = models.BooleanField(_("enabled"), default=True)
    context_length = models.PositiveIntegerField(
        _("context length (tokens)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    notes = models.CharField(_("notes shown to users"), max_length=300, blank=True)
    paused = models.BooleanField(
        _("paused"), default=False, help_text=_("Takes no new messages; running answers continue.")
    )
    audience = models.CharField(
        _("open to"), max_length=12, choices=Audience, default=Audience.EVERYONE
    )
    groups = models.ManyToManyField(
        Group, blank=True, related_name="language_models", verbose_name=_("groups")
    )
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="language_models",
        verbose_name=_("users"),
    )
    prompt_price = models.DecimalField(
        _("price of a million prompt tokens"),
        max_digits=12,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(0)],
    )
    completion_price = models.DecimalField(
        _("price of a million completion tokens"),
        max_digits=12,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(0)],
    )
    default_max_tokens = models.PositiveIntegerField(
        _("usual length of an answer (tokens)"),
        default=4096,
        validators=[MinValueValidator(1)],
        help_text=_("Set aside when an answer begins; more is taken while it is written."),
    )
    reasoning_tokens = models.PositiveIntegerField(
        _("tokens it may think beyond max_tokens"), default=0
    )
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    extra_body = models.JSONField(
        _("extra body"),
        default=dict,
        blank=True,
        help_text=_(
            "A JSON object whose fields are added to each request for this model, such as "
            '{"chat_template_kwargs": {"enable_thinking": false}}. What a request sets itself '
            "wins. Users see it in the details of an answer, so it is no place for secrets."
        ),
    )
    reasons = models.BooleanField(_("reasons"), default=False)
    takes_tools = models.BooleanField(_("takes tools"), default=True)
    writes_json = models.BooleanField(_("writes JSON on demand"), default=True)
    sees_images = models.BooleanField(_("sees images"), default=False)
    inline_thinking = models.BooleanField(
        _("thinks in the answer"),
        default=False,
        help_text=_("Splits <think>…</think> off the answer."),
    )
    reasoning_policy = models.CharField(
        _("sends reasoning back"), max_length=12, choices=ReasoningPolicy, blank=True, default=""
    )
    keeps_api_content = models.BooleanField(
        _("stores the content of API calls"),
        default=False,
        help_text=_("Its users are informed. Conversations on the page are always stored."),
    )
    retires_on = models.DateField(_("retires on"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = LanguageModelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def __str__(self) -> str:
        return self.name

    @property
    def is_offered(self) -> bool:
        """True where the model itself is enabled and not retired, whatever its provider is."""
        is_retired = self.retires_on is not None and self.retires_on <= days.today()
        return self.enabled and not is_retired

    def succession(self) -> Iterator["LanguageModel"]:
        """This model, then the models that replace it one after the other, each once."""
        seen: set[int] = set()
        model: LanguageModel | None = self
        while model and model.pk not in seen:
            seen.add(model.pk)
            yield model
            model = model.replaced_by
