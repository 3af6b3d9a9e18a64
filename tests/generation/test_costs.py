"""Bounds on the work for a turn, a tick and a token, which no mood of a machine can shake.

Whoever makes one of them cheaper lowers its number here; dearer needs a reason.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.chat import actions, turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle, log
from conversations.generation.processes import OWNER
from conversations.models import LanguageModel, Rule
from conversations.quotas.settlement import Measured
from conversations.socket import frames
from conversations.socket.reading import read_update
from conversations.transcript import Delta, Finished, encode
from tests.people import People, make_model
from tests.playing import Stage, followed, logged, play

pytestmark = pytest.mark.django_db(transaction=True)
# On SQLite, which needs no locks of rows; with two limits, as most sites have: requests and tokens.
STATEMENTS = {"send": 25, "update": 4, "tick": 4, "end": 16, "last update": 7}
# A token of four bytes, alone in its frame: the names of the generation and of the fields.
BYTES_AROUND_A_TOKEN = 135


@contextmanager
def statements_of(step: str) -> Iterator[None]:
    """Fail if more statements are run than the step may, or if it may run more than it does."""
    with CaptureQueriesContext(connection) as captured:
        yield
    assert len(captured) == STATEMENTS[step], "\n".join(each["sql"] for each in captured)


def _limited() -> LanguageModel:
    for measure in ("requests", "tokens"):
        Rule.objects.create(measure=measure, period="day", limit=10**9)
    return make_model()


def _send(people: People, model: LanguageModel) -> Callable[[], Turn]:
    request_id = uuid4()
    new = NewMessage(None, None, "Tell me about tea.", model.name, {})
    create = partial(turns.send, people.alice, request_id, new=new)
    return partial(actions.stored, people.alice, request_id, create)


def _append(*running: Turn, seq: int) -> None:
    said = encode(Delta(content="said"))
    entries = [log.Entry(turn.generation.pk, seq, said) for turn in running]
    log.append(entries, [(turn.generation.pk, OWNER, 1) for turn in running])


@pytest.mark.sqlite
def test_a_turn_and_its_ticks_run_no_more_statements_than_they_may(people: People) -> None:
    model = _limited()
    _append(_send(people, model)(), seq=1)
    with statements_of("send"):
        turn = _send(people, model)()
    shown = (turn.conversation.pk, turn.state["conversation"]["version"])
    with statements_of("update"):
        read_update(people.alice, {turn.conversation.pk}, shown)
    with statements_of("tick"):
        _append(turn, seq=1)
    measured = Measured(True, 1, 20, 4)
    with statements_of("end"):
        lifecycle.finish(turn.generation.pk, 1, Finished(cause="completed"), measured)
    with statements_of("last update"):
        read_update(people.alice, {turn.conversation.pk}, shown)


@pytest.mark.sqlite
def test_a_tick_runs_as_many_statements_for_many_answers_as_for_one(people: People) -> None:
    model = _limited()
    running = [_send(people, model)() for _ in range(4)]
    with statements_of("tick"):
        _append(*running, seq=1)


def test_a_token_is_sent_with_few_bytes_around_it() -> None:
    frame = frames.write_events(uuid4(), 1234, [encode(Delta(content="tide"))])
    assert len(frame) - len("tide") <= BYTES_AROUND_A_TOKEN


def test_a_commit_is_one_event_of_an_answer_and_one_frame_of_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commits: list[int] = []
    append = log.append

    def counted(entries: Sequence[log.Entry], owners: Iterable[tuple[UUID, str, int]]) -> set[UUID]:
        commits.append(len(entries))
        return append(entries, owners)

    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=400 rate=800", await stage.model("good"))
        frames = await followed(turn.generation.pk)
        assert set(commits) == {1}
        # The end is stored by itself, with the settlement.
        assert len(frames) <= len(await logged(turn.generation.pk)) == len(commits) + 1

    monkeypatch.setattr(log, "append", counted)
    play(work)
