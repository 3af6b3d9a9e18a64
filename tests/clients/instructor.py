"""instructor, in each mode that asks for chat completions."""

import os

import instructor
import openai
import pytest
from pydantic import BaseModel

from tests.clients.models import MODEL

# The model repeats this where it is given neither a tool nor a schema.
QUESTION = """The 'name' and the 'mayor' of a town:
```json
{"name": "Bern", "mayor": "Marieke"}
```"""


class Town(BaseModel):
    """The form of an answer."""

    name: str
    mayor: str


def client(mode):
    package = openai.OpenAI(base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"])
    return instructor.from_openai(package, mode=mode)


def asked(**more):
    said = [{"role": "user", "content": QUESTION}]
    return {"model": MODEL, "messages": said, "response_model": Town, "max_retries": 0, **more}


MODES = pytest.mark.parametrize("mode", ["TOOLS", "TOOLS_STRICT", "JSON", "MD_JSON", "JSON_SCHEMA"])


@MODES
def test_a_whole_answer_is_an_object(mode):
    made, completion = client(instructor.Mode[mode]).chat.completions.create_with_completion(
        **asked()
    )
    assert isinstance(made, Town)
    assert completion.usage.total_tokens > 10


@MODES
def test_an_object_grows_while_it_streams(mode):
    *_, last = client(instructor.Mode[mode]).chat.completions.create_partial(**asked())
    assert last.name
    assert last.mayor


def test_several_objects_stream_one_after_the_other():
    found = list(client(instructor.Mode.TOOLS).chat.completions.create_iterable(**asked()))
    assert [type(each).__name__ for each in found] == ["Town"]


def test_an_answer_that_does_not_fit_is_asked_for_again_with_the_fault():
    class Hamlet(Town):
        people: str

        @classmethod
        def model_validate_json(cls, *arguments, **more):
            Hamlet.tries += 1
            if Hamlet.tries == 1:
                return Town.model_validate_json('{"name": 1}')
            return super().model_validate_json(*arguments, **more)

    Hamlet.tries = 0
    wanted = asked(response_model=Hamlet, max_retries=2)
    assert client(instructor.Mode.TOOLS).chat.completions.create(**wanted).name == "name"
    assert Hamlet.tries == 2
