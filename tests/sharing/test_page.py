"""The shared page: content, headers, the Markdown copy, pass-phrases and bounds on guessing."""

import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.http import HttpResponse
from django.test import Client

from chatsite.logs import logging_config
from conversations.models import ShareLink
from tests.clock import Clock
from tests.people import People
from tests.sharing.talk import answer, asked, browser_of, call, make_talk, path_of, share

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "/s/no-such-token/"


def test_a_page_shows_the_conversation_and_counts_the_view(people: People) -> None:
    link = share(make_talk(people.alice))
    page = browser_of(None).get(path_of(link))
    assert page.status_code == 200
    assert "What are tides?" in page.text
    assert "Water, <em>moved</em>." in page.text
    link.refresh_from_db()
    assert (link.views, link.last_viewed_at is not None) == (1, True)


def test_a_page_needs_no_script_and_loads_nothing_from_elsewhere(people: People) -> None:
    said = answer("![seen](https://elsewhere.example/a.png) <img src=x onerror=alert(1)>")
    page = browser_of(None).get(path_of(share(make_talk(people.alice, asked("Show me"), said))))
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "Image: seen (elsewhere.example)</a>" in page.text
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("kind", ["page", "markdown", "nothing there", "pass-phrase"])
def test_a_page_is_neither_cached_nor_indexed_nor_framed(people: People, kind: str) -> None:
    terms = {"passphrase": "open"} if kind == "pass-phrase" else {}
    path = path_of(share(make_talk(people.alice), **terms))
    path = {"markdown": f"{path}conversation.md", "nothing there": WRONG}.get(kind, path)
    page = browser_of(None).get(path)
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_link_previews_have_the_title_only_if_the_author_allows_it(people: People) -> None:
    talk = make_talk(people.alice, title="A surprise for Bob")
    head, _, _ = browser_of(None).get(path_of(share(talk))).text.partition("</head>")
    assert "surprise" not in head
    head, _, _ = (
        browser_of(None).get(path_of(share(talk, shows_title=True))).text.partition("<body")
    )
    assert '<meta property="og:title" content="A surprise for Bob">' in head


def test_a_page_does_not_name_its_author(people: People) -> None:
    people.alice.first_name, people.alice.last_name = "Alice", "Liddell"
    people.alice.save()
    page = browser_of(None).get(path_of(share(make_talk(people.alice)))).text
    assert not any(word in page for word in ("alice", "Liddell", people.alice.email))
    link = share(make_talk(people.alice), shows={"omit": ()})
    assert "Shared by Alice Liddell" in browser_of(None).get(path_of(link)).text


def test_the_markdown_copy_has_all_that_the_page_shows(people: People) -> None:
    said = [
        asked("Add 1 and 2"),
        answer("", tool_calls=[call("add", '{"a":1,"b":2}')], reasoning_content="I can add."),
        {"role": "tool", "content": '{"sum":3}', "tool_call_id": "upstream-1"},
        answer("It is **3**."),
    ]
    talk = make_talk(people.alice, *said, title="Sums", system_message="Be exact.")
    link = share(talk, shows={"omit": ()})
    copy = browser_of(None).get(f"{path_of(link)}conversation.md")
    assert copy["Content-Type"] == "text/markdown; charset=utf-8"
    assert copy.text == (
        "# Sums\n\n## System message\n\nBe exact.\n\n## alice\n\nAdd 1 and 2\n\n## test/model\n\n"
        "> **Reasoning**\n>\n> I can add.\n\n"
        '**Call of add**\n\n```json\n{\n  "a": 1,\n  "b": 2\n}\n```\n\n'
        '## Result of add\n\n```json\n{\n  "sum": 3\n}\n```\n\n## test/model\n\nIt is **3**.\n'
    )
    link.refresh_from_db()
    assert link.views == 0


def test_later_changes_do_not_reach_a_snapshot(people: People) -> None:
    talk = make_talk(people.alice)
    link = share(talk)
    talk.messages.update(content="Changed")
    talk.messages.all().delete()
    assert "What are tides?" in browser_of(None).get(path_of(link)).text


def everything_but_the_address(page: HttpResponse, path: str) -> tuple[object, ...]:
    headers = {name: value for name, value in page.headers.items() if name != "Content-Length"}
    return page.status_code, headers, page.content.decode().replace(path, "/s/…/")


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_shows_nothing_looks_the_same_whatever_the_reason(
    people: People, signed_in: bool
) -> None:
    talk = make_talk(people.alice)
    gone = {name: share(talk) for name in ("revoked", "expired")}
    gone["named"] = share(talk, audience="named", usernames=("bob",))
    gone["used up"] = share(talk, max_views=1)
    ShareLink.objects.filter(pk=gone["revoked"].pk).revoke()
    ShareLink.objects.filter(pk=gone["expired"].pk).update(expires_at="2020-01-01T00:00Z")
    ShareLink.objects.filter(pk=gone["used up"].pk).update(views=1)
    browser = browser_of(people.charlie if signed_in else None)
    paths = [WRONG, *(path_of(link) for link in gone.values())]
    seen = {everything_but_the_address(browser.get(path), path)[2] for path in paths}
    assert len(seen) == 1
    first = [everything_but_the_address(browser.get(path), path)[:2] for path in paths]
    assert all(each == first[0] for each in first)
    assert first[0][0] == 404


