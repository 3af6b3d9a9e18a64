"""Written answers wait for their gate, and continue after an interruption."""

from conversations.upstream import ChatMessage, CompletionRequest
from tests.upstream.asking import run, upstream
from tests.upstreams.demo import ANSWERS, GATE, LOG, SHORT, pieces


def answer_to(*messages: ChatMessage, released: int = 0) -> str:
    async def listen() -> str:
        async with upstream() as (server, client):
            server.open(GATE, released)
            said = ""
            async with client.stream(CompletionRequest(model="demo", messages=messages)) as answer:
                while chunks := await answer.read():
                    choices = [choice for chunk in chunks for choice in chunk.choices]
                    said += "".join(choice.delta.content or "" for choice in choices)
            return said

    return run(listen())


def test_a_question_that_is_known_gets_its_written_answer() -> None:
    question = ChatMessage(role="user", content=LOG)
    assert answer_to(question, released=len(pieces(ANSWERS[LOG]))) == ANSWERS[LOG]


def test_any_other_question_gets_a_sentence_at_once() -> None:
    assert answer_to(ChatMessage(role="user", content="And now?")) == SHORT


def test_an_interrupted_answer_goes_on_behind_its_last_word() -> None:
    begun, rest = ANSWERS[LOG][:100], ANSWERS[LOG][100:]
    asked = (
        ChatMessage(role="user", content=LOG),
        ChatMessage(role="assistant", content=begun),
        ChatMessage(role="user", content="Continue exactly where you stopped."),
    )
    assert answer_to(*asked, released=len(pieces(rest))) == rest
