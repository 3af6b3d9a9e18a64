"""LangChain's standard tests of chat models, those of pictures and recordings left out."""

import os
from typing import Any

import openai
import pytest
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

from tests.clients.models import BROKEN, MODEL


class TestChatOpenAI(ChatModelIntegrationTests):
    """The tests, for the class that people use with a base address of their own."""

    chat_model_class = ChatOpenAI
    has_tool_calling = True
    has_tool_choice = True
    has_structured_output = True
    supports_json_mode = True
    supports_anthropic_inputs = True
    model_override_value = "good"
    chat_model_params = {
        "model": MODEL,
        "base_url": os.environ["BASE_URL"],
        "api_key": os.environ["API_KEY"],
        "stream_usage": True,
    }
    supported_usage_metadata_details = {
        kind: ["reasoning_output", "cache_read_input"] for kind in ("invoke", "stream")
    }

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> Any:
        """An answer of a model that thinks before it."""
        model = ChatOpenAI(**self.chat_model_params, reasoning_effort="high", streaming=stream)
        return model.invoke("How much is 3 + 4?")

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> Any:
        """An answer whose prompt the server knew in part."""
        return ChatOpenAI(**self.chat_model_params, streaming=stream).invoke("How much is 3 + 4?")


@pytest.mark.parametrize("method", ["function_calling", "json_schema", "json_mode"])
def test_structured_output_by_each_method(method: str) -> None:
    schema = {
        "title": "Town", "description": "A town.", "type": "object",
        "properties": {"name": {"type": "string"}}, "required": ["name"],
    }  # fmt: skip
    model = ChatOpenAI(**TestChatOpenAI.chat_model_params)
    found = model.with_structured_output(schema, method=method).invoke("'name' of a town, as JSON")
    assert set(found) == {"name"}


@pytest.mark.parametrize("model", BROKEN)
def test_an_answer_that_breaks_off_is_an_error(model: str) -> None:
    asked = ChatOpenAI(**{**TestChatOpenAI.chat_model_params, "model": model}, max_retries=0)
    with pytest.raises(openai.APIError):
        list(asked.stream("Hello"))
