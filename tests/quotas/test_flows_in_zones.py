"""The ledger, the counters and the account page agree after every flow, by local days."""

from datetime import date

import pytest
from django.db.models import Sum

from conversations.models import LedgerEntry, UsageDay, User
from conversations.quotas.reservation import standings
from tests.clock import Clock
from tests.live import LiveSite
from tests.quotas.books import assert_books_balance, limit
from tests.quotas.flows import FLOWS, assert_figures_agree, play
from tests.quotas.test_flows import LIMIT, MOST_OVER_A_STREAM

# The zone, and the last local minutes of a day.
DAYS = {
    "UTC": ("UTC", "2026-11-29 23:50"),
    "Shanghai": ("Asia/Shanghai", "2026-11-29 23:50"),
    "Berlin, 23 hours": ("Europe/Berlin", "2026-03-29 23:50"),
    "Berlin, 25 hours": ("Europe/Berlin", "2026-10-25 23:50"),
    "Santiago, no midnight": ("America/Santiago", "2026-09-05 23:50"),
}
USUAL = "both-at-once"
THE_FLOWS = [
    name if name == USUAL else pytest.param(name, marks=pytest.mark.long) for name in FLOWS
]


def tokens_by_day(records: type[LedgerEntry | UsageDay]) -> dict[date, int]:
    """The tokens of each day."""
    rows = records.objects.order_by().values_list("day")
    sums = rows.annotate(prompt=Sum("prompt_tokens"), said=Sum("completion_tokens"))
    return {day: prompt + said for day, prompt, said in sums}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", THE_FLOWS)
def test_all_figures_agree_on_both_sides_of_midnight(
    live_site: LiveSite, alice: User, clock: Clock, day: str, name: str
) -> None:
    zone, before = DAYS[day]
    limit(LIMIT)
    clock.in_zone(zone)
    clock.set(before)
    play(live_site, alice, FLOWS[name])
    over = LedgerEntry.objects.count() * MOST_OVER_A_STREAM
    first = assert_figures_agree(alice, over)
    clock.advance(minutes=10)
    (standing,) = standings(alice, None)
    assert (standing.used, standing.held) == (0, 0)
    play(live_site, alice, FLOWS["open-length"])
    assert_books_balance(2 * over)
    used = tokens_by_day(LedgerEntry)
    assert used == tokens_by_day(UsageDay)
    today = date.fromisoformat(before[:10])
    assert list(used.values()) == [first.ledger, standings(alice, None)[0].used]
    assert min(used) == today
