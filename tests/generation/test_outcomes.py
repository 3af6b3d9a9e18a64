"""The metrics of answers, by the names of the catalog."""

import pytest

from chatsite.metrics import REGISTRY
from conversations.database.threads import in_thread
from conversations.models import Provider
from tests.generation.test_waiting import told
from tests.playing import Stage, play

pytestmark = pytest.mark.django_db(transaction=True)
STATES = ("places", "places_used", "waiting")


class Numbers:
    """The growth of metrics since this was made."""

    def __init__(self) -> None:
        self._before = _samples()

    def grown(self, name: str, **labels: str) -> float:
        """The growth of the one with that name and those labels."""
        key = (name, frozenset(labels.items()))
        return _samples().get(key, 0) - self._before.get(key, 0)


def _samples() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (each.name, frozenset(each.labels.items())): each.value
        for family in REGISTRY.collect()
        for each in family.samples
    }


def test_an_answer_is_counted_with_its_tokens_and_its_commits() -> None:
    async def work(stage: Stage) -> tuple[str, str]:
        turn = await stage.send("tokens=5", await stage.model("good"))
        generation, _message = await stage.ended(turn)
        model = generation.language_model
        assert model is not None
        assert generation.completion_tokens is not None
        return model.provider.name, model.name

    numbers = Numbers()
    provider, model = play(work)
    names = {"provider": provider, "model": model}
    assert numbers.grown("parley_generations_total", **names, cause="completed") == 1
    assert numbers.grown("parley_tokens_total", **names, kind="completion") == 5
    assert numbers.grown("parley_first_token_seconds_count", **names) == 1
    assert numbers.grown("parley_committed_events_total") >= 1
    assert numbers.grown("parley_commit_seconds_count") >= 1
    assert numbers.grown("parley_commit_delay_seconds_count") >= 1


def test_a_failure_is_counted_by_its_kind() -> None:
    async def work(stage: Stage) -> str:
        generation, _message = await stage.ended(await stage.send("Hi", await stage.model("401")))
        assert generation.language_model is not None
        return generation.language_model.provider.name

    numbers = Numbers()
    labels = {"provider": play(work), "error": "unauthorised"}
    assert numbers.grown("parley_generation_errors_total", **labels) == 1


def test_places_and_those_that_wait_for_them_are_seen_by_provider() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=1")
        await in_thread(Provider.objects.update, max_concurrent=1)
        turns = [await stage.send("Hi", model) for _ in range(3)]
        await told(turns[-1], 2)
        assert _state("parley_generations_running", kind="page") == 3
        name = (await in_thread(Provider.objects.get)).name
        seen = [_state(f"parley_provider_{each}", provider=name) for each in STATES]
        stage.upstream.open("g", 3)
        for turn in turns:
            await stage.ended(turn)
        assert seen == [1, 1, 2]
        assert [_state(f"parley_provider_{each}", provider=name) for each in STATES] == [1, 0, 0]
        assert _state("parley_generations_running", kind="page") == 0

    play(work)


def _state(name: str, **labels: str) -> float | None:
    return _samples().get((name, frozenset(labels.items())))
