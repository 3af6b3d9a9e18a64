"""Concurrent readers: exact view counts, immediate ends, and answers before the middleware."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from django.conf import LazySettings
from django.utils import timezone

from conversations.database.threads import in_thread
from conversations.models import ShareLink
from conversations.sharing.reading import Outcome, Reading, read_all
from conversations.sharing.view_batching import ViewBatcher
from tests.clock import Clock
from tests.people import People
from tests.sharing.talk import browser_of, make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)

AT_MOST_SECONDS = 1


def got(path: str, times: int = 1, **headers: str) -> list[httpx.Response]:
    """The answers of the whole ASGI application to concurrent requests."""

    # The module reads the collected static files when it is imported.
    from chatsite.asgi import application

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", headers=headers
        ) as http:
            return await asyncio.gather(*(http.get(path) for _ in range(times)))

    return asyncio.run(ask())


def views_of(link: ShareLink) -> int:
    return ShareLink.objects.get(pk=link.pk).views


def test_of_concurrent_readers_only_the_permitted_number_see_the_page(
    people: People,
) -> None:
    link = share(make_talk(people.alice), max_views=5)
    answers = got(path_of(link), times=20)
    assert sorted(each.status_code for each in answers) == [200] * 5 + [404] * 15
    assert views_of(link) == 5
    assert got(path_of(link))[0].status_code == 404


def test_concurrent_processes_permit_no_view_too_many(people: People) -> None:
    link = share(make_talk(people.alice), max_views=5)
    reading = Reading(link.sealed_token, "192.0.2.1")

    async def ask() -> list[list[Outcome]]:
        # Each thread has its own connection, as processes have.
        return await asyncio.gather(*(in_thread(read_all, [reading]) for _ in range(16)))

    admitted = [each for outcomes in asyncio.run(ask()) for each in outcomes]
    assert len([each for each in admitted if isinstance(each, ShareLink)]) == 5
    assert views_of(link) == 5


def test_every_one_of_many_concurrent_views_is_counted(people: People) -> None:
    link = share(make_talk(people.alice))
    assert {each.status_code for each in got(path_of(link), times=40)} == {200}
    assert views_of(link) == 40


def test_concurrent_views_share_database_calls(
    people: People, django_assert_max_num_queries: object
) -> None:
    link = share(make_talk(people.alice))
    readings = [Reading(link.sealed_token, "192.0.2.1") for _ in range(30)]
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert all(isinstance(each, ShareLink) for each in read_all(readings))
    assert views_of(link) == 30


def test_the_author_and_head_requests_are_not_counted(people: People) -> None:
    link = share(make_talk(people.alice), max_views=1)
    assert browser_of(people.alice).get(path_of(link)).status_code == 200
    prober = browser_of(None)
    assert prober.head(path_of(link)).status_code == 200
    assert views_of(link) == 0
    # A HEAD request showed nothing, so the copy counts as a view.
    assert prober.get(f"{path_of(link)}conversation.md").status_code == 200
    assert views_of(link) == 1


def test_the_reader_of_the_last_view_may_still_take_the_copy(people: People) -> None:
    link = share(make_talk(people.alice), max_views=1)
    reader, path = browser_of(None), path_of(link)
    assert reader.get(path).status_code == 200
    assert reader.get(path).status_code == 404
    assert "What are tides?" in reader.get(f"{path}conversation.md").text
    assert browser_of(None).get(f"{path}conversation.md").status_code == 404
    assert views_of(link) == 1


def test_a_copy_without_the_page_is_a_view(people: People) -> None:
    link = share(make_talk(people.alice), max_views=1)
    copy = browser_of(None).get(f"{path_of(link)}conversation.md")
    assert (copy.status_code, views_of(link)) == (200, 1)


@pytest.mark.parametrize("end", ["revoked", "expired", "last view"])
def test_a_link_shows_nothing_from_the_moment_it_ends(people: People, end: str) -> None:
    link = share(make_talk(people.alice), max_views=3)
    assert got(path_of(link))[0].status_code == 200
    row = ShareLink.objects.filter(pk=link.pk)
    match end:
        case "revoked":
            row.revoke()
        case "expired":
            row.update(expires_at=timezone.now())
        case "last view":
            got(path_of(link), times=2)
    ended = timezone.now()
    assert got(path_of(link))[0].status_code == 404
    assert timezone.now() - ended < timedelta(seconds=AT_MOST_SECONDS)


@pytest.mark.parametrize(("proxies", "expected"), [(0, 429), (1, 404)])
def test_an_address_is_believed_only_from_a_trusted_proxy(
    people: People, settings: LazySettings, proxies: int, expected: int
) -> None:
    settings.TRUSTED_PROXIES = proxies
    for number in range(30):
        got("/s/no-such-token/", **{"X-Forwarded-For": f"192.0.2.{number}"})
    answer = got("/s/no-such-token/", **{"X-Forwarded-For": "192.0.2.99"})[0]
    assert answer.status_code == expected


@pytest.mark.parametrize("kind", ["live", "limited", "pass-phrase", "wrong", "too often"])
def test_an_answer_before_the_middleware_has_the_same_headers(
    people: People, clock: Clock, kind: str
) -> None:
    terms = {"limited": {"max_views": 9}, "pass-phrase": {"passphrase": "open"}}.get(kind, {})
    path = path_of(share(make_talk(people.alice), **terms))
    if kind in {"wrong", "too often"}:
        path = "/s/no-such-token/"
    if kind == "too often":
        got(path, times=30)
    short, long = got(path)[0], got(path, Cookie="other=1")[0]
    assert (short.status_code, short.text) == (long.status_code, long.text)
    assert compared(short) == compared(long)


def test_the_event_loop_runs_no_query(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = make_talk(people.alice)
    paths = [path_of(share(talk)), path_of(share(talk, passphrase="open")), "/s/no-such-token/"]
    paths.append(f"{paths[0]}conversation.md")
    browser = browser_of(people.bob)
    cookies = "; ".join(f"{each.key}={each.value}" for each in browser.cookies.values())
    # Without it Django refuses every query on the loop, as it does outside of tests.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")
    for headers in ({}, {"Cookie": cookies}):
        answers = [got(path, **headers)[0] for path in paths]
        assert [each.status_code for each in answers] == [200, 200, 404, 200]


def compared(answer: httpx.Response) -> dict[str, str]:
    """The headers, except Vary, signatures with a time, and the request's own id."""
    aside = {"vary", "content-language", "set-cookie", "x-request-id"}
    assert answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name not in aside}
    return headers | {"cookies": ",".join(answer.cookies)}


def test_a_database_error_is_raised_in_every_waiting_request(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(readings: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("conversations.sharing.view_batching.read_all", fails)

    async def ask() -> list[object]:
        opened = ViewBatcher()
        asking = (opened.open(Reading("x", "192.0.2.1")) for _ in range(3))
        return list(await asyncio.gather(*asking, return_exceptions=True))

    assert [type(each) for each in asyncio.run(ask())] == [ConnectionError] * 3
