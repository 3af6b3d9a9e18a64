"""The official package for Python, unmodified, against a server that writes as SiliconFlow does."""

import json
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from conversations.models import Generation, LoggedEvent, Message, Rule
from tests.api.conftest import Gateway
from tests.quotas.books import limit

CALLS = [("get_weather", '{"city": "Paris"}'), ("get_time", "{}")]
TOOLS: Any = [
    {
        "type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": {}}},
    }
    for name, _arguments in CALLS
]


def test_a_whole_answer_has_its_reasoning_its_usage_and_our_name_for_the_model(
    gateway: Gateway,
) -> None:
    made = gateway.ask("siliconflow", "tokens=4 at=1")
    (choice,) = made.choices
    assert choice.message.reasoning_content == "<gen:1:0000>"
    assert choice.message.content == "<gen:1:0001><gen:1:0002><gen:1:0003>"
    assert (choice.finish_reason, made.object) == ("stop", "chat.completion")
    assert (made.model, made.id[:9]) == ("siliconflow", "chatcmpl-")
    assert (made.usage.prompt_tokens, made.usage.completion_tokens) == (10, 4)
    assert made._request_id.startswith("req_")


def test_a_stream_says_the_same_piece_by_piece_and_its_usage_last_where_asked(
    gateway: Gateway,
) -> None:
    chunks = list(gateway.ask("siliconflow", "tokens=4 at=1", stream=True))
    assert "".join(each.choices[0].delta.content or "" for each in chunks).count("<gen") == 3
    assert {each.usage for each in chunks} == {None}
    counted = list(
        gateway.ask(
            "siliconflow", "tokens=4 at=1", stream=True, stream_options={"include_usage": True}
        )
    )
    assert (counted[-1].choices, counted[-1].usage.total_tokens) == ([], 14)
    assert {each.usage for each in counted[:-1]} == {None}


def test_the_stream_helper_puts_a_stream_together(gateway: Gateway) -> None:
    gateway.model("siliconflow")
    said: Any = [{"role": "user", "content": "tokens=4 at=1"}]
    with gateway.openai.chat.completions.stream(
        model="siliconflow", messages=said, stream_options={"include_usage": True}
    ) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    message: Any = final.choices[0].message
    assert kinds == {"chunk", "content.delta", "content.done"}
    assert (message.role, message.reasoning_content) == ("assistant", "<gen:1:0000>")
    assert message.content == "<gen:1:0001><gen:1:0002><gen:1:0003>"
    assert final.usage is not None
    assert final.usage.completion_tokens == 4


class City(BaseModel):
    """The type into which ``.parse()`` turns an answer."""

    name: str
    people: int


def test_parse_gives_an_object_of_the_asked_form(gateway: Gateway) -> None:
    gateway.model("says")
    said: Any = [{"role": "user", "content": 'say:{"name": "Bern", "people": 133000}'}]
    made = gateway.openai.chat.completions.parse(model="says", messages=said, response_format=City)
    assert made.choices[0].message.parsed == City(name="Bern", people=133000)
    wanted = gateway.upstream.calls[-1].body["response_format"]["json_schema"]
    assert (wanted["name"], wanted["strict"]) == ("City", True)


@pytest.mark.parametrize("script", ["tools", "tools-bare", "tools-index-0"])
def test_tools_are_called_alike_streamed_and_whole(gateway: Gateway, script: str) -> None:
    whole = gateway.ask(script, tools=TOOLS, tool_choice="auto", parallel_tool_calls=True)
    calls = whole.choices[0].message.tool_calls
    assert [(each.function.name, each.function.arguments) for each in calls] == CALLS
    assert whole.choices[0].finish_reason == "tool_calls"
    said: Any = [{"role": "user", "content": "And streamed?"}]
    with gateway.openai.chat.completions.stream(model=script, messages=said, tools=TOOLS) as stream:
        list(stream)
        final = stream.get_final_completion().choices[0]
    streamed = final.message.tool_calls or []
    assert [(each.function.name, each.function.arguments) for each in streamed] == CALLS
    assert final.finish_reason == "tool_calls"
    assert len({each.id for each in streamed}) == 2


def test_calls_are_answered_and_the_model_continues(gateway: Gateway) -> None:
    first = gateway.ask("calls", "What is the weather?", tools=TOOLS).choices[0].message
    answers = [
        {"role": "tool", "tool_call_id": call.id, "content": f"answer {number}"}
        for number, call in enumerate(first.tool_calls)
    ]
    said = [{"role": "user", "content": "What is the weather?"}, first.to_dict(), *answers]
    made = gateway.openai.chat.completions.create(model="calls", messages=said, tools=TOOLS)
    assert made.choices[0].message.content == "I was told: answer 0; answer 1"


def test_two_answers_are_two_choices_streamed_and_whole(gateway: Gateway) -> None:
    whole = gateway.ask("choices", n=2)
    assert [each.index for each in whole.choices] == [0, 1]
    assert [each.message.content[:6] for each in whole.choices] == ["0<gen:", "1<gen:"]
    said: Any = [{"role": "user", "content": "tokens=3"}]
    with gateway.openai.chat.completions.stream(model="choices", messages=said, n=2) as stream:
        list(stream)
        final = stream.get_final_completion()
    assert [each.message.content[:6] for each in final.choices] == ["0<gen:", "1<gen:"]


