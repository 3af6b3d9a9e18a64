"""Readers of links: who is shown one, who is not, and which of them are counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations import access
from conversations.access import NotFound
from conversations.models import ShareLink
from conversations.sharing.access_cookies import Access, cookie_for
from conversations.sharing.reading import (
    PassphraseNeeded,
    Reading,
    TooManyAttempts,
    read_all,
    unlock,
)
from tests.clock import Clock
from tests.people import People
from tests.sharing.talk import make_talk, share


def views_of(link: ShareLink) -> int:
    """The number of counted views."""
    return ShareLink.objects.get(pk=link.pk).views


def outcomes(*readings: Reading) -> list[str]:
    """For each reading what became of it."""
    names = {
        ShareLink: "shown",
        NotFound: "gone",
        PassphraseNeeded: "locked",
        TooManyAttempts: "too often",
    }
    return [names[type(each)] for each in read_all(readings)]


def test_of_one_batch_the_readers_beyond_the_last_view_see_nothing(people: People) -> None:
    link, other = share(make_talk(people.alice), max_views=2), share(make_talk(people.alice))
    batch = [Reading(each.sealed_token, "192.0.2.1") for each in (link, other, link, link, other)]
    assert outcomes(*batch) == ["shown", "shown", "shown", "gone", "shown"]
    assert (views_of(link), views_of(other)) == (2, 2)
    link.refresh_from_db()
    assert timezone.now() - link.last_viewed_at < timedelta(minutes=1)
    other.refresh_from_db()
    assert timezone.now() - other.last_viewed_at < timedelta(minutes=1)


def test_who_comes_too_late_for_a_view_has_missed_like_any_other(people: People) -> None:
    link = share(make_talk(people.alice), max_views=1)
    reading = Reading(link.sealed_token, "192.0.2.1")
    assert outcomes(*[reading] * 31) == ["shown", *["gone"] * 30]
    assert outcomes(reading) == ["too often"]
    assert outcomes(Reading(link.sealed_token, "192.0.2.2")) == ["gone"]


@pytest.mark.parametrize("max_views", [None, 5])
def test_a_link_that_is_revoked_between_look_up_and_count_is_not_shown(
    people: People, monkeypatch: pytest.MonkeyPatch, max_views: int | None
) -> None:
    link = share(make_talk(people.alice), max_views=max_views)
    real = access.shared_for

    def revoked_meanwhile(*given: Any, **more: Any) -> ShareLink:
        found = real(*given, **more)
        ShareLink.objects.filter(pk=found.pk).revoke()
        return found

    monkeypatch.setattr(access, "shared_for", revoked_meanwhile)
    assert outcomes(Reading(link.sealed_token, "192.0.2.1")) == ["gone"]
    assert views_of(link) == 0


def test_a_limit_of_views_that_is_set_between_look_up_and_count_holds(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share(make_talk(people.alice))
    real = access.shared_for

    def limited_meanwhile(*given: Any, **more: Any) -> ShareLink:
        found = real(*given, **more)
        ShareLink.objects.filter(pk=found.pk).update(max_views=1, views=1)
        return found

    monkeypatch.setattr(access, "shared_for", limited_meanwhile)
    assert outcomes(Reading(link.sealed_token, "192.0.2.1")) == ["gone"]
    assert views_of(link) == 1


def test_a_pass_phrase_is_needed_by_readers_and_never_by_the_author(people: People) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame", audience="signed_in")
    token = link.sealed_token
    asked = [
        Reading(token, "192.0.2.1", people.bob),
        Reading(token, "192.0.2.1", people.alice),
        Reading(token, "192.0.2.1"),
        Reading(token, "192.0.2.1", people.bob, cookie_for(link, Access.UNLOCKED)),
        Reading(token, "192.0.2.1", people.bob, "made up"),
    ]
    assert outcomes(*asked) == ["locked", "shown", "gone", "shown", "locked"]
    assert views_of(link) == 1


def test_a_copy_counts_only_where_views_are_limited_and_the_page_was_not_seen(
    people: People,
) -> None:
    link, free = share(make_talk(people.alice), max_views=9), share(make_talk(people.alice))
    copy = {"is_copy": True}
    seen = cookie_for(link, Access.VIEWED)
    opened = cookie_for(link, Access.UNLOCKED)
    for cookie in (seen, opened, ""):
        assert outcomes(Reading(link.sealed_token, "192.0.2.1", cookie=cookie, **copy)) == ["shown"]
    assert outcomes(Reading(free.sealed_token, "192.0.2.1", **copy)) == ["shown"]
    assert outcomes(Reading(link.sealed_token, "192.0.2.1", people.alice, **copy)) == ["shown"]
    assert (views_of(link), views_of(free)) == (2, 0)


def test_one_look_up_serves_the_same_reader_and_no_other(people: People) -> None:
    link = share(make_talk(people.alice), audience="named", usernames=("bob",))
    token = link.sealed_token
    readers = [people.bob, None, people.charlie, people.bob]
    assert outcomes(*[Reading(token, "192.0.2.1", each) for each in readers]) == [
        "shown",
        "gone",
        "gone",
        "shown",
    ]


def test_unlocking_wants_the_pass_phrase_and_nothing_of_a_link_without_one(
    people: People,
) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame", audience="signed_in")
    reading = Reading(link.sealed_token, "192.0.2.1", people.bob)
    with pytest.raises(PassphraseNeeded) as wrong:
        unlock(reading, "open barley")
    assert wrong.value.is_wrong
    assert unlock(reading, "open sesame") == link
    with pytest.raises(NotFound):
        unlock(Reading(link.sealed_token, "192.0.2.1"), "open sesame")
    free = share(make_talk(people.alice))
    assert unlock(Reading(free.sealed_token, "192.0.2.1"), "whatever") == free
    (first,) = read_all([reading])
    assert isinstance(first, PassphraseNeeded)
    assert not first.is_wrong


def test_too_many_guesses_are_refused_for_five_minutes_and_misses_for_one(
    people: People, clock: Clock
) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame")
    reading = Reading(link.sealed_token, "192.0.2.1")
    for _ in range(5):
        with pytest.raises(PassphraseNeeded):
            unlock(reading, "a guess")
    with pytest.raises(TooManyAttempts) as often:
        unlock(reading, "open sesame")
    assert often.value.seconds == 300
    outcomes(*[Reading("no-such-token", "192.0.2.3")] * 30)
    (refused,) = read_all([Reading("no-such-token", "192.0.2.3")])
    assert isinstance(refused, TooManyAttempts)
    assert refused.seconds == 60
