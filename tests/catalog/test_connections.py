"""Answers share the places, the connections and the clocks of a provider."""

import pytest

from conversations.database.threads import in_thread
from conversations.models import LanguageModel, Policy, Provider
from tests.playing import Stage, play
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.django_db(transaction=True)
BUSY = "The model's server is busy: all its places are taken. Try again in a moment."


async def change(**fields: object) -> None:
    """Edit the provider as the administration does: it saves all fields."""

    def save() -> None:
        provider = Provider.objects.get()
        for name, value in fields.items():
            setattr(provider, name, value)
        provider.save()

    await in_thread(save)


def test_an_answer_that_waits_for_as_long_as_one_may_take_is_refused_in_words() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=2")
        await change(max_concurrent=2)
        running = [await stage.send("Hi", model) for _ in range(2)]
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 2)
        await change(total_seconds=0.1)
        refused, _ = await stage.ended(await stage.send("Hi", model))
        assert (refused.status, refused.error_code) == ("failed", "busy")
        assert refused.error_message == BUSY
        await change(total_seconds=600)
        stage.upstream.open("g", 4)
        assert [(await stage.ended(turn))[0].status for turn in running] == ["completed"] * 2
        stage.upstream.open("g", 2)
        again, _ = await stage.ended(await stage.send("Hi", model))
        assert again.status == "completed"
        assert len(stage.upstream.calls) == 3

    play(work)


def test_an_answer_waits_for_a_place_that_becomes_free() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=1")
        await change(max_concurrent=1)
        first = await stage.send("Hi", model)
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 1)
        second = await stage.send("Hi", model)
        stage.upstream.open("g", 2)
        for turn in (first, second):
            assert (await stage.ended(turn))[0].status == "completed"

    play(work)


def test_an_answer_that_waits_for_a_place_can_be_stopped() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=1")
        await change(max_concurrent=1)
        first = await stage.send("Hi", model)
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 1)
        second = await stage.send("Hi", model)
        await stage.stop(second)
        assert (await stage.ended(second))[0].status == "stopped"
        assert len(stage.upstream.calls) == 1
        stage.upstream.open("g", 1)
        assert (await stage.ended(first))[0].status == "completed"

    play(work)


def test_a_stalled_provider_takes_nothing_from_another() -> None:
    async def work(stage: Stage) -> None:
        stalled = await stage.model("stall-before-headers")
        await change(max_concurrent=3)
        waiting = [await stage.send("Hi", stalled) for _ in range(3)]
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 3)
        async with ScriptedUpstream() as other:
            good = await stage.model("good", base_url=other.address)
            answered, _ = await stage.ended(await stage.send("Hi", good))
        assert answered.status == "completed"
        for turn in waiting:
            await stage.stop(turn)
            await stage.ended(turn)

    play(work)


def test_an_edited_provider_is_asked_anew_and_its_old_connections_are_closed() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=1")
        first = await stage.send("Hi", model)
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 1)
        await change(extra_headers="X-Edited: yes")
        second = await stage.send("Hi", model)
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 2)
        assert stage.upstream.open_connections == 2
        stage.upstream.open("g", 2)
        for turn in (first, second):
            assert (await stage.ended(turn))[0].status == "completed"
        await stage.upstream.until(lambda: stage.upstream.open_connections == 1)
        edited = ["x-edited" in call.headers for call in stage.upstream.calls]
        assert edited == [False, True]

    play(work)


def test_an_answer_that_waited_uses_the_provider_as_it_is_then() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=1")
        await change(max_concurrent=1)
        turns = [await stage.send("Hi", model) for _ in range(4)]
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 1)
        await change(extra_headers="X-Edited: yes", max_concurrent=3)
        stage.upstream.open("g", 1)
        # The one that is let in next finds the new limit, and lets in the others.
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 4)
        stage.upstream.open("g", 3)
        for turn in turns:
            assert (await stage.ended(turn))[0].status == "completed"
        edited = ["x-edited" in call.headers for call in stage.upstream.calls]
        assert edited == [False, True, True, True]

    play(work)


def test_the_policy_of_addresses_holds_after_a_wait() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good?gate=g,tokens=1")
        await change(max_concurrent=1)
        first, second = [await stage.send("Hi", model) for _ in range(2)]
        await stage.upstream.until(lambda: len(stage.upstream.calls) == 1)
        await in_thread(Policy.objects.create, private_addresses=False)
        stage.upstream.open("g", 1)
        assert (await stage.ended(first))[0].status == "completed"
        assert (await stage.ended(second))[0].error_code == "address_refused"

    play(work)


def test_the_clocks_are_those_of_the_provider() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("stall-before-headers")
        await change(first_word_seconds=0.1)
        ended, _ = await stage.ended(await stage.send("Hi", model))
        assert (ended.status, ended.error_code) == ("failed", "timed_out")

    play(work)


def test_private_addresses_are_left_as_soon_as_the_policy_says_so() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good")
        assert (await stage.ended(await stage.send("Hi", model)))[0].status == "completed"
        await in_thread(Policy.objects.create, private_addresses=False)
        refused, _ = await stage.ended(await stage.send("Hi", model))
        assert (refused.status, refused.error_code) == ("failed", "address_refused")
        assert len(stage.upstream.calls) == 1

    play(work)


def test_an_address_that_was_never_fit_fails_in_words() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good", base_url="http://name:password@127.0.0.1/v1")
        ended, _ = await stage.ended(await stage.send("Hi", model))
        assert (ended.status, ended.error_code) == ("failed", "address_refused")
        assert "password" not in ended.error_message

    play(work)


def test_thinking_in_the_answer_is_split_off_where_the_model_is_marked() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("think")
        _, plain = await stage.ended(await stage.send("Hi", model))
        await in_thread(LanguageModel.objects.update, inline_thinking=True)
        _, split = await stage.ended(await stage.send("Hi", model))
        assert "<think>" in plain.content
        assert "<think>" not in split.content
        assert split.reasoning_content != ""

    play(work)
