"""Saved presets and definitions."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.user import User


class PresetQuerySet(models.QuerySet["Preset"]):
    def open_to(self, user: User) -> "PresetQuerySet":
        """The user's own, and those published to everyone or to one of the user's groups."""
        published = Q(user=None) & (Q(groups=None) | Q(groups__in=user.groups.all()))
        return self.filter(Q(user=user) | published).distinct()


class Preset(models.Model):
    """Parameters and a system message under a name; one without a user is published.

    A published one can offer prompts on the empty page, each the first message of a conversation.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="presets",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=100)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    system_message = models.TextField(_("system message"), blank=True, default="")
    prompts = models.JSONField(_("prompts"), default=list, blank=True)
    is_default = models.BooleanField(_("default for new conversations"), default=False)
    groups = models.ManyToManyField(
        Group, blank=True, verbose_name=_("published to"), help_text=_("None chosen: everyone.")
    )

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_preset_a_name")]
        verbose_name = _("preset")
        verbose_name_plural = _("presets")

    def __str__(self) -> str:
        return self.name


class Definition(models.Model):
    """A saved JSON schema for ``response_format``, or a saved tool for ``tools``."""

    class Kind(models.TextChoices):
        SCHEMA = "schema", _("schema")
        TOOL = "tool", _("tool")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="definitions"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=64)
    definition = models.JSONField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "name"], name="one_definition_a_name")
        ]

    def __str__(self) -> str:
        return self.name
