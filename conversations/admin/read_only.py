"""Records that the administration lists and never changes."""

from typing import Any

from django.http import HttpRequest


class ReadOnlyMixin:
    """Takes the permissions to add, change and delete from a ModelAdmin."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: such records are made elsewhere."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: such records are never rewritten."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: such records are never deleted by hand."""
        return False
