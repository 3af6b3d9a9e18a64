"""A first API request in three languages, which can be copied and run."""

import json
import shlex
from dataclasses import dataclass

from django.conf import settings

# The environment variable of the key in the examples, and in the page's "Copy as curl".
KEY_VARIABLE = "PARLEY_API_KEY"
_QUESTION = "Write a haiku about tea."

_CURL = """\
curl {url} \\
  -H "Authorization: Bearer ${variable}" \\
  -H "Content-Type: application/json" \\
  -d {body}
"""
_BODY = """\
{{
    "model": {model},
    "messages": [{{"role": "user", "content": {question}}}]
  }}"""
_PYTHON = """\
# pip install openai
import os
from openai import OpenAI

client = OpenAI(base_url={base}, api_key=os.environ["{variable}"])
completion = client.chat.completions.create(
    model={model},
    messages=[{{"role": "user", "content": {question}}}],
)
print(completion.choices[0].message.content)
"""
_JAVASCRIPT = """\
// npm install openai
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {base}, apiKey: process.env.{variable} }});
const completion = await client.chat.completions.create({{
  model: {model},
  messages: [{{ role: "user", content: {question} }}],
}});
console.log(completion.choices[0].message.content);
"""


@dataclass(frozen=True)
class Example:
    """A first request in one language; ``slug`` names it on the page."""

    slug: str
    label: str
    text: str


def base_address() -> str:
    """The base address for API clients."""
    return f"{settings.SITE_URL}/v1"


def examples(model: str) -> list[Example]:
    """A first request to ``model`` in each language."""
    values = {
        "url": shlex.quote(f"{base_address()}/chat/completions"),
        "variable": KEY_VARIABLE,
        # A JSON string is a literal in Python and in JavaScript, too.
        "base": json.dumps(base_address()),
        "model": json.dumps(model, ensure_ascii=False),
        "question": json.dumps(_QUESTION),
    }
    body = shlex.quote(_BODY.format(**values))
    return [
        Example("curl", "curl", _CURL.format(body=body, **values)),
        Example("python", "Python", _PYTHON.format(**values)),
        Example("javascript", "JavaScript", _JAVASCRIPT.format(**values)),
    ]
