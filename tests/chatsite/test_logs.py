"""No token and no key that gives access is written into the log."""

import logging

import pytest
from django.test import Client

from chatsite.logs import without_secrets

CANARY = "Canary-31415926_token"
# As the site has them, as tokens of allauth look, and escaped as in a query string.
ADDRESSES = [
    f"/s/{CANARY}/",
    f"/s/{CANARY}/conversation.md",
    f"/invite/{CANARY}/",
    f"/setup/{CANARY}/",
    f"/accounts/password/reset/key/1-{CANARY}/",
    f"/accounts/confirm-email/MQ:1v:{CANARY}/",
    f"/accounts/login/?next=%2Fs%2F{CANARY}%2F",
    f"/x//s//{CANARY}//",
    f"/accounts//password/reset//key//1-{CANARY}/",
    f"/x%252Finvite%252F{CANARY}%252F",
    f"/x%25252Faccounts%25252Foidc%25252Fcallback%25252F%25253Fcode%25253D{CANARY}%252526a",
    f"/accounts/oidc/oidc/login/callback/?state=x&code={CANARY}",
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_gives_access_is_masked_whatever_logs_it(
    written: list[str], caplog: pytest.LogCaptureFixture, address: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("other").info("%s asked for %s from %s", "GET", address, f"h{address}")
        logging.getLogger("other").info("Referer: https://chat.example%s", address)
        logging.getLogger("other").error("It failed.", exc_info=ValueError(address))
        Client().get(address)
        Client().post(f"{address}x/", {}, headers={"host": "evil.example"})
    assert len(written) >= 3
    assert [line for line in written if CANARY in line] == []


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"b'authorization', b'bearer {CANARY}'",
        f"key pk-parley-{CANARY}",
        f"POST https://id.example/token?client_secret={CANARY}&a=b",
    ],
)
def test_a_key_is_masked_in_what_names_it(text: str) -> None:
    assert CANARY not in without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /static/css/base.css",
        "Not Found: /accounts/password/reset/",
        "Forbidden: /account/keys/12/",
        "Generation 0f0e failed, kind=unreachable, code=503, trace_id=abc",
        "The basic rules of the site",
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert without_secrets(text) == text
