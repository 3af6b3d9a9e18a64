"""Requests of signed-in users."""

from django.http import HttpRequest

from conversations.models import User


class SignedInRequest(HttpRequest):
    """The request of a view behind ``login_required``."""

    user: User
