"""The lines of the log about an answer name it, and the request that asked for it."""

import json
import logging
from typing import Any

import pytest

from chatsite import log_context
from chatsite.logs import logging_config
from tests.chatsite.conftest import handler_of
from tests.playing import Stage, play

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_line_of_a_failure_has_all_ids_and_no_text_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler = handler_of(logging_config("json"))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])

    async def work(stage: Stage) -> dict[str, Any]:
        name = await stage.model("401")
        log_context.add(request_id="req_of_the_page")
        generation, message = await stage.ended(await stage.send("a secret of Alice's", name))
        return {
            "request_id": "req_of_the_page",
            "generation_id": str(generation.pk),
            "conversation_id": str(message.conversation_id),
        }

    ids = play(work)
    (line,) = [entry for entry in map(json.loads, handler.lines) if "kind=" in entry["message"]]
    assert {name: line[name] for name in ids} == ids
    assert "a secret" not in str(handler.lines)
