"""Choices on pages that do not grow with the number of rows."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

# As many as can be looked through; beyond it names are typed, searched, or come by a link.
MOST_CHOICES = 100


class GroupFilter(admin.RelatedFieldListFilter):
    """By group, of the first ones by name. The page of every group leads to its members."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(group.pk, group.name) for group in Group.objects.order_by("name")[:MOST_CHOICES]]
