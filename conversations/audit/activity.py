"""The entries of the audit log that concern one account, for its user to read."""

from django.db.models import QuerySet

from conversations.models import AuditEntry, User


def activity_of(user: User) -> "QuerySet[AuditEntry]":
    """The security events of the account and the changes of it, the newest first."""
    label = User._meta.label_lower
    return AuditEntry.objects.filter(target_type=label, target_id=str(user.pk)).order_by("-at")
