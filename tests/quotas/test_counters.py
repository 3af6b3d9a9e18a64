"""Counters against holds: what is held, given back and used, to the last token, and in order."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import (
    Counter,
    Generation,
    Hold,
    LanguageModel,
    LedgerEntry,
    Period,
    Rule,
    UsageDay,
    UsageTotal,
)
from conversations.quotas.counters import amounts, locked
from conversations.quotas.reservation import Wanted, deciding_rules, reserve
from conversations.quotas.settlement import Measured, settle
from conversations.quotas.tokens import PromptSize
from conversations.transcript import (
    ChoiceTranscript,
    Finished,
    TokenCounts,
    ToolCallTranscript,
    Transcript,
)
from tests.people import People, make_model
from tests.postgres import manage
from tests.quotas.books import assert_books_balance, limit

PROMPT = PromptSize(careful=100, estimate=30)


@pytest.fixture
def model(db: None) -> LanguageModel:
    model = make_model()
    model.prompt_price, model.completion_price = Decimal(2), Decimal(8)
    model.save()
    return model


def held_for(
    people: People, model: LanguageModel, max_tokens: int | None = 200, **fields: object
) -> UUID:
    """A generation with a hold for an answer of that length."""
    generation_id = uuid4()
    with transaction.atomic():
        reserve(generation_id, Wanted(people.alice, model, PROMPT, max_tokens, **fields))
    return generation_id


def settled(
    generation_id: UUID, usage: TokenCounts | None = None, said: str = "", **measured: object
) -> LedgerEntry:
    """The ledger's entry for a hold once it is settled."""
    transcript = Transcript(choices={0: ChoiceTranscript(content=said)})
    last = Finished(cause="completed", usage=usage)
    measured = {"began": True, **measured}
    with transaction.atomic():
        settle(Generation(pk=generation_id), last, transcript, Measured(**measured))
    return LedgerEntry.objects.get(generation_id=generation_id)


def counted(measure: str) -> tuple[int, int]:
    """The used and held amounts of a measure."""
    return Counter.objects.values_list("used", "held").get(measure=measure)


def test_a_settled_hold_leaves_what_was_used_and_gives_back_the_rest(
    people: People, model: LanguageModel
) -> None:
    limit(10_000)
    limit(10, "requests")
    limit(100_000, "cost")
    first, second = held_for(people, model), held_for(people, model, 50)
    assert counted("tokens") == (0, 300 + 150)
    assert counted("requests") == (0, 2)
    assert counted("cost") == (0, (100 * 2 + 200 * 8) + (100 * 2 + 50 * 8))
    settled(first, TokenCounts(9, 12, 21))
    assert counted("tokens") == (21, 150)
    assert counted("requests") == (1, 1)
    assert counted("cost") == (9 * 2 + 12 * 8, 100 * 2 + 50 * 8)
    settled(second, TokenCounts(100, 50, 150))
    assert counted("tokens") == (21 + 150, 0)
    assert_books_balance()


@pytest.mark.parametrize("usage", [None, TokenCounts(130, 1_900, 2_030)])
def test_what_was_used_is_charged_also_above_the_hold(
    people: People, model: LanguageModel, usage: TokenCounts | None
) -> None:
    limit(10_000)
    limit(10_000, "cost")
    entry = settled(held_for(people, model, 50), usage, said="a word " * 1_000)
    prompt, completion = (130, 1_900) if usage else (30, 1_750)
    assert (entry.prompt_tokens, entry.completion_tokens) == (prompt, completion)
    assert entry.cost_micros == prompt * 2 + completion * 8
    assert counted("tokens") == (prompt + completion, 0)
    assert counted("cost") == (entry.cost_micros, 0)
    assert_books_balance(over=10_000)


@pytest.mark.parametrize(
    ("max_tokens", "usage", "overlong"),
    [
        (50, TokenCounts(9, 50, 59), False),
        (50, TokenCounts(9, 51, 60), True),
        (50, None, False),  # 80 tokens by our estimate, which can be twice the number
        (40, None, False),
        (39, None, True),
        (None, TokenCounts(9, 300, 309), False),
    ],
)
def test_an_answer_beyond_the_length_that_was_asked_for_is_counted(
    people: People,
    model: LanguageModel,
    max_tokens: int | None,
    usage: TokenCounts | None,
    overlong: bool,
) -> None:
    entry = settled(held_for(people, model, max_tokens), usage, said="four" * 80)
    assert entry.asked_tokens == max_tokens
    assert (UsageDay.objects.get().overlong, UsageTotal.objects.get().overlong) == (overlong,) * 2


