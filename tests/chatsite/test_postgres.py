"""Texts that SQLite accepts and PostgreSQL refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from conversations import access
from conversations.models import Conversation, Message, User

call_command("migrate", verbosity=0)
with transaction.atomic():
    zoe = User.objects.create_user("zoe")
    conversation = Conversation.objects.create(user=zoe)
    Message.objects.create(conversation=conversation, role="tool", tool_call_id="c" * 5000)
    print("answered")
    for look_up in (
        lambda: access.model_for(zoe, "a\\0b"),
        lambda: access.user_named("a\\0b"),
    ):
        try:
            look_up()
        except access.NotFound:
            print("not found")
    transaction.set_rollback(True)
"""


@pytest.mark.long
def test_a_long_tool_call_id_is_accepted_and_a_username_with_nul_is_unknown(
    postgres: str, tmp_path: Path
) -> None:
    environment = {"DATA_DIR": str(tmp_path), "DATABASE_URL": postgres, "LOCAL_MODEL": "off"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "chatsite.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["answered", "not found", "not found", ""]
