"""The command `llm`, with a model of its own configuration."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.models import MODEL

CONFIGURATION = f"""
- model_id: ours
  model_name: {MODEL}
  api_base: {os.environ["BASE_URL"]}
  api_key_name: ours
  supports_tools: true
  supports_schema: true
  can_stream: true
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("llm")
    (made / "extra-openai-models.yaml").write_text(CONFIGURATION)
    (made / "keys.json").write_text(f'{{"ours": "{os.environ["API_KEY"]}"}}')
    return made


def run(folder, *arguments):
    program = Path(sys.executable).with_name("llm")
    variables = {**os.environ, "LLM_USER_PATH": str(folder)}
    ended = subprocess.run(
        [program, "prompt", "-m", "ours", *arguments],
        env=variables, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.parametrize("option", [[], ["--no-stream"]])
def test_it_answers(folder, option):
    assert run(folder, *option, "-s", "Be brief.", "Hello") == "You said: Hello"


def test_a_tool_is_called(folder):
    tool = "def weather(town: str) -> str:\n    return '12 °C in ' + town"
    assert run(folder, "--functions", tool, "In 'Bern'?") == "I was told: 12 °C in Bern"


def test_an_answer_has_its_schema(folder):
    assert run(folder, "--schema", "name, people int", "'Bern', 5") == (
        '{"name": "Bern", "people": 5}'
    )
