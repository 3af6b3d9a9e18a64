"""Parameters as programs send them: on the upstream's wire, streamed and whole."""

from typing import Any

import httpx
import pytest

from conversations.models import Generation
from tests.api.conftest import Gateway
from tests.quotas.books import limit

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


def sent(gateway: Gateway, **fields: Any) -> tuple[httpx.Response, dict[str, Any]]:
    """The answer to these fields, and the body that the upstream got."""
    answer = gateway.post(gateway.body(**fields))
    assert answer.status_code == 200, answer.text
    return answer, gateway.upstream.calls[-1].body


def refused(gateway: Gateway, **fields: Any) -> dict[str, Any]:
    """The error for these fields; the upstream got nothing."""
    before = len(gateway.upstream.calls)
    answer = gateway.post(gateway.body(**fields))
    assert (answer.status_code, len(gateway.upstream.calls)) == (400, before), answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


@both_ways
def test_a_length_that_no_model_writes_is_lowered_and_told(gateway: Gateway, stream: bool) -> None:
    gateway.model("good", context_length=131_072)
    for name in ("max_tokens", "max_completion_tokens"):
        answer, body = sent(gateway, stream=stream, **{name: 32_000})
        assert body["max_tokens"] == 16_384
        assert answer.headers["x-lowered-max-tokens"] == "16384"
    gateway.settled(2)
    stored = Generation.objects.values_list("parameters__max_tokens", flat=True)
    assert set(stored) == {16_384}


@both_ways
def test_a_length_is_lowered_to_what_the_context_has_room_for(
    gateway: Gateway, stream: bool
) -> None:
    gateway.model("good", context_length=8_192)
    answer, body = sent(gateway, stream=stream, max_tokens=32_000)
    assert answer.headers["x-lowered-max-tokens"] == str(body["max_tokens"])
    assert 8_000 < body["max_tokens"] < 8_192
    long = [{"role": "user", "content": "tokens=1 " + "word " * 3_000}]
    _, body = sent(gateway, stream=stream, max_tokens=8_192, messages=long)
    assert 1_000 < body["max_tokens"] < 4_500
    # What fits stays as it was asked for, and an overlong prompt is left to the server's words.
    for context in (8_192, 3_000):
        gateway.model("good", context_length=context)
        answer, body = sent(gateway, stream=stream, max_tokens=2_000, messages=long)
        assert (body["max_tokens"], "x-lowered-max-tokens" in answer.headers) == (2_000, False)


@both_ways
def test_every_number_beyond_a_models_range_is_moved_and_told(
    gateway: Gateway, stream: bool
) -> None:
    rules = {"temperature": {"low": 0.1, "high": 1}, "top_k": {"high": 40}}
    gateway.model("good", parameters=rules)
    asked = {"temperature": 2.5, "top_k": -1, "frequency_penalty": -7}
    answer, body = sent(gateway, stream=stream, **asked)
    assert {name: body[name] for name in asked} == {
        "temperature": 1, "top_k": 40, "frequency_penalty": -2,
    }  # fmt: skip
    told = {name: value for name, value in answer.headers.items() if "ed-" in name[:10]}
    assert told == {
        "x-lowered-temperature": "1", "x-lowered-top-k": "40", "x-raised-frequency-penalty": "-2",
    }  # fmt: skip
    answer, body = sent(gateway, stream=stream, temperature=0)
    assert (body["temperature"], answer.headers["x-raised-temperature"]) == (0.1, "0.1")


def test_a_number_in_range_is_told_by_no_header(gateway: Gateway) -> None:
    answer, _ = sent(gateway, max_tokens=16_384, temperature=2, top_p=0, top_k=0)
    assert not [name for name in answer.headers if name.startswith(("x-lowered", "x-raised"))]


def test_a_limit_lowers_further_what_the_model_has_lowered(gateway: Gateway) -> None:
    limit(5_000, user=gateway.alice)
    answer, body = sent(gateway, max_tokens=32_000)
    assert answer.headers["x-lowered-max-tokens"] == str(body["max_tokens"])
    assert body["max_tokens"] < 5_000


def test_no_limit_of_ones_own_is_the_models(gateway: Gateway) -> None:
    answer, body = sent(gateway, max_tokens=-1)
    assert "max_tokens" not in body
    assert "x-lowered-max-tokens" not in answer.headers
    limit(1_000_000, user=gateway.alice)
    answer, body = sent(gateway, max_tokens=-1)
    assert "max_tokens" not in body
    assert "x-lowered-max-tokens" not in answer.headers


