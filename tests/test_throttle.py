"""Counts of failed attempts: when they lock, for how long, and what cannot make them forget."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import close_old_connections

from conversations import throttle
from conversations.models import FailedAttempts
from conversations.throttle import Guarded, Throttle, TooManyAttempts
from tests.clock import Clock

MINUTE = timedelta(minutes=1)
SECRET = Throttle("secret", 3, 60 * MINUTE, 10 * MINUTE, is_one_secret=True)
SHARED = Throttle("shared", 3, 60 * MINUTE, 10 * MINUTE)

pytestmark = pytest.mark.django_db


def waits(*all_guarded: Guarded, succeeding: bool = False) -> int:
    """Attempt something; the seconds that it has to wait, 0 if it was permitted."""
    try:
        attempt = throttle.attempt(*all_guarded)
    except TooManyAttempts as refused:
        return refused.seconds
    if succeeding:
        attempt.succeeded()
    return 0


def test_the_delay_of_one_secret_grows_with_each_failure_and_ends(clock: Clock) -> None:
    guarded = SECRET.of("account", 1)
    assert [waits(guarded) for _ in range(4)] == [0, 0, 0, 600]
    delays = []
    for _ in range(4):
        clock.advance(seconds=waits(guarded))
        assert waits(guarded) == 0
        delays.append(waits(guarded))
    assert delays == [1200, 2400, 2400, 2400]


def test_after_a_delay_those_who_share_a_count_may_fail_as_often_again(clock: Clock) -> None:
    guarded = SHARED.of("link", 1)
    assert [waits(guarded) for _ in range(4)] == [0, 0, 0, 600]
    clock.advance(minutes=10)
    assert [waits(guarded) for _ in range(4)] == [0, 0, 0, 1200]


def test_failures_are_forgotten_in_time(clock: Clock) -> None:
    guarded = SECRET.of("account", 1)
    assert [waits(guarded) for _ in range(2)] == [0, 0]
    clock.advance(minutes=60)
    assert [waits(guarded) for _ in range(4)] == [0, 0, 0, 600]
    clock.advance(days=1, minutes=10)
    assert [waits(guarded) for _ in range(4)] == [0, 0, 0, 600]


def test_a_success_clears_one_secret_and_takes_itself_back_from_the_rest(clock: Clock) -> None:
    account, link = SECRET.of("account", 1), SHARED.of("link", 1)
    assert [waits(account, link) for _ in range(2)] == [0, 0]
    # The third would lock both, until it has succeeded.
    assert waits(account, link, succeeding=True) == 0
    assert [waits(link) for _ in range(2)] == [0, 600]
    assert [waits(account) for _ in range(4)] == [0, 0, 0, 600]


def test_one_that_has_to_wait_is_counted_for_nobody_else(clock: Clock) -> None:
    network, account = SHARED.of_address("192.0.2.1"), SECRET.of("account", 1)
    assert [waits(network) for _ in range(3)] == [0, 0, 0]
    assert [waits(network, account) for _ in range(9)] == [600] * 9
    assert [waits(account) for _ in range(4)] == [0, 0, 0, 600]


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:DB8:0:0::1", True),
        ("192.0.2.1", "64:ff9b::192.0.2.1", True),
        ("64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("no address", "none either", False),
    ],
)
def test_a_network_is_what_one_client_has(
    clock: Clock, first: str, second: str, is_one: bool
) -> None:
    for _ in range(3):
        throttle.attempt(SHARED.of_address(first))
    assert (waits(SHARED.of_address(second)) > 0) == is_one


def test_what_anybody_can_make_up_is_bounded_and_forgets_no_account(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "SLOTS", 50)
    account = SECRET.of("account", 1)
    assert [waits(account) for _ in range(4)] == [0, 0, 0, 600]
    for number in range(1_000):
        waits(SHARED.of_address(f"2001:db8:{number:x}::"), SECRET.of_name(f"nobody-{number}"))
    assert FailedAttempts.objects.count() <= 101
    assert waits(account) == 600


def test_an_address_waits_for_no_other_one(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "SLOTS", 1)
    for number in range(10):
        assert [waits(SHARED.of_address(f"192.0.2.{number}")) for _ in range(4)] == [0, 0, 0, 600]


def test_a_name_that_belongs_to_nobody_stays_locked(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "SLOTS", 5)
    assert [waits(SECRET.of_name("nobody")) for _ in range(4)] == [0, 0, 0, 600]
    for number in range(100):
        waits(SECRET.of_name(f"nobody-{number}"))
    assert waits(SECRET.of_name("nobody")) == 600


def test_any_number_is_looked_up_at_once(clock: Clock) -> None:
    all_guarded = [SHARED.of("link", number) for number in range(1_200)]
    for _ in range(3):
        throttle.attempt(all_guarded[-1])
    assert throttle.delays(all_guarded) == {all_guarded[-1]: 600}


def test_counts_that_are_over_are_removed(clock: Clock) -> None:
    throttle.attempt(SECRET.of("account", 1))
    clock.advance(minutes=30)
    throttle.attempt(SECRET.of("account", 2))
    clock.advance(minutes=30)
    throttle.forget_ended(clock.moment)
    assert [row.slot for row in FailedAttempts.objects.all()] == ["secret/account/2"]


@pytest.mark.parametrize("failed", [0, 1, 2])
def test_an_attempt_is_counted_beside_those_that_it_could_not_see(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, failed: int
) -> None:
    guarded = SECRET.of("account", 1)
    for _ in range(failed):
        throttle.attempt(guarded)
    seen = throttle._stored([guarded])
    # As if each had looked before any of them wrote.
    monkeypatch.setattr(throttle, "_stored", lambda _all: dict(seen))
    assert [waits(guarded) for _ in range(4)] == [0] * (3 - failed) + [600] * (1 + failed)


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_time_are_all_counted() -> None:
    guarded = SECRET.of("account", 1), SHARED.of_address("192.0.2.1")

    def attempted(_number: int) -> bool:
        try:
            return waits(*guarded) == 0
        finally:
            close_old_connections()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempted, range(40))) == 3
