"""Parallel operations on the database of the environment; prints their outcomes.

Run by test_postgresql as a process of its own: the suite's own database is SQLite, on which one
writes after the other.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import uuid4

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - needs the set-up

from conversations.accounts import api_keys, people  # noqa: E402
from conversations.accounts.api_keys import MOST_KEYS, KeyChoices  # noqa: E402
from conversations.chat import turns  # noqa: E402
from conversations.chat.once import once  # noqa: E402
from conversations.chat.turns import NewMessage, Turn  # noqa: E402
from conversations.generation import lifecycle, log  # noqa: E402
from conversations.models import Generation, Hold, Message, Rule, User  # noqa: E402
from conversations.refusal import Refused  # noqa: E402
from conversations.transcript import Finished  # noqa: E402
from tests.people import make_model, make_people  # noqa: E402

ROUNDS = 40


def at_once(*operations: Callable[[], object]) -> list[str]:
    """Run operations at once, in threads of their own, and return their outcomes."""
    start = Barrier(len(operations))

    def outcome(operation: Callable[[], object]) -> str:
        start.wait()
        try:
            operation()
        except Exception as error:  # noqa: BLE001 - the test compares it
            return error.code if isinstance(error, Refused) else type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(operations)) as pool:
        return list(pool.map(outcome, operations))


def begun(alice: User, parent: Message | None = None) -> Turn:
    """Send a message as Alice below ``parent``; its answer runs."""
    conversation = parent.conversation_id if parent else None
    sending = NewMessage(conversation, parent and parent.pk, "Hello", "test/model", {})
    request = uuid4()
    return once(alice, request, lambda: turns.send(alice, request, sending))


def gone_on(alice: User, answer: Message) -> Turn:
    """Continue an answer."""
    request = uuid4()
    return once(alice, request, lambda: turns.continue_answer(alice, request, answer.pk))


def answer_of(turn: Turn) -> Message:
    """Return the stored answer of a turn."""
    return Message.objects.get(generation=turn.generation)


def end(generation: Generation, cause: str = "completed") -> None:
    """End a generation, as its upstream does."""
    lifecycle.finish(generation.pk, generation.epoch, Finished(cause=cause))


def ending_and_sending(alice: User) -> set[str]:
    """End answers while another message is sent in the same conversation."""
    Rule.objects.create(measure="tokens", period="day", limit=10**12)
    first = begun(alice)
    end(first.generation)
    base, outcomes = answer_of(first), set()
    for _round in range(ROUNDS):
        running = begun(alice, base).generation
        outcomes.update(at_once(partial(end, running), partial(begun, alice, base)))
        for each in Generation.objects.running():
            end(each)
    return outcomes


def continuing_twice(alice: User) -> set[str]:
    """Continue one answer from two tabs; return the outcomes of each pair."""
    outcomes = set()
    for _round in range(ROUNDS):
        turn = begun(alice)
        end(turn.generation, "stopped")
        more = partial(gone_on, alice, answer_of(turn))
        outcomes.add(" ".join(sorted(at_once(more, more))))
        for each in Generation.objects.running():
            end(each)
    return outcomes


@transaction.atomic
def delete(person: User) -> None:
    """Delete an account, as the administration does."""
    people.end_before_deletion([person.pk])
    User.objects.filter(pk=person.pk).delete()


def deleting_and_sending(_alice: User) -> set[str]:
    """Delete accounts that send messages at the same time; return the number of holds left."""
    outcomes = set()
    for number in range(ROUNDS):
        person = User.objects.create(username=f"person{number}")
        begun(person)
        outcomes.update(at_once(partial(delete, person), partial(begun, person)))
    # A message that comes too late finds no account.
    return outcomes - {"done", "DoesNotExist"} | {f"{Hold.objects.count()} held"}


def sending_more_than_may_run(alice: User) -> set[str]:
    """Send twenty messages at once; return the number of running answers."""
    at_once(*[lambda: begun(alice)] * 20)
    return {str(Generation.objects.running().count())}


def noting_stopping_and_storing(alice: User) -> set[str]:
    """Note the progress of all answers, ask them to stop, and store events of them."""
    running = sorted((begun(alice).generation for _ in range(5)), key=lambda each: each.pk)
    tokens = {each.pk: 1 for each in reversed(running)}
    owners = [(each.pk, each.owner, each.epoch) for each in running]
    outcomes = set()
    for _round in range(ROUNDS):
        outcomes.update(
            at_once(
                partial(lifecycle.note_progress, tokens),
                partial(log.append, [], owners),
                partial(transaction.atomic(people.end_access), [alice.pk]),
            )
        )
        Generation.objects.update(stop_requested_at=None)
    return outcomes


def creating_keys(alice: User) -> set[str]:
    """Create more keys at once than a user may have; return the number of keys."""
    create = partial(api_keys.create, alice, KeyChoices("nightly"))
    for _key in range(MOST_KEYS - 1):
        create()
    at_once(*[create] * 20)
    return {str(alice.api_keys.count())}


def main() -> None:
    """Run the function that the argument names, in an empty database."""
    make_model()
    outcomes = globals()[sys.argv[1]](make_people().alice)
    sys.stdout.write("\n".join(sorted(outcomes)))


if __name__ == "__main__":
    main()
