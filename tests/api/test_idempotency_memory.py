"""The answers that run, for requests that come again: which begins a run, and which joins one."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from conversations.api.completions import Claim
from conversations.api.errors import ApiError
from conversations.api.idempotency import Memory, claim_of
from conversations.api.record import Seal
from conversations.refusal import Refused


def claim(number: int, body: str = "") -> Claim:
    return Claim(str(number), body, Seal("key", str(number)))


class Asked:
    """Requests with the claims 0, 1, 2 ... of one API key, and which of them began a run."""

    def __init__(self) -> None:
        self.began: list[int] = []
        self.memory = Memory()

    async def ask(self, number: int, *, key: int = 1, body: str = "", **answer: Any) -> Any:
        """The reply to a request."""
        given = {"is_whole": True, "was_abandoned": False}

        async def begin() -> Any:
            self.began.append(number)
            return SimpleNamespace(**{**given, **answer})

        return await self.memory.reply(key, claim(number, body), begin)


def asked(work: Callable[[Asked], Awaitable[None]]) -> list[int]:
    """The claims that began a run, in order."""

    async def whole() -> list[int]:
        asked = Asked()
        await work(asked)
        return asked.began

    return asyncio.run(whole())


def test_requests_of_the_same_moment_begin_one_run_and_get_one_answer() -> None:
    async def work(asked: Asked) -> None:
        started = await asyncio.gather(*(asked.ask(0) for _ in range(5)))
        assert all(each is started[0] for each in started)

    assert asked(work) == [0]


def test_the_same_idempotency_key_of_another_api_key_is_another_one() -> None:
    async def work(asked: Asked) -> None:
        await asked.ask(0)
        await asked.ask(0, key=2)

    assert asked(work) == [0, 0]


def test_another_body_under_a_known_key_is_refused() -> None:
    async def work(asked: Asked) -> None:
        await asked.ask(0)
        with pytest.raises(Refused) as refused:
            await asked.ask(0, body="other")
        assert refused.value.code == "idempotency_key_reused"

    assert asked(work) == [0]


def test_an_answer_that_all_left_is_gone() -> None:
    async def work(asked: Asked) -> None:
        for _ in range(2):
            with pytest.raises(ApiError, match="What was made was charged") as gone:
                await asked.ask(0, was_abandoned=True)
            assert gone.value.code == "idempotent_answer_gone"

    assert asked(work) == [0]


def test_an_answer_of_which_bytes_were_dropped_is_read_from_its_record() -> None:
    async def work(asked: Asked) -> None:
        await asked.ask(0, is_whole=False)
        await asked.ask(0)
        await asked.ask(0)

    assert asked(work) == [0, 0]


def test_a_run_that_could_not_begin_frees_its_key() -> None:
    async def work(asked: Asked) -> None:
        async def fails() -> Any:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await asked.memory.reply(1, claim(0), fails)
        await asked.ask(0)

    assert asked(work) == [0]


def test_a_client_that_leaves_does_not_take_the_run_from_another_that_waits() -> None:
    async def work(asked: Asked) -> None:
        may_begin = asyncio.Event()

        async def begin() -> Any:
            await may_begin.wait()
            return SimpleNamespace(was_abandoned=False, is_whole=True)

        first, second = (
            asyncio.ensure_future(asked.memory.reply(1, claim(0), begin)) for _ in "ab"
        )
        await asyncio.sleep(0)
        first.cancel()
        may_begin.set()
        assert (await second).is_whole

    asked(work)


def test_a_reply_that_is_dropped_leaves_its_key_to_the_next_and_takes_no_other_with_it() -> None:
    async def work(asked: Asked) -> None:
        first = await asked.ask(0, is_whole=False)
        asked.memory.drop(1, claim(0), await asked.ask(0))
        second = await asked.ask(0)
        # The first one ends only now.
        asked.memory.drop(1, claim(0), first)
        assert await asked.ask(0) is second

    assert asked(work) == [0, 0, 0]


@pytest.mark.parametrize("key", ["k", "order 66", "~!", "k" * 255])
def test_a_key_is_1_to_255_printable_characters(key: str) -> None:
    assert claim_of("secret", key, {}) is not None


@pytest.mark.parametrize("key", [" k", "k ", "ké", "a\tb", "k" * 256, "k\n"])
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(ApiError) as refused:
        claim_of("secret", key, {})
    assert (refused.value.status, refused.value.code) == (400, "invalid_idempotency_key")


def test_without_the_header_nothing_is_claimed() -> None:
    assert claim_of("secret", "", {}) is None


def test_a_claim_is_the_key_and_the_body_whatever_the_order_of_its_fields() -> None:
    first = claim_of("secret", "k", {"model": "m", "n": 1})
    again = claim_of("secret", "k", {"n": 1, "model": "m"})
    assert first is not None
    assert again is not None
    assert again[:2] == first[:2]
    for other in (
        claim_of("secret", "l", {"model": "m", "n": 1}),
        claim_of("secret", "k", {"model": "m", "n": 2}),
    ):
        assert other is not None
        assert other[:2] != first[:2]
    # What the database keeps of either is a hash.
    assert [len(part) for part in first[:2]] == [64, 64]
