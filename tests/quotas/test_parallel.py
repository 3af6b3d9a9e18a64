"""Two hundred sends at once against room for ten: exactly ten are accepted."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack

import pytest

from tests.bench.browser import Account, Refused, Tab
from tests.bench.process import ROOT
from tests.bench.site import Site
from tests.bench.upstream import Upstream
from tests.postgres import manage

SENDS, ROOM = 200, 10
# Fewer than the rate limit of one socket.
SENDS_A_TAB = 25
LIMIT = f"""
from conversations.models import Rule
Rule.objects.create(measure="requests", period="day", limit={ROOM})
"""
BOOKS = """
from conversations.models import Counter
from tests.quotas.books import assert_books_balance
assert_books_balance()
print(*(f"{each.used + each.held}" for each in Counter.objects.all()))
"""


@pytest.mark.long
def test_of_two_hundred_sends_through_the_running_site_ten_are_accepted() -> None:
    async def work() -> tuple[int, str]:
        async with Upstream() as upstream, Site(upstream.address) as site:
            model = await site.furnish(["alice"], "good")
            await site.run("shell", "-c", LIMIT)
            async with Account(site.url, "alice") as alice, AsyncExitStack() as stack:
                tabs = [
                    await stack.enter_async_context(Tab(alice, f"tab {number}"))
                    for number in range(SENDS // SENDS_A_TAB)
                ]
                sends = (_accepted(tab, model) for tab in tabs for _ in range(SENDS_A_TAB))
                accepted = sum(await asyncio.gather(*sends))
                return accepted, await site.run("shell", "-v", "0", "-c", BOOKS)

    accepted, books = asyncio.run(work())
    assert (accepted, books.split()) == (ROOM, [str(ROOM)])


async def _accepted(tab: Tab, model: str) -> bool:
    try:
        await tab.send("Tell me about tea.", model, parameters={"max_tokens": 200})
    except Refused as refused:
        if refused.frame["code"] != "quota_exceeded":
            raise
        return False
    return True


SETTING = """
from tests.people import make_model, make_people
make_people(); make_model()
"""


@pytest.mark.long
def test_of_two_hundred_sends_by_three_processes_on_postgresql_ten_are_accepted(
    postgres_site: dict[str, str],
) -> None:
    manage(postgres_site, "shell", "-c", SETTING + LIMIT)
    senders = [_sender(postgres_site, count) for count in (67, 67, 66)]
    for sender in senders:
        assert sender.stdout.readline() == "ready\n"
    for sender in senders:
        sender.stdin.write("go\n")
        sender.stdin.flush()
    assert sum(int(sender.communicate(timeout=60)[0]) for sender in senders) == ROOM
    assert manage(postgres_site, "shell", "-v", "0", "-c", BOOKS).split() == [str(ROOM)]


RESERVING = """
import sys
from uuid import uuid4
from django.db import transaction
from conversations.transcript import Finished, Transcript
from conversations.models import Generation, LanguageModel, User
from conversations.quotas.reservation import Wanted, reserve
from conversations.quotas.settlement import Measured, settle
from conversations.quotas.tokens import PromptSize
alice = User.objects.get(username="alice")
wanted = Wanted(alice, LanguageModel.objects.get(), PromptSize(9, 9), 9)
print("ready", flush=True)
sys.stdin.readline()
for number in range(100):
    generation = Generation(pk=uuid4())
    with transaction.atomic():
        reserve(generation.pk, wanted)
    if number % 2:
        with transaction.atomic():
            settle(generation, Finished(cause="completed"), Transcript(), Measured(True))
"""
BEGINNING = """
from conversations.models import Rule
rules = [Rule(measure="requests", period=period, limit=1000) for period in ("day", "month")]
for number in range(100):
    for rule in rules:
        rule.enabled = bool(number % 2)
        rule.save()
"""
BEGINNING_TOKENS = """
from conversations.models import Rule
rules = [Rule(measure=measure, period="day", limit=10**9) for measure in ("tokens", "cost")]
for number in range(60):
    for rule in rules:
        rule.enabled = bool(number % 2) and rule.measure == "tokens"
        rule.save()
rules[0].enabled = True
rules[0].save()
"""
COUNTED = """
from conversations.models import User
from conversations.quotas.reservation import standings
from tests.quotas.books import assert_books_balance
assert_books_balance()
print(*((each.used, each.held) for each in standings(User.objects.get(username="alice"), None)))
"""


@pytest.mark.long
def test_a_limit_that_begins_while_three_processes_reserve_counts_all_that_they_do(
    postgres_site: dict[str, str],
) -> None:
    manage(postgres_site, "shell", "-c", SETTING)
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", RESERVING]
    reserving = [_talking(postgres_site, command) for _ in range(3)]
    for each in reserving:
        assert each.stdout.readline() == "ready\n"
    for each in reserving:
        each.stdin.write("go\n")
        each.stdin.flush()
    manage(postgres_site, "shell", "-c", BEGINNING)
    for each in reserving:
        each.communicate(timeout=60)
    assert [each.returncode for each in reserving] == [0, 0, 0]
    counted = manage(postgres_site, "shell", "-v", "0", "-c", COUNTED)
    assert counted == "(150, 150) (150, 150)\n"


RENEWING = """
import random, sys
from uuid import uuid4
from django.db import transaction
from conversations.transcript import Finished, Transcript
from conversations.models import Generation, LanguageModel, User
from conversations.quotas.renewal import Asking, renew
from conversations.quotas.reservation import Wanted, reserve
from conversations.quotas.settlement import Measured, settle
from conversations.quotas.tokens import PromptSize
users = list(User.objects.filter(username__in=["alice", "bob"]))
model, chance = LanguageModel.objects.get(), random.Random()
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    runs = []
    for user in users * 2:
        generation = Generation.objects.create(
            user=user, language_model=model, client_request_id=uuid4(), owner="main"
        )
        with transaction.atomic():
            granted = reserve(generation.pk, Wanted(user, model, PromptSize(9, 9), 1))
        runs.append((generation, granted.lease))
    chance.shuffle(runs)
    for tokens in (2, 514):
        asking = [Asking(generation.pk, lease, tokens) for generation, lease in runs]
        assert len(renew(asking)) == 4
    for generation, _lease in runs:
        with transaction.atomic():
            Generation.objects.filter(pk=generation.pk).update(status="completed")
            last = Finished(cause="completed")
            settle(generation, last, Transcript(), Measured(True, text_bytes=4 * 700))
"""


@pytest.mark.long
def test_three_processes_that_renew_and_settle_for_the_same_users_never_wait_for_each_other(
    postgres_site: dict[str, str],
) -> None:
    manage(postgres_site, "shell", "-c", SETTING)
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", RENEWING]
    renewing = [_talking(postgres_site, command) for _ in range(3)]
    for each in renewing:
        assert each.stdout.readline() == "ready\n"
    for each in renewing:
        each.stdin.write("go\n")
        each.stdin.flush()
    # Limits that begin meanwhile make counters for what is held.
    manage(postgres_site, "shell", "-c", BEGINNING_TOKENS)
    for each in renewing:
        each.communicate(timeout=90)
    assert [each.returncode for each in renewing] == [0, 0, 0]
    assert manage(postgres_site, "shell", "-v", "0", "-c", COUNTED) == f"({150 * 709}, 0)\n"


def _sender(environment: dict[str, str], count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.quotas.sender", "alice", str(count)]
    return _talking(environment, command)


def _talking(environment: dict[str, str], command: list[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
