"""Every kind of visitor of the site, each with a client that stays what it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Permission
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import User
from tests.people import PASSWORD
from tests.scene import Scene

# Signed in, with an account that works.
MEMBERS = ("owner", "stranger", "demoted", "staff", "helper", "admin")
# Nobody who is signed in: a suspended account, an ended session, and programs with their keys.
OTHERS = ("anonymous", "suspended", "ended", "key", "expired_key", "suspended_key")
IDENTITIES = (*MEMBERS, *OTHERS)
_NAMES = {"owner": "alice", "stranger": "charlie", "admin": "dana", "suspended": "deactivated"}


@dataclass
class Visitor:
    """One identity's client. It signs in again if a request signed it out."""

    identity: str
    user: User | None = None
    headers: dict[str, str] = field(default_factory=dict)
    checks_csrf: bool = False

    def __post_init__(self) -> None:
        self.client = self._new_client()

    def send(self, verb: str, path: str) -> HttpResponseBase:
        """The answer to a request without a body."""
        client = self.client
        answer: Any = getattr(client, verb.lower())(path, headers=self.headers)
        if answer.cookies or verb not in {"GET", "HEAD"}:
            self.client = self._new_client() if self._was_signed_out() else client
        return answer

    def _was_signed_out(self) -> bool:
        return self.identity in MEMBERS and SESSION_KEY not in self.client.session

    def _new_client(self) -> Client:
        client = Client(enforce_csrf_checks=self.checks_csrf)
        if self.user is not None:
            client.force_login(self.user)
            if self.identity == "ended":
                client.session.delete()
        return client


def visitors(scene: Scene, *, checks_csrf: bool = False) -> Iterator[Visitor]:
    """One visitor of each identity. Staff have no permission, the helper has one."""
    for name in ("staff", "helper", "ended"):
        User.objects.create_user(name, password=PASSWORD, is_staff=name != "ended")
    permission = Permission.objects.get(codename="view_user")
    User.objects.get(username="helper").user_permissions.add(permission)
    for identity in IDENTITIES:
        if identity == "anonymous":
            yield Visitor(identity)
        elif identity.endswith("key"):
            yield Visitor(identity, headers=_key_of(scene, identity))
        else:
            user = User.objects.get(username=_NAMES.get(identity, identity))
            yield Visitor(identity, user, checks_csrf=checks_csrf)
    rights = {"is_staff": False, "is_superuser": False}
    User.objects.filter(username="demoted").update(**rights)
    User.objects.filter(username="deactivated").update(is_active=False)


def _key_of(scene: Scene, identity: str) -> dict[str, str]:
    day = timedelta(days=-1 if identity == "expired_key" else 1)
    choices = KeyChoices(identity, expires_at=timezone.now() + day)
    user = scene.user("deactivated") if identity == "suspended_key" else scene.people.bob
    _key, secret = api_keys.create(user, choices)
    return {"Authorization": f"Bearer {secret}"}
