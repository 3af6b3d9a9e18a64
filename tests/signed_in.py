"""Browsers of users who have just entered their password again."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from conversations.models import User


def confirmed(user: User) -> Client:
    """A browser that is signed in, and whose user has just entered the password again."""
    client = Client()
    client.force_login(user)
    confirm(client, user)
    return client


def confirm(client: Client, user: User, seconds_ago: float = 0) -> None:
    """Write into the session of the browser that its user entered the password again."""
    session = client.session
    entered = {"method": "password", "at": time.time() - seconds_ago, "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [entered]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
