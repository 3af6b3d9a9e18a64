"""Groups that a sign-in provider gives and takes; those that an administrator gave here stay."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from conversations import audit
from conversations.accounts.people import limits_of_groups_begin
from conversations.models import User


@transaction.atomic
def follow_provider(
    user: User, values: Collection[str], *, mapping: Iterable[tuple[str, str]], staff_value: str
) -> None:
    """Give the groups that the values of the claim stand for, and take those that they gave before.

    With ``staff_value``, whether the user is staff follows the claim as well; superusers stay it.
    """
    # Two sign-ins at once would each take what the other gives.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    given = _groups(values, list(mapping))
    before = set(user.provided_groups.all())
    added = given - set(user.groups.all())
    with audit.change(user, "changed at sign-in", user), limits_of_groups_begin([user]):
        user.groups.remove(*(before - given))
        user.groups.add(*added)
        user.provided_groups.set((before & given) | added)
        if staff_value and not user.is_superuser:
            User.objects.filter(pk=user.pk).update(is_staff=staff_value in values)


def _groups(values: Collection[str], mapping: list[tuple[str, str]]) -> set[Group]:
    """The groups of the mapping, made where they are missing; without one, those of that name."""
    if not mapping:
        return set(Group.objects.filter(name__in=values))
    names = {group for value, group in mapping if value in values}
    return {Group.objects.get_or_create(name=name)[0] for name in names}
