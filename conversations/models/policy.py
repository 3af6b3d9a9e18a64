"""What an administrator decides for the whole site: one row."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
        help_text=_("Loopback and private networks, for servers of your own."),
    )
    draining = models.BooleanField(
        _("takes no new messages"),
        default=False,
        help_text=_("What runs goes on. Meant for the minutes before a restart."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")

    class Meta:
        verbose_name = _("site policy")
        verbose_name_plural = _("site policy")

    def __str__(self) -> str:
        return str(_("Site policy"))

    @classmethod
    def current(cls) -> "Policy":
        """The policy of the site, with its defaults where nobody has decided anything."""
        return cls.objects.first() or cls()
