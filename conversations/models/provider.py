"""The servers that answer, and their models."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from conversations.models.encryption import EncryptedTextField


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
    base_url = models.URLField(_("base address"), max_length=500)
    api_key = EncryptedTextField(_("API key"), blank=True, default="")
    dialect = models.CharField(
        _("kind of server"), max_length=20, choices=Dialect, default=Dialect.GENERIC
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.name


class LanguageModelQuerySet(models.QuerySet["LanguageModel"]):
    def usable(self) -> "LanguageModelQuerySet":
        """Models that are enabled, on a provider that is enabled."""
        return self.filter(enabled=True, provider__enabled=True)


class LanguageModel(models.Model):
    """A model that people choose by its public name; the provider knows it by another."""

    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="models", verbose_name=_("provider")
    )
    name = models.CharField(_("name"), max_length=200, unique=True)
    upstream_name = models.CharField(_("name at the provider"), max_length=200)
    enabled = models.BooleanField(_("enabled"), default=True)
    context_length = models.PositiveIntegerField(
        _("context length (tokens)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    notes = models.CharField(_("notes shown to people"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = LanguageModelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("model")
        verbose_name_plural = _("models")

    def __str__(self) -> str:
        return self.name