def unlocked(browser: Client, path: str, passphrase: str) -> HttpResponse:
    return browser.post(path, {"passphrase": passphrase}, headers={"Origin": "null"})


def test_a_pass_phrase_is_asked_for_once_and_then_remembered(people: People) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame")
    browser, path = browser_of(None), path_of(link)
    form = browser.get(path)
    assert ("A pass-phrase is needed" in form.text, "tides" in form.text) == (True, False)
    wrong = unlocked(browser, path, "open barley")
    assert (wrong.status_code, "tides" in wrong.text) == (422, False)
    assert unlocked(browser, path, "open sesame")["Location"] == path
    assert "What are tides?" in browser.get(path).text
    assert "What are tides?" in browser.get(f"{path}conversation.md").text
    assert "tides" not in browser_of(None).get(f"{path}conversation.md").text
    link.refresh_from_db()
    assert link.views == 1


def test_a_new_pass_phrase_is_asked_for_again(people: People) -> None:
    link = share(make_talk(people.alice), passphrase="first")
    browser, path = browser_of(None), path_of(link)
    unlocked(browser, path, "first")
    other = share(make_talk(people.alice), passphrase="second")
    ShareLink.objects.filter(pk=link.pk).update(passphrase_hash=other.passphrase_hash)
    assert "A pass-phrase is needed" in browser.get(path).text


def test_pass_phrases_are_not_guessed_for_long(people: People, clock: Clock) -> None:
    link = share(make_talk(people.alice), passphrase="open sesame")
    path = path_of(link)
    answers = [unlocked(browser_of(None), path, f"guess {number}") for number in range(6)]
    assert [each.status_code for each in answers] == [422] * 5 + [429]
    last = unlocked(browser_of(None), path, "open sesame")
    assert (last.status_code, last["Retry-After"]) == (429, "300")


def test_pass_phrases_of_one_link_are_not_guessed_from_many_addresses(people: People) -> None:
    path = path_of(share(make_talk(people.alice), passphrase="open sesame"))
    guesses = [
        unlocked(Client(REMOTE_ADDR=f"192.0.2.{number}"), path, "a guess").status_code
        for number in range(51)
    ]
    assert guesses == [422] * 50 + [429]
    elsewhere = Client(REMOTE_ADDR="198.51.100.1")
    assert unlocked(elsewhere, path, "open sesame").status_code == 429
    other = path_of(share(make_talk(people.alice), passphrase="open barley"))
    assert unlocked(elsewhere, other, "open barley")["Location"] == other


def test_a_right_pass_phrase_forgets_the_wrong_ones_of_its_address(people: People) -> None:
    path = path_of(share(make_talk(people.alice), passphrase="open sesame"))
    for _round in range(2):
        wrong = [unlocked(browser_of(None), path, "a guess").status_code for _ in range(4)]
        assert wrong == [422] * 4
        assert unlocked(browser_of(None), path, "open sesame").status_code == 302


def test_after_thirty_misses_in_a_minute_an_address_gets_no_answer(people: People) -> None:
    link = share(make_talk(people.alice))
    misses = [browser_of(None).get(f"/s/guess-{number}/").status_code for number in range(31)]
    assert misses == [404] * 30 + [429]
    assert browser_of(None).get(path_of(link)).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(path_of(link)).status_code == 200


def test_one_network_of_ipv6_is_one_address(people: People) -> None:
    for number in range(30):
        Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").get(WRONG)
    assert Client(REMOTE_ADDR="2001:db8:1:2:ffff::1").get(WRONG).status_code == 429
    assert Client(REMOTE_ADDR="2001:db8:1:3::1").get(WRONG).status_code == 404


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_log_line_holds_a_token(people: People, log_format: str) -> None:
    token = share(make_talk(people.alice)).sealed_token
    ShareLink.objects.all().revoke()
    with logged(log_format) as lines:
        browser_of(None).get(f"/s/{token}/")
        browser_of(None).get(f"/s/{token}/nothing/?next=%2Fs%2F{token}%2F")
        try:
            int(f"http://127.0.0.1/s/{token}/conversation.md")
        except ValueError:
            logging.getLogger("daphne.server").exception("It failed: /s/%s/", token)
    assert "Not Found: /s/…/" in lines.getvalue()
    assert "It failed: /s/…/" in lines.getvalue()
    assert "base 10: 'http://127.0.0.1/s/…/conversation.md'" in lines.getvalue()
    assert token not in lines.getvalue()


@contextmanager
def logged(log_format: str) -> Iterator[StringIO]:
    """The log lines, in the site's format."""
    config = dict(logging_config(log_format)["formatters"][log_format])
    handler = logging.StreamHandler(lines := StringIO())
    handler.setFormatter(logging.config.DictConfigurator({}).configure_formatter(config))
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)
