"""The settings of the sign-in provider, each checked at the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.oidc import oidc_provider

GOOD = {
    "OIDC_ISSUER": "https://login.example.org/realms/main",
    "OIDC_CLIENT_ID": "parley",
    "OIDC_CLIENT_SECRET": "canary-77",
}


def test_without_an_issuer_there_is_no_provider() -> None:
    assert oidc_provider() is None


def test_three_settings_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    provider = oidc_provider()
    assert provider
    assert (provider.name, provider.scopes, provider.groups_claim, provider.signup) == (
        "login.example.org", ("openid", "profile", "email"), "", True,
    )  # fmt: skip
    assert "canary-77" not in repr(provider)


def test_the_last_equals_sign_of_a_pair_divides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "OIDC_GROUPS": "a = A, cn=b=B b ,"}.items():
        monkeypatch.setenv(name, value)
    provider = oidc_provider()
    assert provider
    assert provider.groups == (("a", "A"), ("cn=b", "B b"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", ""),
        ("OIDC_ISSUER", "login.example.org"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "https://"),
        ("OIDC_ISSUER", "https://login.example.org/.well-known/openid-configuration"),
        ("OIDC_ISSUER", "https://login.example.org/?a=b"),
        ("OIDC_ISSUER", "https://login.example.org/" + "a" * 200),
        ("OIDC_CLIENT_ID", ""),
        ("OIDC_CLIENT_SECRET", ""),
        ("OIDC_SCOPES", "profile email"),
        ("OIDC_GROUPS", "engineers"),
        ("OIDC_GROUPS", "=Engineering"),
        ("OIDC_SIGNUP", "perhaps"),
    ],
)
def test_a_bad_value_stops_the_start_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for each, usual in {**GOOD, name: value}.items():
        monkeypatch.setenv(each, usual)
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        oidc_provider()
    assert "canary-77" not in str(refused.value)