def test_after_a_crash_no_more_is_charged_than_was_held(
    people: People, model: LanguageModel
) -> None:
    limit(300)
    running = held_for(people, model)
    held_tokens = Hold.objects.get().completion_bound
    # A token in each of these short pieces; nobody knows of the pieces any more.
    entry = settled(running, said="<gen:1:00001>" * (held_tokens - 1), began=False)
    assert (entry.source, entry.completion_tokens) == ("estimate", held_tokens)
    used, held = counted("tokens")
    assert (used <= 300, held) == (True, 0)
    assert_books_balance()


def test_what_never_began_gives_all_of_its_hold_back(people: People, model: LanguageModel) -> None:
    limit(10_000)
    limit(10, "requests")
    entry = settled(held_for(people, model), began=False)
    assert (entry.source, entry.requests, entry.cost_micros) == ("none", 0, 0)
    assert (counted("tokens"), counted("requests")) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("usage", "choices", "source"),
    [
        # A prompt of about 30 tokens, and so of 120 bytes, was sent, and 80 tokens were said of the
        # 200 that were asked for.
        (TokenCounts(100, 200, 300), 1, "provider"),
        (TokenCounts(0, 80, 80), 1, "provider"),
        (TokenCounts(101, 80, 181), 1, "provider"),
        (TokenCounts(120 + 16_384, 80, 16_584), 1, "provider"),
        (TokenCounts(121 + 16_384, 80, 16_585), 1, "estimate"),
        (TokenCounts(-1, 80, 79), 1, "estimate"),
        (TokenCounts(9, 201, 210), 1, "provider"),
        # The text has 320 bytes, and servers count some tokens that they do not send.
        (TokenCounts(9, 320 + 1_024, 1_353), 1, "provider"),
        (TokenCounts(9, 321 + 1_024, 1_354), 1, "estimate"),
        (TokenCounts(9, 10, 19), 1, "provider"),
        (TokenCounts(9, 9, 18), 1, "estimate"),
        (TokenCounts(9, 54, 63), 2, "provider"),
        (TokenCounts(9, 53, 62), 2, "estimate"),
    ],
)
def test_a_provider_that_counts_what_cannot_be_is_not_believed(
    people: People, model: LanguageModel, usage: TokenCounts, choices: int, source: str
) -> None:
    entry = settled(held_for(people, model), usage, said="four" * 80, choices=choices)
    counts = (usage.prompt_tokens, usage.completion_tokens)
    expected = counts if source == "provider" else (30, 80)
    assert entry.source == source
    assert (entry.prompt_tokens, entry.completion_tokens) == expected


@pytest.mark.parametrize(
    ("max_tokens", "reasoning", "most"),
    [
        (200, (False, 0), 200),
        (None, (False, 0), 16_384),
        (200, (False, 500), 700),
        (200, (True, 0), 16_384),
        (200, (True, 500), 16_884),
    ],
)
def test_hidden_tokens_are_believed_as_far_as_request_and_model_allow(
    people: People,
    model: LanguageModel,
    max_tokens: int | None,
    reasoning: tuple[bool, int],
    most: int,
) -> None:
    model.reasons, model.reasoning_tokens = reasoning
    for count, source in ((most + 1_024, "provider"), (most + 1_025, "estimate")):
        usage = TokenCounts(9, count, 9 + count)
        assert settled(held_for(people, model, max_tokens), usage, said="42").source == source


@pytest.mark.parametrize(("count", "source"), [(21_024, "provider"), (21_025, "estimate")])
def test_a_count_above_what_was_asked_for_needs_a_text_that_can_have_it(
    people: People, model: LanguageModel, count: int, source: str
) -> None:
    usage = TokenCounts(9, count, 9 + count)
    assert settled(held_for(people, model), usage, said="four" * 5_000).source == source


def test_the_text_that_the_run_has_counted_is_not_counted_again(
    people: People, model: LanguageModel
) -> None:
    entry = settled(held_for(people, model), said="four" * 80, text_bytes=4 * 90)
    assert entry.completion_tokens == 90


