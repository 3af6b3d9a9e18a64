"""Accounts."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account. Administrators have ``is_staff`` and ``is_superuser``."""
