"""A signed-in administrator, who opens pages and sends forms as a browser does."""

import csv
import io
import re
from typing import Any

from django.contrib.auth.models import Permission

from conversations.models import AuditEntry, User
from tests.people import PASSWORD
from tests.signed_in import confirmed

USERS = "/admin/conversations/user/"


class Administrator:
    """The administration as ``user`` sees it, who has just entered the password again."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = confirmed(user)

    def status(self, address: str) -> int:
        """The status of a page."""
        return self.client.get(address).status_code

    def text(self, address: str, **query: Any) -> str:
        """The text of a page."""
        response = self.client.get(address, query)
        assert response.status_code == 200, (address, response.status_code)
        return response.content.decode()

    def press(self, address: str, **fields: Any) -> str:
        """The text of the page after a button."""
        response = self.client.post(address, fields, follow=True)
        assert response.status_code == 200, (address, response.status_code)
        return response.content.decode()

    def change(self, address: str, **fields: Any) -> dict[str, list[str]]:
        """Change these fields of a form (None: no tick) and send it; gives its errors."""
        page = self.client.get(address)
        assert page.status_code == 200, address
        sent = filled(page.context["adminform"].form) | fields
        response = self.client.post(
            address, {name: value for name, value in sent.items() if value is not None}
        )
        if response.status_code == 302:
            return {}
        assert response.status_code == 200, response.status_code
        return dict(response.context["adminform"].form.errors) if response.context else {}

    def act(self, action: str, users: list[User], **fields: Any) -> Any:
        """Choose an action for some of the list of users and confirm it."""
        chosen = {"action": action, "_selected_action": [user.pk for user in users]}
        return self.client.post(USERS, {**chosen, "confirmed": "1", **fields})

    def tiles(self, **query: Any) -> dict[str, str]:
        """The numbers at the top of the page of usage."""
        found = re.findall(r"<dt>(.*?)</dt><dd>([^<]*)", self.text("/admin/usage/", **query))
        return {title: value.strip() for title, value in found}

    def export(self, slug: str, **query: Any) -> list[dict[str, str]]:
        """The lines of the CSV file of a report."""
        text = self.text(f"/admin/usage/{slug}.csv", **query).removeprefix("\ufeff")
        return list(csv.DictReader(io.StringIO(text)))


def filled(form: Any) -> dict[str, Any]:
    """The values that a browser sends of an unchanged form."""
    values = {}
    for field in form:
        value = field.value()
        if value is None or value is False or field.field.disabled:
            continue
        if isinstance(value, list | tuple):
            value = [getattr(each, "pk", each) for each in value]
        values[field.html_name] = "on" if value is True else value
    return values


def staff_member(name: str, *codenames: str) -> User:
    """A user with staff status and these permissions."""
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def audit_entries() -> list[tuple[str, str, str]]:
    """The actor, the action and the target of each change by an administrator, oldest first."""
    entries = AuditEntry.objects.changes().order_by("pk")
    return [(entry.actor_name, entry.action, entry.target_name) for entry in entries]


def last_change() -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the last audit entry, before and after."""
    entry = AuditEntry.objects.changes().latest("pk")
    return entry.before, entry.after


def rows(page: str) -> list[list[str]]:
    """The cells of the lines of a page's table of numbers."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[_text(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line)] for line in lines]


def _text(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup).strip()
