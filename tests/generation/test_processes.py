"""Several processes of one site: another one ends what one leaves that dies, and no more."""

import asyncio
import signal

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.site import Site
from tests.postgres import break_lock, missing, postgres_server, site_on
from tests.processes import END_SECONDS, processes

pytestmark = pytest.mark.long
# The metrics of the process that has ended what another left.
TAKEN_OVER = {
    "parley_take_overs_total": 1,
    "parley_generations_taken_over_total": 1,
    "parley_process_lock_held": 1,
    "parley_process_locks_lost_total": 0,
    "parley_processes": 1,
}


async def metrics_of(site: Site) -> dict[str, float]:
    """The metrics of a process that have no labels."""
    async with aiohttp.ClientSession() as http, http.get(f"{site.url}/metrics") as answer:
        families = text_string_to_metric_families(await answer.text())
    samples = [sample for family in families for sample in family.samples]
    return {sample.name: sample.value for sample in samples if not sample.labels}


def test_one_that_dies_is_followed_to_an_end_elsewhere_and_harms_no_other(
    postgres_site: dict[str, str],
) -> None:
    async def work() -> None:
        async with processes(postgres_site) as two:
            (dead, living), (left, other) = two.tabs, [a["generation_id"] for a in two.answers]
            # Somebody reads the answer of the first process in the second.
            await living.follow(left)
            await living.until(lambda: living.text.get(left, "") != "")
            await two.sites[0].kill()
            assert await living.finished(left, END_SECONDS) == "interrupted"
            assert living.error[left]["code"] == "restarted"
            assert living.text[left].startswith(dead.text[left])
            assert "has died; 1 of its answers are ended." in two.sites[1].log.read_text()
            numbers = await metrics_of(two.sites[1])
            assert {name: numbers[name] for name in TAKEN_OVER} == TAKEN_OVER
            state = await living.account.state(two.answers[0]["conversation"]["id"])
            stored = state["messages"][-1]["content"]
            assert stored == living.text[left]
            # A process that starts ends nothing of the others either.
            await two.sites[0].start()
            assert await living.finished(other) == "completed"

    asyncio.run(work())


def test_one_that_slept_while_another_ended_its_answers_writes_nothing_more(
    postgres_site: dict[str, str],
) -> None:
    async def work() -> None:
        async with processes(postgres_site) as two:
            asleep, awake = two.tabs
            left = two.answers[0]["generation_id"]
            conversation = two.answers[0]["conversation"]["id"]
            await awake.follow(left)
            two.sites[0].signal(signal.SIGSTOP)
            assert break_lock(postgres_site["DATABASE_URL"], two.sites[0].pid)
            assert await awake.finished(left, END_SECONDS) == "interrupted"
            before = await awake.account.state(conversation)
            two.sites[0].signal(signal.SIGCONT)
            # The tab in the process that slept hears the end that the other one wrote.
            assert await asleep.finished(left) == "interrupted"
            assert await awake.account.state(conversation) == before
            # And it goes on serving.
            again = await asleep.send("tokens=3", "good")
            assert await asleep.finished(again["generation_id"]) == "completed"

    asyncio.run(work())


def test_one_that_slept_and_kept_its_lock_goes_on_where_it_was(
    postgres_site: dict[str, str],
) -> None:
    async def work() -> None:
        async with processes(postgres_site) as two:
            asleep, awake = two.tabs
            left, other = [answer["generation_id"] for answer in two.answers]
            two.sites[0].signal(signal.SIGSTOP)
            assert await awake.finished(other) == "completed"
            two.sites[0].signal(signal.SIGCONT)
            assert await asleep.finished(left) == "completed"

    asyncio.run(work())


def test_a_restart_of_the_database_ends_no_answer_and_is_missed_by_no_page() -> None:
    if reason := missing():
        pytest.skip(reason)

    async def work() -> None:
        with postgres_server() as server, site_on(server.address, "restarted") as site:
            async with processes(site) as two:
                left, other = [answer["generation_id"] for answer in two.answers]
                await two.tabs[1].follow(left)
                await asyncio.to_thread(server.stop, "fast")
                await asyncio.to_thread(server.start)
                for tab, answer in zip(two.tabs, (left, other), strict=True):
                    assert await tab.finished(answer) == "completed"
                assert await two.tabs[1].finished(left) == "completed"
                assert two.tabs[1].text[left] == two.tabs[0].text[left]

    asyncio.run(work())
