"""The scripted upstream does what its documentation says."""

import json
import subprocess
import sys
import urllib.request
from typing import Any

from tests.upstream.asking import request, run, upstream
from tests.upstreams.scripted import scripted_thread


def ask(address: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(address.removesuffix("/v1") + path, content, timeout=10) as answer:
        return json.loads(answer.read())


def test_it_runs_as_a_process_that_prints_its_address() -> None:
    command = [sys.executable, "-m", "tests.upstreams.scripted", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            address = json.loads(program.stdout.readline())["address"]
            listed = ask(address, "/v1/models")["data"]
            assert "good" in [model["id"] for model in listed]
            ask(address, "/v1/chat/completions", {"model": "good?tokens=2"})
            (_, call) = ask(address, "/record")["calls"]
            assert (call["ended"], call["sent_tokens"]) == ("answered", 2)
        finally:
            program.terminate()


def test_it_serves_from_a_thread_and_its_gates_open_from_another() -> None:
    with scripted_thread() as server:
        server.open("g", 2)
        body = {"model": "good?gate=g&tokens=2"}
        answer = ask(server.address, "/v1/chat/completions", body)
        assert answer["choices"][0]["message"]["content"] == "<gen:1:0000><gen:1:0001>"


def test_a_token_waits_for_its_gate_and_may_carry_its_time() -> None:
    async def listen() -> list[str]:
        async with upstream() as (server, client):
            said = []
            asked = request("good?gate=g&tokens=3&times=1")
            async with client.stream(asked) as answer:
                while chunks := await answer.read():
                    said += [choice.delta.content for each in chunks for choice in each.choices]
                    assert server.calls[0].sent_tokens <= len(said)
                    server.open("g")
            return [text for text in said if text]

    first = run(listen())[0].strip("<>").split(":")
    assert first[:3] == ["gen", "1", "0000"]
    assert float(first[3]) > 1_700_000_000