@both_ways
@pytest.mark.parametrize("dialect", ["openai", "vllm", "siliconflow", "ollama", "generic"])
def test_the_effort_reaches_every_server_that_knows_it(
    gateway: Gateway, dialect: str, stream: bool
) -> None:
    model = gateway.model("good")
    model.provider.dialect = dialect
    model.provider.save()
    answer, body = sent(gateway, stream=stream, reasoning_effort="high")
    assert body["reasoning_effort"] == "high"
    assert "x-ignored-fields" not in answer.headers


THOUGHTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("generic", {"thinking": {"type": "enabled"}}, {"thinking": {"type": "enabled"}}),
    ("generic", {"reasoning": {"effort": "low"}}, {"reasoning": {"effort": "low"}}),
    ("siliconflow", {"thinking": {"type": "disabled"}}, {"enable_thinking": False}),
    (
        "siliconflow",
        {"thinking": {"type": "enabled", "budget_tokens": 900}},
        {"enable_thinking": True, "thinking_budget": 900},
    ),
    (
        "vllm",
        {"thinking": {"type": "disabled"}},
        {"chat_template_kwargs": {"enable_thinking": False}},
    ),
    ("vllm", {"thinking": {"type": "auto"}}, {}),
    ("vllm", {"reasoning": {"effort": "high", "exclude": True}}, {"reasoning_effort": "high"}),
    ("openai", {"reasoning": {"effort": "high", "summary": "auto"}}, {"reasoning_effort": "high"}),
    ("siliconflow", {"reasoning_effort": "none"}, {"enable_thinking": False}),
    ("siliconflow", {"reasoning": {"effort": "none"}}, {"enable_thinking": False}),
    (
        "llamacpp",
        {"reasoning_effort": "none"},
        {"chat_template_kwargs": {"enable_thinking": False}},
    ),
    ("vllm", {"reasoning_effort": "none"}, {"reasoning_effort": "none"}),
    ("siliconflow", {"reasoning": {"max_tokens": 900}}, {"thinking_budget": 900}),
    ("siliconflow", {"reasoning": {"enabled": False}}, {"enable_thinking": False}),
    (
        "siliconflow",
        {"reasoning": {"effort": "max"}, "reasoning_effort": "high"},
        {"reasoning_effort": "high"},
    ),
]


@pytest.mark.parametrize(("dialect", "asked", "expected"), THOUGHTS, ids=str)
def test_how_much_a_model_thinks_is_sent_in_the_form_that_its_server_knows(
    gateway: Gateway, dialect: str, asked: dict[str, Any], expected: dict[str, Any]
) -> None:
    model = gateway.model("good", reasons=True)
    model.provider.dialect = dialect
    model.provider.save()
    _, body = sent(gateway, **asked)
    thinks = {"thinking", "reasoning", "reasoning_effort", "enable_thinking", "thinking_budget"}
    found = {name: body[name] for name in body if name in {*thinks, "chat_template_kwargs"}}
    assert found == expected


def test_a_model_that_cannot_think_need_not_be_asked_not_to(gateway: Gateway) -> None:
    model = gateway.model("good")
    model.provider.dialect = "vllm"
    model.provider.save()
    answer, body = sent(gateway, thinking={"type": "disabled"})
    assert answer.headers["x-ignored-fields"] == "enable_thinking"
    assert not {"thinking", "chat_template_kwargs"} & body.keys()
    assert refused(gateway, thinking={"type": "enabled"})["param"] == "thinking"


def test_a_form_of_thinking_that_no_field_can_express_is_refused(gateway: Gateway) -> None:
    model = gateway.model("good", reasons=True)
    model.provider.dialect = "vllm"
    model.provider.save()
    for thinking in ({"type": "enabled", "budget_tokens": 900}, {"type": "enabled", "other": 1}):
        assert refused(gateway, thinking=thinking)["param"] == "thinking"
    assert refused(gateway, thinking={"type": "perhaps"})["param"] == "enable_thinking"
    assert refused(gateway, reasoning={"effort": "very"})["param"] == "reasoning_effort"


