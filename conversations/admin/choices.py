"""Lists of choices with a maximal length, so that pages do not grow with the site."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

# More choices cannot be looked through; beyond it names are typed or searched.
MOST_CHOICES = 100


class GroupFilter(admin.RelatedFieldListFilter):
    """Filter by group, of the first 100 by name. The page of each group links to its members."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(group.pk, group.name) for group in Group.objects.order_by("name")[:MOST_CHOICES]]
