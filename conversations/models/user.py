"""The people who use the site."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person with an account. Administrators have ``is_staff`` and ``is_superuser``."""
