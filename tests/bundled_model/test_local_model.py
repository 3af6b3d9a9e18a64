"""The bundled model as a supervised process, with the real server and the real weights."""

import json
import os
import queue
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from conversations.bundled_model.supervisor import MODEL_NAME, LocalModel, weights

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(weights() is None, reason="The bundled model is not installed."),
]


def models_at(address: str) -> list[str]:
    """Return the names that the server at `address` lists."""
    with urllib.request.urlopen(f"{address}/v1/models", timeout=SECONDS) as answer:
        return [model["id"] for model in json.load(answer)["data"]]


def test_it_answers_under_its_own_name(local_model: str) -> None:
    assert models_at(local_model) == [MODEL_NAME]


def test_it_continues_a_conversation(local_model: str) -> None:
    body = {
        "model": MODEL_NAME,
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 8,
    }
    request = urllib.request.Request(
        f"{local_model}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        message = json.load(answer)["choices"][0]["message"]
    assert message["role"] == "assistant"
    assert message["content"].strip() != ""


def test_its_server_leaves_tools_out_so_that_it_is_offered_without(local_model: str) -> None:
    function = {"name": "get_weather", "parameters": {"type": "object"}}
    tools = {"tools": [{"type": "function", "function": function}]}
    assert prompt_tokens(local_model, **tools) == prompt_tokens(local_model)


def prompt_tokens(address: str, **fields: Any) -> int:
    """Return the prompt tokens of a short question with these fields."""
    messages = [{"role": "user", "content": "Say hello."}]
    body = {"model": MODEL_NAME, "messages": messages, "max_tokens": 1, **fields}
    request = urllib.request.Request(
        f"{address}/v1/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return int(json.load(answer)["usage"]["prompt_tokens"])


def test_a_server_that_dies_is_started_again_and_stop_ends_it_for_good() -> None:
    addresses: queue.Queue[str] = queue.Queue()
    model = LocalModel(weights() or Path(), addresses.put)
    model.start()
    try:
        addresses.get(timeout=SECONDS)
        first = model.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert models_at(addresses.get(timeout=SECONDS)) == [MODEL_NAME]
        assert model.pid != first
    finally:
        model.stop()
    assert model.pid is None
    assert addresses.empty()


_PARENT = """
import sys, time, threading
from conversations.bundled_model.supervisor import LocalModel, weights
ready = threading.Event()
model = LocalModel(weights(), lambda address: ready.set())
model.start()
if not ready.wait(30):
    sys.exit("The server does not start.")
print(model.pid, flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Needs Linux, to wait for a stranger.")
def test_it_ends_with_its_parent_even_when_that_is_killed() -> None:
    import select

    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.kill()
            ended, _writable, _failed = select.select([child], [], [], SECONDS)
        finally:
            os.close(child)
    assert ended == [child]
