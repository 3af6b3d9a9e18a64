"""The threads of a process queue for SQLite's one writer."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from conversations.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
SECONDS = 10


def in_another_thread(work: Callable[[], None]) -> threading.Thread:
    """A thread that has started the work, with its own connection, which it closes."""
    started = threading.Event()

    def whole() -> None:
        started.set()
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    started.wait(SECONDS)
    return thread


def test_a_writer_gets_its_turn_when_the_one_before_has_committed() -> None:
    order: list[str] = []

    def second() -> None:
        with transaction.atomic():
            order.append("second")
            User.objects.create(username="bob")

    with transaction.atomic():
        User.objects.create(username="alice")
        waiting = in_another_thread(second)
        order.append("first")
    waiting.join(SECONDS)
    assert order == ["first", "second"]
    assert User.objects.count() == 2


def test_a_write_without_a_transaction_waits_too() -> None:
    alice = User.objects.create(username="alice")

    def rename() -> None:
        User.objects.filter(pk=alice.pk).update(username="bob")

    with transaction.atomic():
        User.objects.filter(pk=alice.pk).update(first_name="Alice")
        waiting = in_another_thread(rename)
    waiting.join(SECONDS)
    alice.refresh_from_db()
    assert (alice.username, alice.first_name) == ("bob", "Alice")


def test_a_reader_does_not_wait() -> None:
    counted: list[int] = []
    with transaction.atomic():
        User.objects.create(username="alice")
        in_another_thread(lambda: counted.append(User.objects.count())).join(SECONDS)
    assert counted == [0]


@pytest.mark.parametrize("end", ["an error", "a lost connection"])
def test_a_failed_transaction_lets_the_next_writer_in(end: str) -> None:
    def fail() -> None:
        with transaction.atomic():
            User.objects.create(username="alice")
            if end == "a lost connection":
                connection.close()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    in_another_thread(lambda: User.objects.create(username="bob")).join(SECONDS)
    assert [user.username for user in User.objects.all()] == ["bob"]


def test_a_writer_that_waits_too_long_gets_an_error() -> None:
    complaints: list[str] = []

    def impatient() -> None:
        # The connections of all threads share one dictionary; this thread gets one of its own.
        connection.settings_dict = {**connection.settings_dict, "OPTIONS": {"timeout": 0.01}}
        try:
            User.objects.create(username="bob")
        except OperationalError as error:
            complaints.append(str(error))

    with transaction.atomic():
        User.objects.create(username="alice")
        in_another_thread(impatient).join(SECONDS)
    assert complaints == ["database is locked"]


def test_writers_take_turns_in_order_behind_one_with_priority() -> None:
    order: list[str] = []

    def named(name: str, *, has_priority: bool) -> Callable[[], None]:
        def write() -> None:
            connection.has_priority = has_priority
            with transaction.atomic():
                order.append(name)

        return write

    with transaction.atomic():
        User.objects.create(username="alice")
        writers = [named(f"other {n}", has_priority=False) for n in range(3)]
        threads = []
        for count, writer in enumerate([*writers, named("first", has_priority=True)], start=1):
            threads.append(in_another_thread(writer))
            _wait_for_queue(count)
    for thread in threads:
        thread.join(SECONDS)
    assert order == ["first", "other 0", "other 1", "other 2"]


def _wait_for_queue(count: int) -> None:
    queue = connection._write_queue
    until = time.monotonic() + SECONDS
    while len(queue._with_priority) + len(queue._others) < count and time.monotonic() < until:
        time.sleep(0)
