"""Tokens that were used are charged and shown, whatever a server does."""

import pytest

from conversations.models import ApiKey, Generation, LedgerEntry, User
from conversations.quotas.amounts import Limit
from conversations.quotas.reservation import standings
from tests.live import LiveSite
from tests.quotas.books import assert_books_balance, limit
from tests.quotas.flows import FLOWS, assert_figures_agree, play

LIMIT = 6_000
IGNORING = ("page-in-turn", "page-at-once", "api-in-turn", "api-at-once")
MOST_OF_A_PROMPT = 110
# A chunk of these servers has one token, and no stream reads on when its hold is used up.
MOST_OVER_A_STREAM = 1


@pytest.mark.parametrize("name", sorted(FLOWS.keys() - IGNORING))
def test_ledger_counters_and_account_page_agree(
    live_site: LiveSite, alice: User, name: str
) -> None:
    limit(LIMIT)
    play(live_site, alice, FLOWS[name])
    streams = LedgerEntry.objects.count()
    assert streams
    assert_figures_agree(alice, over=streams * MOST_OVER_A_STREAM)


@pytest.mark.parametrize("name", IGNORING)
def test_a_server_that_ignores_max_tokens_uses_what_the_limit_allows_and_no_more(
    live_site: LiveSite, alice: User, name: str
) -> None:
    limit(LIMIT)
    play(live_site, alice, FLOWS[name])
    figures = assert_figures_agree(alice, over=LedgerEntry.objects.count() * MOST_OVER_A_STREAM)
    # All of it: what is left is less than the prompt of one more could have.
    assert figures.ledger > LIMIT - MOST_OF_A_PROMPT
    assert set(Generation.objects.values_list("status", flat=True)) == {"completed"}


@pytest.mark.parametrize("name", ["page-at-once", "api-at-once"])
def test_a_limit_on_cost_is_as_exact(live_site: LiveSite, alice: User, name: str) -> None:
    limit(20_000, "cost")
    play(live_site, alice, FLOWS[name])
    assert_books_balance(over=LedgerEntry.objects.count() * MOST_OVER_A_STREAM * 8)
    (standing,) = standings(alice, None)
    assert standing.used > 18_000
    assert standing.used == sum(LedgerEntry.objects.values_list("cost_micros", flat=True))


def test_the_limit_of_a_key_is_as_exact(live_site: LiveSite, alice: User) -> None:
    limit(1_000_000)
    limits = [Limit("tokens", "day", None, LIMIT)]
    play(live_site, alice, FLOWS["api-at-once"], limits=limits)
    streams = LedgerEntry.objects.count()
    (of_user, of_key) = standings(alice, None, ApiKey.objects.get())
    over = streams * MOST_OVER_A_STREAM
    assert of_user.used == of_key.used == assert_figures_agree(alice, over).ledger
    assert LIMIT - MOST_OF_A_PROMPT < of_key.used <= LIMIT + over