def test_an_estimate_counts_text_reasoning_and_calls(people: People, model: LanguageModel) -> None:
    generation_id = held_for(people, model)
    call = ToolCallTranscript(id="c1", name="brew", arguments="four" * 3)
    said = ChoiceTranscript(content="four" * 10, reasoning_content="four" * 20, tool_calls=[call])
    with transaction.atomic():
        settle(
            Generation(pk=generation_id),
            Finished(cause="completed"),
            Transcript(choices={0: said, 1: ChoiceTranscript(content="four")}),
            Measured(began=True),
        )
    assert LedgerEntry.objects.get().completion_tokens == 10 + 20 + 3 + 1


def test_the_ledger_says_how_long_it_took_and_the_day_only_what_was_measured(
    people: People, model: LanguageModel
) -> None:
    generation_id = held_for(people, model)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Hold.objects.filter(generation_id=generation_id).update(created_at=an_hour_ago)
    entry = settled(generation_id, TokenCounts(9, 12, 21))
    assert 3_600_000 <= entry.duration_ms < 3_602_000
    assert entry.first_token_ms is None
    day = UsageDay.objects.get()
    assert (day.first_token_ms, day.first_token_answers) == (0, 0)


def test_the_ledger_says_who_asked_what_with_which_key_and_how_it_ended(
    people: People, model: LanguageModel
) -> None:
    key, _secret = api_keys.create(people.alice, KeyChoices("nightly"))
    entry = settled(held_for(people, model, key=key), TokenCounts(9, 12, 21), first_token_ms=40)
    assert (entry.user, entry.username, entry.api_key_name) == (people.alice, "alice", str(key))
    assert (entry.model_name, entry.provider_name) == (model.name, model.provider.name)
    assert (entry.outcome, entry.error_code, entry.first_token_ms) == ("completed", "", 40)
    assert entry.day == entry.reserved_at.date() == timezone.now().date()
    assert entry.reserved_at <= entry.settled_at <= timezone.now()
    assert settled(held_for(people, model)).api_key_name == ""


def many_limits(model: LanguageModel) -> list[Rule]:
    """Limits whose counters stand in none of the orders in which they were made."""
    return [
        limit(10_000, period="month"),
        limit(10, "requests", language_model=model),
        limit(10_000),
        limit(100_000, "cost"),
        limit(10, "requests"),
        limit(100, "requests", period="month"),
    ]


def slots_of(hold: Hold) -> list[tuple]:
    """The slots of the counters of a hold, in its order."""
    counters = Counter.objects.in_bulk([part[0] for part in hold.parts])
    return [counters[part[0]].slot for part in hold.parts]


def test_counters_are_taken_in_one_order_whichever_limit_came_first(
    people: People, model: LanguageModel
) -> None:
    """Two reservations, or a reservation and a settlement, then never wait for each other."""
    many_limits(model)
    rules = deciding_rules(people.alice, model)
    generations = [held_for(people, model) for _ in range(2)]
    for hold in Hold.objects.filter(generation_id__in=generations):
        assert slots_of(hold) == sorted(slots_of(hold)) == [rule.slot for rule in rules]
    with transaction.atomic():
        counters = locked(people.alice, rules, timezone.now())
    assert [counter.slot for counter in counters] == [rule.slot for rule in rules]


def test_a_limit_that_begins_while_answers_run_takes_its_place_in_that_order(
    people: People, model: LanguageModel
) -> None:
    limit(10_000, period="month")
    first = held_for(people, model)
    for measure in ("tokens", "requests", "cost"):
        limit(10_000, measure)
        held_for(people, model)
    hold = Hold.objects.get(generation_id=first)
    assert [slot[:2] for slot in slots_of(hold)] == [
        ("cost", "day"),
        ("requests", "day"),
        ("tokens", "day"),
        ("tokens", "month"),
    ]
    assert_books_balance()


def test_what_is_shown_before_a_counter_is_made_is_what_the_counter_then_says(
    people: People, model: LanguageModel
) -> None:
    settled(held_for(people, model), TokenCounts(9, 12, 21))
    for _ in range(2):
        held_for(people, model)
    other = make_model("other")
    held_for(people, other)
    rules = many_limits(model)
    now = timezone.now()
    shown = amounts(people.alice, rules, now)
    assert shown == [(21, 900), (1, 2), (21, 900), (114, 3_600), (1, 3), (1, 3)]
    with transaction.atomic():
        made = {each.slot: each for each in locked(people.alice, _in_order(rules), now)}
    assert [(made[rule.slot].used, made[rule.slot].held) for rule in rules] == shown
    assert amounts(people.alice, rules, now) == shown
    assert amounts(people.bob, rules, now) == [(0, 0)] * 6


