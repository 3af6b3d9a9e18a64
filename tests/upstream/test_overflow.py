"""An overflow of the context in the words of many servers, with its numbers."""

import pytest

from conversations.upstream.overflow import Lengths, is_overflow, lengths_in

# (message, prompt, answer, limit). From public bug reports and the servers' sources.
SAID: list[tuple[str, int | None, int | None, int | None]] = [
    (  # OpenAI
        ("This model's maximum context length is 4097 tokens. However, your messages resulted in "
        "4500 tokens. Please reduce the length of the messages."),
        4500, None, 4097,
    ),
    (  # OpenAI, DeepSeek, vLLM
        ("This model's maximum context length is 4096 tokens. However, you requested 4200 tokens "
        "(200 in the messages, 4000 in the completion). Please reduce the length of the messages "
        "or completion."),
        200, 4000, 4096,
    ),
    (  # OpenAI, newer
        ("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in "
        "300000 tokens. Please reduce the length of the messages."),
        300000, None, 272000,
    ),
    ("Your input exceeds the context window of this model.", None, None, None),
    (  # vLLM, newer
        ("This model's maximum context length is 4096 tokens. However, you requested 16 output "
        "tokens and your prompt contains at least 4097 input tokens, for a total of at least 4113 "
        "tokens. Please reduce the length of the input prompt."),
        4097, 16, 4096,
    ),
    (  # vLLM
        ("'max_tokens' or 'max_completion_tokens' is too large: 4000. This model's maximum context "
        "length is 4096 tokens and your request has 200 input tokens (4000 > 4096 - 200)."),
        200, 4000, 4096,
    ),
    (
        ("The decoder prompt (length 4097) is longer than the maximum model length of 4096. Make "
        "sure that `max_model_len` is no smaller than the number of text tokens."),
        4097, None, 4096,
    ),
    (  # llama.cpp
        "request (3031 tokens) exceeds the available context size (2048 tokens), try increasing it",
        3031, None, 2048,
    ),
    ("request (3031 tokens) exceeds the available context size", 3031, None, None),
    (
        ("the request exceeds the available context size. try increasing the context size or "
        "enable context shift"),
        None, None, None,
    ),
    ("Requested tokens (5000) exceed context window of 2048", 5000, None, 2048),
    (  # SiliconFlow
        "number of input tokens (300030) has exceeded max_prompt_tokens (98304) limit.",
        300030, None, 98304,
    ),
    (
        "length of prompt_tokens (235121) must be less than max_seq_len (65536).",
        235121, None, 65536,
    ),
    ("The input has exceeded max_seq_len (131072) limit", None, None, 131072),
    (  # SGLang
        "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
        5000, None, 4096,
    ),
    (
        ("Requested token count exceeds the model's maximum context length of 4096 tokens. You "
        "requested a total of 5000 tokens: 1000 tokens from the input messages and 4000 tokens for "
        "the completion."),
        1000, 4000, 4096,
    ),
    (  # Ollama
        "prompt too long; exceeded max context length by 123 tokens", None, None, None,
    ),
    ("the input length exceeds the context length", None, None, None),
    (  # LM Studio
        ("Trying to keep the first 5000 tokens when context the overflows. However, the model is "
        "loaded with context length of only 4096 tokens, which is not enough."),
        5000, None, 4096,
    ),
    (  # Text Generation Inference, Together
        ("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1500 "
        "`inputs` tokens and 1000 `max_new_tokens`"),
        1500, 1000, 2048,
    ),
    ("Input validation error: `inputs` must have less than 1024 tokens. Given: 1100",
     1100, None, 1024),
    # Anthropic
    ("prompt is too long: 208310 tokens > 200000 maximum", 208310, None, 200000),
    (
        ("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease "
        "input length or `max_tokens` and try again"),
        188240, 21333, 200000,
    ),
    # Bedrock
    ("Input is too long for requested model.", None, None, None),
    (  # Gemini
        "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
        1048577, None, 1048576,
    ),
    ("The input token count exceeds the maximum number of tokens allowed 1048576.",
     None, None, 1048576),
    (  # OpenRouter
        ("This endpoint's maximum context length is 131072 tokens. However, you requested about "
        "198932 tokens (197932 of text input, 1000 in the output). Please reduce the length of "
        "either one."),
        197932, 1000, 131072,
    ),
    (  # Mistral
        ("Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum "
        "context length"),
        65673, None, 32768,
    ),
    (  # xAI
        "This model's maximum prompt length is 131072 but the request contains 145844 tokens.",
        145844, None, 131072,
    ),
    ("Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)",  # Kimi
     9000, None, 8192),
    ("Range of input length should be [1, 30720]", None, None, 30720),  # Qwen
    ("Current length is 9000 while limit is 8192", 9000, None, 8192),  # Cerebras
    (  # Cohere
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 7033.",
        7033, None, 4081,
    ),
    ("prompt token count of 128001 exceeds the limit of 128000", 128001, None, 128000),  # Copilot
    ("Please reduce the length of the messages or completion.", None, None, None),  # Groq
    ("The prompt is too long: 10000, model maximum context length: 8191", 10000, None, 8191),
    ("Request exceeds the context window of 131,072 tokens: it has 140,001 tokens",
     140001, None, 131072),
]  # fmt: skip


@pytest.mark.parametrize(("message", "prompt", "answer", "limit"), SAID)
def test_an_overflow_is_recognised_with_its_numbers(
    message: str, prompt: int | None, answer: int | None, limit: int | None
) -> None:
    assert is_overflow(message)
    assert lengths_in(message) == Lengths(prompt, answer, limit)


@pytest.mark.parametrize(
    "words",
    [
        "context_length_exceeded  Please reduce the length of the messages or completion.",
        "tokens_limit_reached  Request body too large for gpt-4o model. Max size: 8000 tokens.",
        "1261  Prompt 超长",
    ],
)
def test_a_code_says_it_as_well(words: str) -> None:
    assert is_overflow(words)


@pytest.mark.parametrize(
    "words",
    [
        "Request too large for model x on tokens per minute (TPM): Limit 6000, Requested 7000",
        "rate_limit_exceeded tokens Rate limit reached for gpt-4 on tokens per min: Limit 10000",
        "max_tokens (8192) have exceeded max_seq_len (8192) limit.",
        "max_tokens is too large: 32000. This model supports at most 16384 completion tokens",
        "The request is too large.",
        "Input image is too large: 5000 pixels",
        "Too many requests",
        "temperature must be at most 2",
        "string too long",
    ],
)
def test_other_limits_are_no_overflow(words: str) -> None:
    assert not is_overflow(words)
