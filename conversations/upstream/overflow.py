"""Recognises that a request is longer than the context of its model, and by how much.

Servers have no common code for this, so their words decide: that of the prompt, the input or the
context something is too long. Words about a rate or about ``max_tokens`` alone mean something else.
The numbers are told apart by the words beside them; only where there are none, by their size.
"""

import re
from typing import NamedTuple

_OVERFLOW = re.compile(
    r"context[_ ](?:length|size|window|limit)"
    r"|exceed_context|max_prompt_tokens|max_seq_len|tokens_limit_reached"
    r"|max\w* (?:model|prompt|input) length"
    r"|max\w* number of tokens|token limit"
    r"|(?:prompt|input|messages?|conversation)(?: is| are|) too (?:long|large)"
    r"|too large for model with|too many (?:input |prompt )?tokens"
    r"|input tokens exceed|token count\b.*\bexceeds"
    r"|inputs\W* (?:tokens|must have less)|range of input length"
    r"|reduce the length of (?:the |your )?(?:messages|prompt|input)"
    r"|current length is \d{1,9} while limit"
    r"|超长|超过.{0,12}(?:上下文|token)",
    re.IGNORECASE,
)
# "tokens per min (TPM): Limit 6000, Requested 7000", and "max_tokens (8192) have exceeded
# max_seq_len": the requested answer is too long, not the prompt.
_OTHERWISE = re.compile(
    r"\bper[ _](?:second|min|minute|hour|day)\b|\b[TR]P[MHD]\b|^max_(?:completion_)?tokens\b",
    re.IGNORECASE,
)

# Bounded, since a server may send a megabyte of digits.
_N = r"(?<!\d)(\d{1,9})(?!\d)"
_THOUSANDS = re.compile(r"(?<=\d)[,_](?=\d{3}\b)")
# "exceeded max context length by 123 tokens" names neither length.
_EXCESS = re.compile(r"\bby \d{1,9} tokens")
# "188240 + 21333 > 200000"
_SUM = re.compile(rf"{_N} \+ {_N} > {_N}")
_LIMIT = re.compile(
    rf"{_N} (?:tokens )?maximum"
    r"|(?:context (?:length|size|window)|max\w* [\w ]{0,16}length|limit|max size"
    r"|max\w* number of tokens|max_(?:prompt_tokens|seq_len)|less than|not exceed|<=)"
    rf"[^\d.;]{{0,24}}{_N}"
    rf"|input length should be \[\d{{1,9}}, ?{_N}\]",
    re.IGNORECASE,
)
# "200 in the messages", "1000 tokens from the input messages", "4097 input tokens"
_OF_PROMPT = re.compile(
    rf"{_N} (?:tokens )?(?:(?:in|from|of) (?:the |your )?)?(?:text )?\W?(?:input |)"
    r"(?:messages|prompt|inputs?)\b",
    re.IGNORECASE,
)
_OF_ANSWER = re.compile(
    rf"{_N} (?:tokens )?(?:(?:in|for|of) the )?\W?(?:completion|output|max_new_tokens)"
    rf"|max_(?:completion_)?tokens\W+is too large: {_N}",
    re.IGNORECASE,
)
_AFTER_PROMPT = re.compile(
    rf"\b(?:request|prompt|input|messages?)\b[^\d.;]{{0,24}}{_N}", re.IGNORECASE
)
# Shorter numbers belong to names of models, longer ones to ids.
_NUMBER = re.compile(r"\b\d{3,8}\b")


# Characters of a message that are looked at.
MOST_READ = 2000


class Lengths(NamedTuple):
    """Tokens of the prompt, of the requested answer, and the most that the model takes together;
    None where the server does not say."""

    prompt: int | None = None
    answer: int | None = None
    limit: int | None = None


def is_overflow(words: str) -> bool:
    """Return whether an error with this code, type or message says that the prompt is too long."""
    words = words[:MOST_READ]
    return bool(_OVERFLOW.search(words)) and not _OTHERWISE.search(words)


def lengths_in(message: str) -> Lengths:
    """Return the lengths that a message gives."""
    text = _EXCESS.sub("", _THOUSANDS.sub("", message[:MOST_READ]))
    if found := _SUM.search(text):
        return Lengths(*map(int, found.groups()))
    limit = _first(_LIMIT, text)
    numbers = {int(number) for number in _NUMBER.findall(text)}
    if limit is None and len(numbers) > 1:
        limit = min(numbers)
    prompt = _first(_OF_PROMPT, text) or _beyond(limit, numbers) or _alone(limit, text)
    if limit is None and prompt is None:
        limit = min(numbers, default=None)
    return Lengths(prompt, _first(_OF_ANSWER, text), limit)


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return next((int(number) for number in found.groups() if number), None) if found else None


def _beyond(limit: int | None, numbers: set[int]) -> int | None:
    """The largest number above the limit: the prompt did not fit."""
    largest = max(numbers, default=0)
    return largest if limit is not None and largest > limit else None


def _alone(limit: int | None, text: str) -> int | None:
    """The only number, if it follows a word for the prompt."""
    return _first(_AFTER_PROMPT, text) if limit is None else None
