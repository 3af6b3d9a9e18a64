"""The filters and the search of the audit log."""

from datetime import date, timedelta
from ipaddress import ip_address
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from conversations import days
from conversations.models import SecurityEvent, User

_CHANGES = [
    ("added", _("added")),
    ("changed", _("changed")),
    ("deleted", _("deleted")),
    ("activated", _("activated")),
    ("deactivated", _("deactivated")),
    ("invited", _("invited")),
    ("accepted", _("accepted")),
    ("imported", _("imported")),
]
_FAILURES = [event.value for event in SecurityEvent if event.is_failure]
_USER = User._meta.label_lower


class SortFilter(admin.SimpleListFilter):
    """Filter by the sort of entry."""

    title = _("sort")
    parameter_name = "sort"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Changes, security events, and those of them that were refused."""
        return [
            ("changes", _("changes by administrators")),
            ("events", _("security events")),
            ("failures", _("failures")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the chosen sort."""
        match self.value():
            case "changes":
                return queryset.filter(is_security_event=False)
            case "events":
                return queryset.filter(is_security_event=True)
            case "failures":
                return queryset.filter(action__in=_FAILURES)
        return queryset


class ActionFilter(admin.SimpleListFilter):
    """Filter by action, of the most common ones; the search finds the others."""

    title = _("action")
    parameter_name = "did"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The actions."""
        return [*_CHANGES, *SecurityEvent.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the chosen action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    """Filter by the kind of the changed record, of those that the administration has."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds by name."""
        known = (model._meta for model in model_admin.admin_site._registry)
        kinds = [(meta.label_lower, str(capfirst(meta.verbose_name))) for meta in known]
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the chosen kind."""
        return queryset.filter(target_type=self.value()) if self.value() else queryset


class _LinkedFilter(admin.SimpleListFilter):
    """Filter by a value that a cell of the list links to. It is shown while it is in use."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = request.GET.get(str(self.parameter_name), "")
        return [(chosen, self.shown(chosen))] if chosen else []

    def shown(self, chosen: str) -> str:
        """The value as text."""
        return chosen

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.condition(self.value() or "")) if self.value() else queryset

    def condition(self, chosen: str) -> Q:
        """The entries of that value."""
        raise NotImplementedError


class PersonFilter(_LinkedFilter):
    """Filter by a user: what they did, and what was done to their account."""

    title = _("person")
    parameter_name = "person"

    def shown(self, chosen: str) -> str:
        """The name of the user."""
        known = User.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        return known.get_username() if known else chosen

    def condition(self, chosen: str) -> Q:
        """Entries by the user or about their account."""
        return about_person(chosen)


class AddressFilter(_LinkedFilter):
    """Filter by the address that something was done from."""

    title = _("from")
    parameter_name = "address"

    def condition(self, chosen: str) -> Q:
        """Entries from the address."""
        return Q(address=chosen)


def matching(word: str) -> Q | None:
    """The entries of a day, of an address or of a user, in whose names somebody searches; None
    for any other word."""
    try:
        return _on(date.fromisoformat(word))
    except ValueError:
        pass
    try:
        return Q(address=str(ip_address(word)))
    except ValueError:
        pass
    user = User.objects.filter(username=word).first()
    return about_person(str(user.pk)) if user else None


def about_person(key: str) -> Q:
    """The entries by a user, or about their account."""
    about = Q(target_type=_USER, target_id=key)
    return about | Q(actor=key) if key.isdecimal() else about


def _on(day: date) -> Q:
    return Q(at__gte=days.start_of_day(day), at__lt=days.start_of_day(day + timedelta(days=1)))
