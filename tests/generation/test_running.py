"""Running answers are found without a look at those that have ended, which grow for years."""

import pytest
from django.db.models import QuerySet

from conversations.database.written import Written
from conversations.models import Generation

RUNNING = Generation.objects.running()


@pytest.mark.django_db
@pytest.mark.sqlite
@pytest.mark.parametrize(
    "found",
    [
        RUNNING.filter(user=1),
        RUNNING.filter(user=1, conversation__isnull=False),
        RUNNING.filter(user__in=[1, 2]),
        RUNNING.filter(owner="main"),
        RUNNING.filter(owner="main", stop_requested_at__isnull=False),
        RUNNING,
    ],
    ids=["user", "on_page", "users", "owner", "to_stop", "all"],
)
def test_they_are_found_by_an_index_of_their_own(found: QuerySet[Generation]) -> None:
    assert "running_by_" in found.explain()


def test_only_a_plain_word_is_written_into_a_statement() -> None:
    with pytest.raises(ValueError, match="it's"):
        Written("it's")
