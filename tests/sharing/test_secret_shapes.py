"""Strings that look like secrets are found, and similar strings are not."""

import time

import pytest

from conversations.sharing.masking import Masks
from conversations.sharing.secret_shapes import found_secrets

# Joined here, so that no scanner takes this file for a leak.
RIGHT = {
    "sk-" + "ant-api03-abcdefghijklmnop": "api_key",
    "ghp_" + "a1B2" * 9: "api_key",
    "AKIA" + "ABCDEFGH12345678": "api_key",
    "AIza" + "a" * 35: "api_key",
    "xoxb-" + "123456789012-abcdefghij": "api_key",
    "hf_" + "abcdefghij" * 3: "api_key",
    "pk-parley-" + "abcdefghij" * 3: "api_key",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln": "bearer_token",
    "ann.lee+work@mail.example.org": "email",
    "4111 1111 1111 1111": "card_number",
    "5500-0000-0000-0004": "card_number",
    "DE89 3704 0044 0532 0130 00": "iban",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAbc=\n-----END RSA PRIVATE KEY-----": "private_key",
}
NOT = [
    "4111 1111 1111 1112", "0000 0000 0000 0000", "sk-short", "ann at example.org", "1234567890",
    "DE89 3704 0044 0532 0130 01", "the password is long", "2026-11-25 10:00:00", "user@host",
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_a_secret_is_found_and_can_be_masked(text: str) -> None:
    snapshot = {"title": "", "messages": [{"role": "user", "content": f"It is {text} ok."}]}
    found = found_secrets(snapshot)
    assert [(each.kind, each.text) for each in found] == [(RIGHT[text], text)]
    assert text not in Masks([text]).text(f"It is {text} ok.")


@pytest.mark.parametrize("text", NOT)
def test_other_strings_are_not_offered(text: str) -> None:
    assert found_secrets({"messages": [{"content": f"It is {text} ok."}]}) == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef123456ghij", "abcdef123456ghij"),
        ("postgres://parley:hunter22@db:5432/x", "hunter22"),
        ('{"password": "correct-horse"}', "correct-horse"),
        ("API_KEY=abc123def456", "abc123def456"),
    ],
)
def test_text_around_a_secret_is_not_taken(text: str, secret: str) -> None:
    assert [each.text for each in found_secrets({"messages": [{"content": text}]})] == [secret]


def test_a_string_is_offered_once_with_its_count() -> None:
    texts = ["ann@example.org", "ann@example.org and password: ann@example.org"]
    found = found_secrets({"messages": [{"content": text} for text in texts]})
    assert sum(each.count for each in found if each.text == "ann@example.org") == 3
    assert len([each for each in found if each.text == "ann@example.org"]) == 1


@pytest.mark.parametrize(
    "piece", ["a.", "a@", "1-", "sk-", "eyJ.", "-----BEGIN PRIVATE KEY-----", "://a:", "A1 "]
)
def test_four_times_the_text_takes_about_four_times_as_long(piece: str) -> None:
    # A pattern that searches from every character to the end would take sixteen times as long.
    assert seconds(piece, 100_000) < 9 * seconds(piece, 25_000)


def seconds(piece: str, length: int) -> float:
    """The CPU time for a text of that length, the least of three."""
    found = []
    for _ in range(3):
        started = time.process_time()
        found_secrets({"messages": [{"content": piece * (length // len(piece))}]})
        found.append(time.process_time() - started)
    return min(found)


def test_at_most_a_hundred_strings_are_offered() -> None:
    text = " ".join(f"ann{number}@example.org" for number in range(150))
    found = found_secrets({"messages": [{"content": text}]})
    assert [each.text for each in found] == text.split()[:100]
