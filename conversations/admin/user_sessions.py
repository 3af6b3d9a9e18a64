"""The sessions of a user, as a part of the user's page."""

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.loader import render_to_string

from conversations.accounts.sessions import sessions_of
from conversations.audit.devices import device_in_words
from conversations.models import User


def sessions_of_user(user: User) -> str:
    """Where the user is signed in, and the button that asks whether to end it, as HTML."""
    present = sessions_of(user)
    context = {
        "user": user,
        "sessions": [(device_in_words(each.user_agent), each) for each in present],
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return render_to_string("admin/conversations/user/sessions.html", context)
