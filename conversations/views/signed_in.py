"""Requests whose sender is known."""

from django.http import HttpRequest

from conversations.models import User


class SignedInRequest(HttpRequest):
    """What a view behind ``login_required`` is given."""

    user: User
