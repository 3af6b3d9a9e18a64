"""An administrator at work: pages opened and forms sent as the browser sends them."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from conversations.models import AuditEntry, User
from tests.people import PASSWORD

PEOPLE = "/admin/conversations/user/"


@dataclass
class Desk:
    """The administration as one person has it."""

    user: User
    client: Client

    def status(self, address: str) -> int:
        """What opening a page is answered with."""
        return self.client.get(address).status_code

    def text(self, address: str) -> str:
        """The page at an address."""
        response = self.client.get(address)
        assert response.status_code == 200, address
        return response.content.decode()

    def change(self, address: str, **fields: Any) -> dict[str, list[str]]:
        """Send a form as it stands but for these fields (None: unticked); what is wrong with it."""
        page = self.client.get(address)
        assert page.status_code == 200, address
        sent = filled(page.context["adminform"].form) | fields
        answer = self.client.post(
            address, {name: value for name, value in sent.items() if value is not None}
        )
        if answer.status_code == 302:
            return {}
        assert answer.status_code == 200, answer.status_code
        return dict(answer.context["adminform"].form.errors) if answer.context else {}

    def act(self, action: str, people: list[User], **fields: Any) -> Any:
        """Choose an action for some of the list of people and confirm it."""
        chosen = {"action": action, "_selected_action": [person.pk for person in people]}
        return self.client.post(PEOPLE, {**chosen, "confirmed": "1", **fields})


def filled(form: Any) -> dict[str, Any]:
    """What a browser sends of an untouched form."""
    values = {}
    for field in form:
        value = field.value()
        if value is None or value is False or field.field.disabled:
            continue
        if isinstance(value, list | tuple):
            value = [getattr(each, "pk", each) for each in value]
        values[field.html_name] = "on" if value is True else value
    return values


def desk_of(user: User) -> Desk:
    """That person at the administration."""
    client = Client()
    client.force_login(user)
    return Desk(user, client)


def staff_member(name: str, *codenames: str) -> User:
    """Somebody who may enter the administration and do what these permissions say."""
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def trail() -> list[tuple[str, str, str]]:
    """Who did what to what, oldest first."""
    entries = AuditEntry.objects.order_by("pk")
    return [(entry.actor_name, entry.action, entry.target_name) for entry in entries]


def told() -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the last entry, before and after."""
    entry = AuditEntry.objects.latest("pk")
    return entry.before, entry.after
