"""Bulk actions on users."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import site
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations.accounts import guessing, people, sessions
from conversations.accounts.reauthentication import raise_unless_recent
from conversations.admin.audited_admin import actor_of
from conversations.admin.confirmation import Confirmation, ask
from conversations.admin.limit_fields import LimitForm
from conversations.models import User
from conversations.quotas import amounts

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = object


# The message names this many of the users who are left out and counts the others.
_NAMES = 10


class GroupsForm(forms.Form):
    """The groups to add or to remove."""

    join = forms.TypedChoiceField(
        label=gettext_lazy("Change"),
        choices=[
            ("in", gettext_lazy("add to these groups")),
            ("out", gettext_lazy("remove from these groups")),
        ],
        coerce=lambda value: value == "in",
        widget=forms.RadioSelect,
        initial="in",
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.all(),
        label=gettext_lazy("Groups"),
        widget=AutocompleteSelectMultiple(User._meta.get_field("groups"), site),
    )


class SessionsForm(forms.Form):
    """Programs that act for the users, if they are to end too."""

    with_keys = forms.BooleanField(label=gettext_lazy("Revoke their API keys too"), required=False)


DEACTIVATE = Confirmation(
    "deactivate",
    gettext_lazy("Deactivate users"),
    gettext_lazy(
        "They are signed out everywhere, and their running answers stop. Nothing is deleted: once "
        "they are activated again, they find everything as it was."
    ),
    gettext_lazy("Deactivate"),
)
ACTIVATE = Confirmation(
    "activate",
    gettext_lazy("Activate users"),
    gettext_lazy("They can sign in again and find everything as it was."),
    gettext_lazy("Activate"),
)
GROUPS = Confirmation(
    "change_groups",
    gettext_lazy("Change groups"),
    gettext_lazy("A group opens models and may have limits. Changes apply at once."),
    gettext_lazy("Change groups"),
    GroupsForm,
)
LIMIT = Confirmation(
    "set_limit",
    gettext_lazy("Set a limit"),
    gettext_lazy(
        "Each of these users gets this limit as their own. It replaces the one that they have for "
        "the same measure, period and model. A user’s own limit precedes those of groups."
    ),
    gettext_lazy("Set limit"),
    LimitForm,
)
SESSIONS = Confirmation(
    "end_sessions",
    gettext_lazy("End sessions"),
    gettext_lazy(
        "They are signed out in all browsers, and their open pages close within seconds. Running "
        "answers continue, and they can sign in again at once."
    ),
    gettext_lazy("End sessions"),
    SessionsForm,
)
SECOND_FACTORS = Confirmation(
    "remove_second_factors",
    gettext_lazy("Remove second factors"),
    gettext_lazy(
        "For users who lost their phone or passkey: they sign in with the password alone until "
        "they set up a new second factor. Make sure that the request comes from them."
    ),
    gettext_lazy("Remove second factors"),
)
UNLOCK = Confirmation(
    "unlock",
    gettext_lazy("Forget failed sign-ins"),
    gettext_lazy(
        "For users who have to wait because too many passwords or codes were wrong, their own or a "
        "stranger’s: they can sign in at once. What failed in browsers that they have used before "
        "is counted apart, and stays."
    ),
    gettext_lazy("Forget failed sign-ins"),
)


class UserActions(_Admin):
    """The actions of the list of users; each leaves out accounts that the actor may not change."""

    @admin.action(description=gettext_lazy("Deactivate…"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Deactivate accounts at once."""
        actor = actor_of(request)
        return self._ask(
            request, DEACTIVATE, queryset, lambda chosen, _: people.deactivate(actor, chosen)
        )

    @admin.action(description=gettext_lazy("Activate…"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Activate accounts again."""
        actor = actor_of(request)
        return self._ask(
            request, ACTIVATE, queryset, lambda chosen, _: people.activate(actor, chosen)
        )

    @admin.action(description=gettext_lazy("Change groups…"), permissions=["change"])
    def change_groups(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Add users to groups, or remove them."""
        actor = actor_of(request)

        def carry_out(chosen: QuerySet[User], values: dict[str, Any]) -> int:
            return people.change_groups(actor, chosen, values["groups"], join=values["join"])

        return self._ask(request, GROUPS, queryset, carry_out)

    @admin.action(description=gettext_lazy("Set a limit…"), permissions=["set_limit"])
    def set_limit(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Give each user the same limit of their own."""
        actor = actor_of(request)

        def carry_out(chosen: QuerySet[User], values: dict[str, Any]) -> int:
            return amounts.set_limits(actor, chosen, values["limit"])

        return self._ask(request, LIMIT, queryset, carry_out)

    @admin.action(description=gettext_lazy("End sessions…"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Sign users out everywhere, without deactivating them."""
        actor = actor_of(request)

        def carry_out(chosen: QuerySet[User], values: dict[str, Any]) -> int:
            return sessions.end_as(actor, chosen, with_keys=values["with_keys"])

        return self._ask(request, SESSIONS, queryset, carry_out)

    @admin.action(description=gettext_lazy("Remove second factors…"), permissions=["change"])
    def remove_second_factors(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Let users sign in with the password alone."""
        actor = actor_of(request)

        def carry_out(chosen: QuerySet[User], _values: dict[str, Any]) -> int:
            raise_unless_recent(request)
            return people.remove_second_factors(actor, chosen)

        return self._ask(request, SECOND_FACTORS, queryset, carry_out)

    @admin.action(description=gettext_lazy("Forget failed sign-ins…"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Let users sign in at once who have to wait."""
        actor = actor_of(request)
        return self._ask(
            request, UNLOCK, queryset, lambda chosen, _: guessing.unlock(actor, chosen)
        )

    def has_set_limit_permission(self, request: HttpRequest) -> bool:
        """The permissions to change users and to add and change limits."""
        needed = ("conversations.add_rule", "conversations.change_rule")
        return self.has_change_permission(request) and request.user.has_perms(needed)

    def _ask(
        self,
        request: HttpRequest,
        confirmation: Confirmation,
        queryset: QuerySet[User],
        action: Callable[[QuerySet[User], dict[str, Any]], int],
    ) -> HttpResponse | None:
        actor = actor_of(request)
        chosen = people.manageable_by(actor).filter(pk__in=queryset.values("pk"))
        # Nobody can deactivate themselves, so that one administrator always remains.
        if confirmation is DEACTIVATE:
            chosen = chosen.exclude(pk=actor.pk)
        left_out = queryset.exclude(pk__in=chosen.values("pk")).order_by("username")

        def carry_out(values: dict[str, Any]) -> str:
            count = action(chosen.order_by("username"), values)
            done = ngettext("%d user was changed.", "%d users were changed.", count) % count
            text = " ".join([done, *_reasons(actor, left_out)])
            if count:
                return text
            self.message_user(request, text, messages.WARNING)
            return ""

        return ask(self, request, confirmation, chosen.order_by("username"), carry_out)


def _reasons(actor: User, left_out: QuerySet[User]) -> list[str]:
    """The names of the users who are left out, with the reasons."""
    reasons = []
    if left_out.filter(pk=actor.pk).exists() and people.is_manageable_by(actor, actor):
        reasons.append(_("Left out: %s. You cannot do this to yourself.") % actor)
        left_out = left_out.exclude(pk=actor.pk)
    names = [str(user) for user in left_out[:_NAMES]]
    if names:
        rest = left_out.count() - len(names)
        listed = ", ".join(names + ([_("%s more") % rest] if rest else []))
        text = _(
            "Left out: %s. Only superusers may change users with permissions in the administration."
        )
        reasons.append(text % listed)
    return reasons
