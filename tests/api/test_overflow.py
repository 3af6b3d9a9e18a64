"""A prompt that is too long is reported in the words that agents know, and compact on."""

import json
import re
from typing import Any

import openai
import pytest

from conversations.api.overflow_words import overflow_words
from conversations.models import LanguageModel
from conversations.upstream import ContextOverflow
from tests.api.conftest import Gateway
from tests.quotas.books import limit

LLAMA = (
    "This model's maximum context length is 2048 tokens. However, your messages resulted in 3031 "
    "tokens. Please reduce the length of the messages."
)
BOTH = (
    "This model's maximum context length is 4096 tokens. However, you requested 4200 tokens (200 "
    "in the messages, 4000 in the completion). Please reduce the length of the messages or "
    "completion."
)
NEITHER = (
    "This model's maximum context length is exceeded. However, your messages resulted in more "
    "tokens. Please reduce the length of the messages."
)
SENTENCES = {
    "context": "This model's maximum context length is 98304 tokens. However, your messages "
    "resulted in 300030 tokens. Please reduce the length of the messages.",
    "context-llama": LLAMA,
    "context-vllm": BOTH,
    "context-bare": NEITHER,
}


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
def test_an_overflow_before_the_answer_is_a_400_in_openai_s_words(
    gateway: Gateway, streamed: bool
) -> None:
    for script, sentence in SENTENCES.items():
        answer = gateway.post(gateway.body(script, stream=streamed))
        assert answer.status_code == 400
        assert answer.json()["error"] == {
            "message": sentence,
            "type": "invalid_request_error",
            "param": "messages",
            "code": "context_length_exceeded",
        }
        assert answer.headers["x-should-retry"] == "false"


def test_an_overflow_within_the_answer_is_an_event_in_the_same_words(gateway: Gateway) -> None:
    body = gateway.body("context-mid-stream", "at=2", stream=True)
    *_said, last, _empty = gateway.post(body).text.split("\n\n")
    error = json.loads(last.removeprefix("data: "))["error"]
    assert (error["message"], error["code"]) == (LLAMA, "context_length_exceeded")
    assert error["type"] == "invalid_request_error"


def test_the_official_package_raises_a_bad_request_with_the_code(gateway: Gateway) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        gateway.ask("context-llama")
    assert caught.value.code == "context_length_exceeded"


@pytest.mark.parametrize(
    ("context_length", "words", "lengths"),
    [
        (None, "Hi", ("exceeded", "more")),
        (8192, "Hi", ("8192 tokens", "more")),
        # The estimate is shown where it explains the refusal.
        (8192, "word " * 10_000, ("8192 tokens", "12506")),
    ],
)
def test_a_number_that_the_server_does_not_give_is_the_model_s(
    gateway: Gateway, context_length: int | None, words: str, lengths: tuple[str, str]
) -> None:
    body = gateway.body("context-bare", words)
    LanguageModel.objects.update(context_length=context_length)
    found = re.fullmatch(
        r"This model's maximum context length is ([\w ]+). However, your messages resulted in "
        r"(\w+) tokens. Please reduce the length of the messages.",
        gateway.post(body).json()["error"]["message"],
    )
    assert found
    assert found.groups() == lengths


def test_no_number_contradicts_the_other(gateway: Gateway) -> None:
    body = gateway.body("context-half")
    LanguageModel.objects.update(context_length=131_072)
    message = gateway.post(body).json()["error"]["message"]
    assert message.startswith("This model's maximum context length is exceeded. However, your ")
    assert "resulted in 3031 tokens" in message


# What clients look for, in lower case: litellm (and aider), LangChain, Cline, crewAI, OpenHands.
MARKS = (
    r"this model's maximum context length is",
    r"\bcontext\s*(?:length|window)\b",
    r"\bmaximum\s*context\b",
    r"please reduce the length of the messages",
)


@pytest.mark.parametrize("prompt", [None, 9000, 200])
@pytest.mark.parametrize("answer", [None, 4000])
@pytest.mark.parametrize("limit", [None, 8192])
def test_every_form_of_the_sentence_has_the_words_that_clients_look_for(
    prompt: int | None, answer: int | None, limit: int | None
) -> None:
    error: Any = ContextOverflow("")
    error.prompt_tokens, error.answer_tokens, error.limit = prompt, answer, limit
    said = overflow_words(error)
    assert [mark for mark in MARKS if not re.search(mark, said.lower())] == []
    assert said.endswith(".")


# What agents take for a prompt that is too long: opencode, Cline, Goose and others.
MISTAKEN = re.compile(
    r"context[ _](?:length|window|size)|maximum (?:context|prompt)|too many tokens|tokens? exceed"
    r"|token limit exceeded|exceeds the (?:limit of \d|maximum)|(?:prompt|input) (?:is )?too long"
    r"|input tokens|reduce the length|too large"
)


@pytest.mark.parametrize("tokens", [1, 3000])
def test_a_limit_is_not_mistaken_for_a_prompt_that_is_too_long(
    gateway: Gateway, tokens: int
) -> None:
    """An agent would shorten its conversation again and again, and lose what it knew."""
    limit(tokens, user=gateway.alice)
    body = gateway.body("good", "word " * 2000, max_tokens=2000)
    refused = [gateway.post(body) for _ in range(2)][-1]
    assert refused.status_code == 429
    error = refused.json()["error"]
    assert MISTAKEN.search(f"{error['message']} {error['code']}".lower()) is None
