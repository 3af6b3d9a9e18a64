"""What can be done to several people at once."""

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

from conversations.accounts import people
from conversations.admin.audited_admin import actor_of
from conversations.admin.confirmation import Confirmation, ask
from conversations.admin.limit_fields import LimitForm
from conversations.models import User
from conversations.quotas import amounts

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = object


# More of those who are left out than this are only counted.
_NAMES = 10


class GroupsForm(forms.Form):
    """Which groups, and whether in or out."""

    join = forms.TypedChoiceField(
        label=gettext_lazy("Change"),
        choices=[("in", gettext_lazy("put in")), ("out", gettext_lazy("take out"))],
        coerce=lambda value: value == "in",
        widget=forms.RadioSelect,
        initial="in",
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.all(),
        label=gettext_lazy("Groups"),
        widget=AutocompleteSelectMultiple(User._meta.get_field("groups"), site),
    )


DEACTIVATE = Confirmation(
    "deactivate",
    gettext_lazy("Deactivate people"),
    gettext_lazy(
        "They are signed out everywhere, and their running answers stop. Nothing of theirs is "
        "deleted; activate them again and they go on where they were."
    ),
    gettext_lazy("Deactivate"),
)
ACTIVATE = Confirmation(
    "activate",
    gettext_lazy("Activate people"),
    gettext_lazy("They can sign in again, and have what they had."),
    gettext_lazy("Activate"),
)
GROUPS = Confirmation(
    "change_groups",
    gettext_lazy("Put people in groups"),
    gettext_lazy("A group opens models, and may bring a limit. Changes hold at once."),
    gettext_lazy("Change groups"),
    GroupsForm,
)
LIMIT = Confirmation(
    "set_limit",
    gettext_lazy("Set a limit"),
    gettext_lazy(
        "Each of them gets this limit as their own, in the place of the one that they have for "
        "the same measure, period and model. A person’s own limit comes before those of groups."
    ),
    gettext_lazy("Set limit"),
    LimitForm,
)
SECOND_FACTORS = Confirmation(
    "remove_second_factors",
    gettext_lazy("Remove second factors"),
    gettext_lazy(
        "For people who lost their phone or passkey: they sign in with the password alone until "
        "they set up a new one. Make sure that it is they who ask."
    ),
    gettext_lazy("Remove second factors"),
)


class UserActions(_Admin):
    """The actions of the list of people; each leaves out whom the actor may not change."""

    @admin.action(description=gettext_lazy("Deactivate…"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Close accounts at once."""
        actor = actor_of(request)
        return self._ask(
            request, DEACTIVATE, queryset, lambda chosen, _: people.deactivate(actor, chosen)
        )

    @admin.action(description=gettext_lazy("Activate…"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Open closed accounts."""
        actor = actor_of(request)
        return self._ask(
            request, ACTIVATE, queryset, lambda chosen, _: people.activate(actor, chosen)
        )

    @admin.action(description=gettext_lazy("Put in groups…"), permissions=["change"])
    def change_groups(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Put in groups, or take out."""
        actor = actor_of(request)

        def carry_out(chosen: QuerySet[User], values: dict[str, Any]) -> int:
            return people.change_groups(actor, chosen, values["groups"], join=values["join"])

        return self._ask(request, GROUPS, queryset, carry_out)

    @admin.action(description=gettext_lazy("Set a limit…"), permissions=["set_limit"])
    def set_limit(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Give each the same limit of their own."""
        actor = actor_of(request)

        def carry_out(chosen: QuerySet[User], values: dict[str, Any]) -> int:
            return amounts.set_limits(actor, chosen, values["limit"])

        return self._ask(request, LIMIT, queryset, carry_out)

    @admin.action(description=gettext_lazy("Remove second factors…"), permissions=["change"])
    def remove_second_factors(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """Let people sign in with the password alone."""
        actor = actor_of(request)
        return self._ask(
            request,
            SECOND_FACTORS,
            queryset,
            lambda chosen, _: people.remove_second_factors(actor, chosen),
        )

    def has_set_limit_permission(self, request: HttpRequest) -> bool:
        """Limits are records of their own, with permissions of their own."""
        needed = ("conversations.add_rule", "conversations.change_rule")
        return self.has_change_permission(request) and request.user.has_perms(needed)

    def _ask(
        self,
        request: HttpRequest,
        confirmation: Confirmation,
        queryset: QuerySet[User],
        deed: Callable[[QuerySet[User], dict[str, Any]], int],
    ) -> HttpResponse | None:
        actor = actor_of(request)
        chosen = people.manageable_by(actor).filter(pk__in=queryset.values("pk"))
        # Nobody shuts themselves out, by which one administrator always remains.
        if confirmation is DEACTIVATE:
            chosen = chosen.exclude(pk=actor.pk)
        left_out = queryset.exclude(pk__in=chosen.values("pk")).order_by("username")

        def carry_out(values: dict[str, Any]) -> str:
            count = deed(chosen.order_by("username"), values)
            done = ngettext("%d person was changed.", "%d people were changed.", count) % count
            told = " ".join([done, *_why_left_out(actor, left_out)])
            if count:
                return told
            self.message_user(request, told, messages.WARNING)
            return ""

        return ask(self, request, confirmation, chosen.order_by("username"), carry_out)


def _why_left_out(actor: User, left_out: QuerySet[User]) -> list[str]:
    """Who is not changed, by name, and why."""
    reasons = []
    if left_out.filter(pk=actor.pk).exists() and people.is_manageable_by(actor, actor):
        reasons.append(_("Left out: %s. You cannot do this to yourself.") % actor)
        left_out = left_out.exclude(pk=actor.pk)
    names = [str(person) for person in left_out[:_NAMES]]
    if names:
        rest = left_out.count() - len(names)
        told = ", ".join(names + ([_("%s more") % rest] if rest else []))
        text = _("Left out: %s. Only superusers change people with rights in the administration.")
        reasons.append(text % told)
    return reasons
