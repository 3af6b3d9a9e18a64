"""Actions that are refused while an answer is being written, because its row is still empty."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from conversations.chat import tree, turns
from conversations.chat.turns import NewMessage
from conversations.database.threads import in_thread
from conversations.models import Message, User
from conversations.refusal import Refused
from tests.playing import Stage, play

pytestmark = pytest.mark.django_db(transaction=True)


def _send_below(alice: User, answer: Message) -> None:
    turns.send(
        alice, uuid4(), NewMessage(answer.conversation_id, answer.pk, "And?", answer.model_name, {})
    )


def _branch_off(alice: User, answer: Message) -> None:
    tree.branch_off(alice, answer.pk, uuid4())


def _delete(alice: User, answer: Message) -> None:
    tree.delete_message(alice, answer.pk)


def _delete_the_question(alice: User, answer: Message) -> None:
    assert answer.parent_id is not None
    tree.delete_message(alice, answer.parent_id)


@pytest.mark.parametrize("action", [_send_below, _branch_off, _delete, _delete_the_question])
def test_an_action_is_refused_until_the_answer_has_ended(
    action: Callable[[User, Message], None],
) -> None:
    def attempt(alice: User, generation_id: UUID) -> str:
        answer = Message.objects.select_related("conversation").get(generation=generation_id)
        try:
            action(alice, answer)
        except Refused as refused:
            return refused.code
        return "done"

    async def work(stage: Stage) -> list[str]:
        turn = await stage.send("tokens=2000 rate=20", await stage.model("good"))
        while_running = await in_thread(attempt, stage.alice, turn.generation.pk)
        await stage.stop(turn)
        await stage.ended(turn)
        return [while_running, await in_thread(attempt, stage.alice, turn.generation.pk)]

    assert play(work) == ["still_running", "done"]