def _in_order(rules: list[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.slot)


def test_a_window_counts_what_was_reserved_in_it_and_nothing_from_before(
    people: People, model: LanguageModel
) -> None:
    for ago, generation_id in ((0, held_for(people, model)), (40, held_for(people, model))):
        Hold.objects.filter(generation_id=generation_id).update(
            created_at=timezone.now() - timedelta(days=ago)
        )
        settled(generation_id, TokenCounts(9, 12, 21))
    old = held_for(people, model)
    Hold.objects.filter(generation_id=old).update(created_at=timezone.now() - timedelta(days=40))
    rules = [limit(10_000), limit(10_000, period="total")]
    assert amounts(people.alice, rules, timezone.now()) == [(21, 0), (42, 300)]
    Hold.objects.filter(generation_id=old).update(created_at=Period("day").start(timezone.now()))
    assert amounts(people.alice, rules, timezone.now()) == [(21, 300), (42, 300)]


def test_a_window_of_one_model_or_of_one_key_counts_nothing_from_before_either(
    people: People, model: LanguageModel
) -> None:
    key, _secret = api_keys.create(people.alice, KeyChoices("nightly"))
    for ago, of, asked_with in ((0, model, key), (40, model, key), (0, make_model("other"), None)):
        generation_id = held_for(people, of, key=asked_with)
        Hold.objects.filter(generation_id=generation_id).update(
            created_at=timezone.now() - timedelta(days=ago)
        )
        settled(generation_id, TokenCounts(9, 12, 21))
    rules = [limit(10_000), limit(10_000, language_model=model), limit(10_000, api_key=key)]
    assert amounts(people.alice, rules, timezone.now()) == [(42, 0), (21, 0), (21, 0)]
    of_an_hour = [
        limit(10_000, period="hour", language_model=model),
        limit(10_000, period="hour", api_key=key),
    ]
    later = timezone.now() + timedelta(hours=2)
    assert amounts(people.alice, of_an_hour, later) == [(0, 0), (0, 0)]


def test_an_answer_without_a_length_is_counted_by_a_later_limit_at_its_longest(
    people: People, model: LanguageModel
) -> None:
    model.parameters, model.reasoning_tokens = {"max_tokens": {"high": 700}}, 50
    held_for(people, model, None)
    rules = [limit(10_000), limit(100_000, "cost")]
    longest = 700 + 50
    expected = [(0, 100 + longest), (0, 100 * 2 + longest * 8)]
    assert amounts(people.alice, rules, timezone.now()) == expected


LOCKING = """
import threading, time
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from conversations.quotas.counters import locked
from conversations.models import Counter, Rule, User
from conversations.quotas.reservation import deciding_rules
alice = User.objects.get(username="alice")
for measure, period in (("tokens", "month"), ("requests", "day"), ("cost", "day")):
    Rule.objects.create(measure=measure, period=period, limit=1000)
rules, now = deciding_rules(alice, None), timezone.now()
def reserving():
    with transaction.atomic():
        locked(alice, rules, now)
    connection.close()
reserving()
counters = sorted(Counter.objects.all(), key=lambda counter: counter.slot)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
with transaction.atomic():
    Counter.objects.select_for_update().get(pk=counters[-1].pk)
    other = threading.Thread(target=reserving)
    other.start()
    with connection.cursor() as cursor:
        waits = 0
        while not waits and other.is_alive():
            cursor.execute(WAITING)
            waits = cursor.fetchone()[0]
    for counter in counters[:-1]:
        try:
            with transaction.atomic():
                Counter.objects.select_for_update(nowait=True).get(pk=counter.pk)
            print("free")
        except OperationalError:
            print("locked")
other.join()
"""


@pytest.mark.long
def test_a_reservation_that_waits_for_the_last_counter_has_locked_those_before_it(
    postgres_site: dict[str, str],
) -> None:
    manage(postgres_site, "shell", "-c", "from tests.people import make_people; make_people()")
    said = manage(postgres_site, "shell", "-v", "0", "-c", LOCKING)
    assert said.split() == ["locked", "locked"]