@pytest.mark.parametrize("script", ["choices", "choices-each", "choices-one"])
def test_four_answers_cost_four_however_the_server_counts(gateway: Gateway, script: str) -> None:
    limit(10_000, user=gateway.alice)
    made = gateway.ask(script, "tokens=20", n=4, max_tokens=60)
    (entry,) = gateway.settled()
    assert made.usage.completion_tokens == 4 * 20 == entry.completion_tokens
    assert made.usage.total_tokens == entry.tokens
    assert entry.source == ("provider" if script == "choices-each" else "estimate")


def test_every_field_is_sent_under_the_servers_name(gateway: Gateway) -> None:
    asked = {
        "max_completion_tokens": 100, "stop": ["\n"], "temperature": 0.5, "top_p": 0.9, "n": 1,
        "frequency_penalty": 0.5, "presence_penalty": -0.5, "seed": 7, "logprobs": True,
        "top_logprobs": 2, "user": "u-1", "tools": TOOLS, "tool_choice": "auto",
        "parallel_tool_calls": False, "response_format": {"type": "text"},
    }  # fmt: skip
    extra = {"top_k": 50, "min_p": 0.05, "enable_thinking": True, "thinking_budget": 200}
    gateway.model("good", reasons=True)
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "tokens=1"}]},
    ]
    gateway.ask("good", messages=messages, extra_body=extra, **asked)
    sent = gateway.upstream.calls[-1].body
    for name, value in ({**asked, **extra} | {"max_tokens": 100}).items():
        if name != "max_completion_tokens":
            assert sent[name] == value, name
    assert [each["role"] for each in sent["messages"]] == ["system", "user"]
    assert sent["messages"][1]["content"] == "tokens=1"


def test_models_are_listed_and_found_by_names_with_slashes(gateway: Gateway) -> None:
    gateway.model("Qwen/QwQ-32B", context_length=32768)
    (listed,) = gateway.openai.models.list().data
    found: Any = gateway.openai.models.retrieve("Qwen/QwQ-32B")
    assert (listed.id, found.id, found.object) == ("Qwen/QwQ-32B", "Qwen/QwQ-32B", "model")
    assert (found.context_length, found.keeps_content) == (32768, False)
    with pytest.raises(openai.NotFoundError) as caught:
        gateway.openai.models.retrieve("Qwen/none")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_a_run_is_charged_like_any_other_and_leaves_no_content(gateway: Gateway) -> None:
    gateway.ask("siliconflow", "tokens=4 at=1 a secret word", stop=["another secret"], tools=TOOLS)
    (entry,) = gateway.settled()
    assert (entry.outcome, entry.source) == ("completed", "provider")
    assert (entry.prompt_tokens, entry.completion_tokens) == (10, 4)
    assert entry.api_key_name == str(gateway.key)
    generation = Generation.objects.get()
    assert (generation.status, generation.conversation) == ("completed", None)
    assert "secret" not in json.dumps([generation.parameters, generation.request])
    assert not LoggedEvent.objects.exists()
    assert not Message.objects.exists()


def test_headers_say_what_is_left_and_a_refusal_says_why_and_is_not_retried(
    gateway: Gateway,
) -> None:
    limit(5_000, user=gateway.alice)
    gateway.model("good", default_max_tokens=1_000)
    raw = gateway.openai.chat.completions.with_raw_response
    said: Any = [{"role": "user", "content": "tokens=3"}]
    first = raw.create(model="good", messages=said)
    assert first.headers["x-ratelimit-limit-tokens"] == "5000"
    assert int(first.headers["x-ratelimit-remaining-tokens"]) == 5_000 - 10 - 3
    assert first.headers["x-ratelimit-reset-tokens"].endswith("s")
    Rule.objects.update(limit=20)
    client = gateway.openai.with_options(max_retries=2)
    with pytest.raises(openai.RateLimitError, match="Your limit is 20 tokens") as caught:
        client.chat.completions.create(model="good", messages=said)
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")
    headers = caught.value.response.headers
    assert headers["x-should-retry"] == "false"
    assert (headers["x-ratelimit-limit-tokens"], headers["x-ratelimit-remaining-tokens"]) == (
        "20",
        "7",
    )
    assert "retry-after" not in headers
    assert len(gateway.upstream.calls) == 1
    gateway.settled(1)


def test_every_error_has_the_quota_headers(gateway: Gateway) -> None:
    limit(5_000, user=gateway.alice)
    gateway.model("500")
    broken = [gateway.body("500"), gateway.body(temperature=-9), gateway.body() | {"model": "none"}]
    for status, body in zip((502, 400, 404), broken, strict=True):
        answer = gateway.post(body)
        assert answer.status_code == status
        assert answer.headers["x-ratelimit-limit-tokens"] == "5000"
        assert answer.headers["x-ratelimit-remaining-tokens"] == "5000"


def test_a_streams_quota_headers_leave_out_what_it_may_need(gateway: Gateway) -> None:
    limit(5_000, user=gateway.alice)
    gateway.model("good", default_max_tokens=1_000)
    stream = gateway.post(gateway.body(stream=True))
    assert 3_500 < int(stream.headers["x-ratelimit-remaining-tokens"]) < 4_000
