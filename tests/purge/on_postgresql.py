"""Plants canaries, deletes the account that has them, and does the same by age, where told to.

Prints the canaries as JSON. A program of its own, because the database of a process is one.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from conversations.accounts import deletion  # noqa: E402
from conversations.models import Policy, User  # noqa: E402
from conversations.purge.step import purge  # noqa: E402
from tests.purge.canaries import plant  # noqa: E402
from tests.sharing.talk import answer, asked, make_talk, share  # noqa: E402


def by_deleting() -> dict[str, str]:
    """Delete an account with a canary in each field."""
    zoe = User.objects.create_user("zoe")
    planted = plant(zoe)
    if "keep" not in sys.argv:
        deletion.delete(zoe, [User.objects.get(pk=zoe.pk)])
    return planted


def by_age() -> dict[str, str]:
    """Have the policy remove a shared conversation."""
    share(make_talk(User.objects.create_user("yan"), asked("zqasked"), answer("zqanswer")))
    Policy.objects.create(conversation_days=30)
    while "keep" not in sys.argv and any(purge(timezone.now() + timedelta(days=31))):
        pass
    return {"zqasked": "Message.content", "zqanswer": "Message.content"}


sys.stdout.write(json.dumps(by_deleting() | by_age()))
