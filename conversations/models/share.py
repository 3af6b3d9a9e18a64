"""Share links: addresses that show a frozen copy of a conversation."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from conversations.models.encryption import EncryptedTextField
from conversations.models.user import User


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def live(self) -> "ShareLinkQuerySet":
        """Links that a reader can open now."""
        return self.current().with_views_left()

    def current(self) -> "ShareLinkQuerySet":
        """Unended links whose author has an active account."""
        return self.unended().filter(user__is_active=True)

    def unended(self) -> "ShareLinkQuerySet":
        """Links that are neither revoked nor expired."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)

    def with_views_left(self) -> "ShareLinkQuerySet":
        """Links without a maximum of views, or with fewer views than that."""
        return self.filter(Q(max_views=None) | Q(views__lt=F("max_views")))

    def open_to(self, reader: User | None) -> "ShareLinkQuerySet":
        """Links whose audience includes the reader; ``reader`` is None for one not signed in.

        An author belongs to the audience of every own link.
        """
        if reader is None:
            return self.filter(audience=ShareLink.Audience.PUBLIC)
        users = ShareLink.users.through.objects.filter(user=reader)
        groups = ShareLink.groups.through.objects.filter(group__user=reader)
        named = Q(pk__in=users.values("sharelink")) | Q(pk__in=groups.values("sharelink"))
        is_for_many = Q(audience__in=[ShareLink.Audience.PUBLIC, ShareLink.Audience.SIGNED_IN])
        is_named = Q(audience=ShareLink.Audience.NAMED) & named
        return self.filter(is_for_many | is_named | Q(user=reader))

    def revoke(self) -> int:
        """Revoke the links for good, and return how many were not revoked before.

        Links that restoring their conversation would bring back are included.
        """
        unrevoked = Q(revoked_at=None) | Q(revoked_with_conversation=True)
        return self.filter(unrevoked).update(
            revoked_at=timezone.now(), revoked_with_conversation=False
        )

    def shorten(self, longest: timedelta) -> int:
        """Set an earlier expiry on links that would live longer; return how many."""
        end = timezone.now() + longest
        longer = self.unended().filter(Q(expires_at=None) | Q(expires_at__gt=end))
        return longer.update(expires_at=end)

    def without_snapshot(self) -> "ShareLinkQuerySet":
        """Without the long columns, for lists."""
        return self.defer("snapshot", "article")


class ShareLink(models.Model):
    """An address that shows ``snapshot`` to ``audience`` while it is live.

    ``snapshot`` is what the author chose to show and nothing else; ``article`` is the same as
    HTML. Neither changes with the conversation. ``selection`` and ``sealed_masks`` are the
    author's choices, so that they can be changed later. The token is looked up by its hash, and
    stored encrypted so that the author can copy the address again.
    """

    class Audience(models.TextChoices):
        PUBLIC = "public", _("anyone with the link")
        SIGNED_IN = "signed_in", _("people who are signed in")
        NAMED = "named", _("named people and groups")

    class State(models.TextChoices):
        LIVE = "live", _("live")
        EXPIRED = "expired", _("expired")
        USED_UP = "used_up", _("used up")
        REVOKED = "revoked", _("revoked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="share_links",
        verbose_name=_("author"),
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="share_links"
    )
    title = models.CharField(_("title"), max_length=200)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sealed_token = EncryptedTextField(editable=False)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("users")
    )
    groups = models.ManyToManyField(Group, blank=True, related_name="+", verbose_name=_("groups"))
    passphrase_hash = models.CharField(max_length=128, blank=True, default="", editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True)
    max_views = models.PositiveIntegerField(_("most views"), null=True)
    views = models.PositiveIntegerField(_("views"), default=0)
    last_viewed_at = models.DateTimeField(_("last viewed"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    # Restoring the conversation brings back the links that its deletion revoked, and no others.
    revoked_with_conversation = models.BooleanField(default=False)
    shows_title = models.BooleanField(_("title in link previews"), default=False)
    selection = models.JSONField(default=dict)
    sealed_masks = EncryptedTextField(blank=True, default="")
    snapshot = models.JSONField()
    article = models.TextField()
    snapshot_at = models.DateTimeField(_("snapshot"), default=timezone.now)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ShareLinkQuerySet.as_manager()

    # Of the conversation; the audit log only says that they were changed.
    private_fields = ("title", "snapshot", "article", "selection", "passphrase_hash")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "-created_at"])]
        verbose_name = _("share link")
        verbose_name_plural = _("share links")

    def __str__(self) -> str:
        """A name for the administration, which shows no title: it is of the conversation."""
        return f"link {str(self.pk)[:8]}"

    @staticmethod
    def new_token() -> str:
        """A new token: 256 random bits."""
        return secrets.token_urlsafe(32)

    @property
    def is_new(self) -> bool:
        """True until it is stored."""
        return self._state.adding

    @property
    def url(self) -> str:
        """The whole address; empty where the token was encrypted with another key."""
        if not self.sealed_token:
            return ""
        return f"{settings.SITE_URL}{reverse('shared', args=[self.sealed_token])}"

    @property
    def state(self) -> State:
        """The state that its author sees. A live link of an inactive account cannot be opened."""
        if self.revoked_at:
            return self.State.REVOKED
        if self.expires_at and self.expires_at <= timezone.now():
            return self.State.EXPIRED
        if self.max_views is not None and self.views >= self.max_views:
            return self.State.USED_UP
        return self.State.LIVE
