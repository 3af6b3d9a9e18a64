"""The site policy: decisions of administrators for the whole site, in one row."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.database.prepared import PreparedQuery
from conversations.models.user import AT_ONCE_VALIDATORS

# The key of the one row, which has it before it is stored: of two processes that store it first,
# one fails.
POLICY_KEY = 1


class Policy(models.Model):
    """The one row of site-wide decisions; read it with :meth:`current`."""

    new_models_open = models.BooleanField(
        _("new models are open to everyone"),
        default=True,
        help_text=_("Otherwise nobody may use a new model until it is opened to them."),
    )
    private_addresses = models.BooleanField(
        _("providers may have private addresses"),
        default=True,
        help_text=_("Loopback and private networks, for your own servers."),
    )
    draining = models.BooleanField(
        _("takes no new messages"),
        default=False,
        help_text=_("Running answers continue. Meant for the minutes before a restart."),
    )
    public_links = models.BooleanField(
        _("conversations may be shared with anyone"),
        default=True,
        help_text=_("Otherwise links open for signed-in users only."),
    )
    default_link_days = models.PositiveIntegerField(
        _("links expire after (days)"),
        null=True,
        blank=True,
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Unless their author says otherwise. Empty: never."),
    )
    longest_link_days = models.PositiveIntegerField(
        _("links expire after (days) at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )
    conversation_days = models.PositiveIntegerField(
        _("conversations are deleted after (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Without a message, with their share links, and for good. Empty: never."),
    )
    api_call_days = models.PositiveIntegerField(
        _("stored API calls are deleted after (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: never."),
    )
    staff_second_factor = models.BooleanField(
        _("administrators need a second factor"),
        default=False,
        help_text=_("Without one the administration is closed to them until they set it up."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")

    class Meta:
        verbose_name = _("site policy")
        verbose_name_plural = _("site policy")

    def __str__(self) -> str:
        return str(_("Site policy"))

    @classmethod
    def current(cls) -> "Policy":
        """The policy of the site; its defaults where no administrator has changed any."""
        return _stored.first() or cls(pk=POLICY_KEY)

    @property
    def default_link_lifetime(self) -> timedelta | None:
        """The lifetime of a link whose author chose none; None for ever."""
        days = [each for each in (self.default_link_days, self.longest_link_days) if each]
        return timedelta(days=min(days)) if days else None

    @property
    def longest_link_lifetime(self) -> timedelta | None:
        """The longest lifetime of a link; None for ever."""
        return timedelta(days=self.longest_link_days) if self.longest_link_days else None


class GroupPolicy(models.Model):
    """The decisions of administrators for the members of a group; None where there is none."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="policy")
    answers_at_once = models.PositiveIntegerField(
        _("answers at once"), null=True, blank=True, validators=AT_ONCE_VALIDATORS
    )

    def __str__(self) -> str:
        return self.group.name


_stored = PreparedQuery(lambda: Policy.objects.order_by("pk")[:1])