def test_what_would_change_the_answer_is_refused_with_what_to_do(gateway: Gateway) -> None:
    model = gateway.model("good")
    model.provider.dialect = "openai"
    model.provider.save()
    unknown_to_openai = {
        "top_k": 5, "min_p": 0.1, "repetition_penalty": 1.2, "guided_json": {"type": "object"},
        "guided_choice": ["a"], "chat_template_kwargs": {"a": 1}, "thinking": {"type": "enabled"},
        "enable_thinking": True, "thinking_budget": 500,
    }  # fmt: skip
    for name, value in unknown_to_openai.items():
        error = refused(gateway, **{name: value})
        assert (error["code"], error["param"]) == ("unsupported_parameter", name)
        assert f"“good” does not take “{name}”" in error["message"]
    for name, value in {
        "modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"},
        "mirostat": 2, "stop_sequences": ["x"], "max_output_tokens": 5, "options": {"num_ctx": 9},
        "regex": "a+", "ebnf": "root ::= x", "random_seed": 5, "enable_search": True,
        "instructions": "Be brief.", "google": {"thinking_config": {}}, "do_sample": False,
        "skip_special_tokens": False, "truncate_prompt_tokens": 100, "prompt_logprobs": 1,
    }.items():  # fmt: skip
        error = refused(gateway, **{name: value})
        assert (error["code"], error["param"]) == ("unsupported_parameter", name)
    # OpenAI's own go to it.
    passed = {"verbosity": "low", "logit_bias": {"50256": -100}, "web_search_options": {"a": "b"}}
    assert sent(gateway, **passed)[1].items() >= passed.items()
    # The usual way to let such a model search.
    assert sent(gateway, web_search_options={})[1]["web_search_options"] == {}


def test_what_asks_for_nothing_is_refused_by_no_model(gateway: Gateway) -> None:
    model = gateway.model("good", takes_tools=False, writes_json=False)
    model.provider.dialect = "openai"
    model.provider.save()
    nothing: dict[str, Any] = {
        "top_k": -1, "min_p": 0, "repetition_penalty": 1, "enable_thinking": False,
        "guided_json": {}, "modalities": ["text"], "audio": None, "mirostat": 0, "echo": False,
        "tools": [], "tool_choice": "auto", "parallel_tool_calls": True, "functions": None,
        "response_format": {"type": "text"}, "prediction": {"type": "content", "content": "x"},
        "enable_search": False, "do_sample": True, "skip_special_tokens": True,
        "penalty_score": 1.0,
    }  # fmt: skip
    answer, body = sent(gateway, **nothing)
    assert not body.keys() & nothing.keys()
    assert set(answer.headers["x-ignored-fields"].split(", ")) == {
        "top_k", "min_p", "repetition_penalty", "enable_thinking", "modalities", "mirostat",
        "echo", "response_format", "prediction", "enable_search", "do_sample",
        "skip_special_tokens", "penalty_score",
    }  # fmt: skip


@pytest.mark.parametrize("value", [10**400, -(10**400), 10**30, 1e300])
@pytest.mark.parametrize("field", ["n", "seed"])
def test_a_number_of_very_many_digits_is_refused_in_few_words(
    gateway: Gateway, field: str, value: float
) -> None:
    error = refused(gateway, **{field: value})
    assert (error["code"], error["param"]) == ("invalid_value", field)
    assert "is out of range" in error["message"]
    assert len(error["message"]) < 150


def test_thinking_is_turned_off_under_the_name_that_ollama_has(gateway: Gateway) -> None:
    gateway.model("good", dialect="siliconflow", reasons=True)
    assert sent(gateway, think=False)[1]["enable_thinking"] is False
    assert sent(gateway, think=True)[1]["enable_thinking"] is True


@both_ways
def test_the_extra_body_of_a_model_is_sent_below_what_the_request_says(
    gateway: Gateway, stream: bool
) -> None:
    extra = {
        "chat_template_kwargs": {"enable_thinking": False, "style": "dry"},
        "top_k": 20,
        "mirostat": 2,
        "seed": 5,
    }
    gateway.model("good", extra_body=extra)
    _, body = sent(gateway, stream=stream)
    assert body.items() >= extra.items()
    own = {"chat_template_kwargs": {"style": "long"}, "seed": 9}
    _, body = sent(gateway, stream=stream, **own)
    assert body["chat_template_kwargs"] == {"enable_thinking": False, "style": "long"}
    assert (body["seed"], body["top_k"], body["mirostat"]) == (9, 20, 2)
    assert body["model"] == "good"


@both_ways
def test_choices_among_tools_go_only_with_tools(gateway: Gateway, stream: bool) -> None:
    alone = {"tool_choice": "auto", "parallel_tool_calls": True}
    for fields in ({"tools": [], **alone}, alone, {"tools": None, "tool_choice": "none"}):
        body = sent(gateway, stream=stream, **fields)[1]
        assert not {"tools", *alone} & body.keys()
