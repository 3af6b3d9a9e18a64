"""The time of a reservation and its settlement on SQLite, compared with one plain INSERT.

python -m tests.bench.quota --rounds 500
"""

import argparse
import os
import statistics
import tempfile
import time
from uuid import uuid4

PLACE = tempfile.TemporaryDirectory(prefix="parley-bench-")
os.environ |= {"DATA_DIR": PLACE.name, "LOCAL_MODEL": "off"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from conversations.accounts import api_keys  # noqa: E402
from conversations.accounts.api_keys import KeyChoices  # noqa: E402
from conversations.models import (  # noqa: E402
    ApiKey,
    AuditEntry,
    Generation,
    LanguageModel,
    Rule,
    User,
)
from conversations.quotas.amounts import Limit  # noqa: E402
from conversations.quotas.reservation import Wanted, reserve  # noqa: E402
from conversations.quotas.settlement import Measured, settle  # noqa: E402
from conversations.quotas.tokens import PromptSize  # noqa: E402
from conversations.transcript import (  # noqa: E402
    ChoiceTranscript,
    Finished,
    TokenCounts,
    Transcript,
)
from tests.bench.table import milliseconds, show  # noqa: E402
from tests.people import make_model, make_people  # noqa: E402

USAGE = TokenCounts(30, 40, 70)


def reserve_and_settle(user: User, model: LanguageModel, key: ApiKey | None = None) -> float:
    """Seconds that one reservation and its settlement add to the transactions around them."""
    generation = Generation(user=user, language_model=model, client_request_id=uuid4(), owner="")
    wanted = Wanted(user, model, PromptSize(200, 60), 500, key=key)
    transcript = Transcript(choices={0: ChoiceTranscript(content="word " * 40)})
    with transaction.atomic():
        started = time.perf_counter()
        reserve(generation.pk, wanted)
        reserved = time.perf_counter() - started
    with transaction.atomic():
        started = time.perf_counter()
        settle(generation, Finished(cause="completed", usage=USAGE), transcript, Measured(True, 40))
        return reserved + time.perf_counter() - started


def insert() -> float:
    """Seconds of one plain INSERT of a small row in a transaction of its own."""
    started = time.perf_counter()
    AuditEntry.objects.create(actor_name="yardstick", action="insert")
    return time.perf_counter() - started


def main() -> None:
    """Measure both in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    rounds = parser.parse_args().rounds
    call_command("migrate", verbosity=0)
    alice, model = make_people().alice, make_model()
    Rule.objects.create(measure="tokens", period="day", limit=10**12)
    Rule.objects.create(measure="requests", period="hour", limit=10**12)
    limits = [Limit(measure, "day", None, 10**12) for measure in ("requests", "tokens")]
    key, _secret = api_keys.create(alice, KeyChoices("nightly", limits=limits))
    taken = [
        (reserve_and_settle(alice, model), reserve_and_settle(alice, model, key), insert())
        for _ in range(rounds)
    ]
    names = (
        "reserve + settle, two rules",
        "the same with a key that has two of its own",
        "one INSERT in a transaction",
    )
    columns = zip(names, zip(*taken, strict=True), strict=True)
    show("p50", {name: milliseconds(statistics.median(column)) for name, column in columns})


if __name__ == "__main__":
    main()
