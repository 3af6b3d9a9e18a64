"""Second factors without a browser: forged passkeys, apps, and what staff need."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import LazySettings
from django.test import Client

from conversations.models import AuditEntry, Policy
from tests.people import PASSWORD, People
from tests.signed_in import confirmed
from tests.views.single_sign_on.real_provider import settings_for

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def code(secret: str = SECRET) -> str:
    """The code that an app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def app_of(user: Any) -> Authenticator:
    """Set up an app for the user."""
    return TOTP.activate(user, SECRET).instance


@pytest.fixture
def demanded() -> None:
    Policy.objects.create(staff_second_factor=True)


@pytest.mark.parametrize(
    "answer",
    [
        [], "x", 1, None, {}, {"response": []}, {"response": {"clientDataJSON": 1}},
        {"response": {"clientDataJSON": "AAAA"}}, {"response": {"clientDataJSON": "e30"}},
        {"response": {"clientDataJSON": "W10"}}, {"id": "x", "rawId": "x", "type": "public-key"},
        # {"origin": "http://localhost:8000"} and nothing that could be true.
        {"response": {"clientDataJSON": "eyJvcmlnaW4iOiJodHRwOi8vbG9jYWxob3N0OjgwMDAifQ"}},
        {"response": {
            "clientDataJSON": "eyJvcmlnaW4iOiJodHRwOi8vbG9jYWxob3N0OjgwMDAifQ",
            "authenticatorData": "AA", "signature": "AA", "userHandle": "AA",
        }, "id": "AA", "rawId": "AA", "type": "public-key"},
    ],
)  # fmt: skip
def test_a_made_up_answer_of_a_passkey_is_told_as_wrong(client: Client, answer: Any) -> None:
    client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})
    sent = client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer)})
    assert (sent.status_code, sent["Location"]) == (302, "/accounts/login/")


@pytest.mark.parametrize("answer", [[], "x", {}, {"response": {"clientDataJSON": "e30"}}])
def test_a_made_up_new_passkey_is_told_as_wrong(people: People, answer: Any) -> None:
    client = confirmed(people.alice)
    client.get("/accounts/2fa/webauthn/add/")
    sent = client.post("/accounts/2fa/webauthn/add/", {"credential": json.dumps(answer)})
    assert sent.status_code == 200
    assert sent.context["form"].errors["credential"]
    assert not Authenticator.objects.exists()


# Deeper than Python parses, as a whole and in the part that a browser writes.
TOO_DEEP = ["[" * 5_000, '{"a":' * 3_000, json.dumps({"response": {
    "clientDataJSON": urlsafe_b64encode(b"[" * 5_000).decode(),
}})]  # fmt: skip


@pytest.mark.parametrize("text", TOO_DEEP)
def test_an_answer_of_any_depth_is_told_as_wrong(people: People, text: str) -> None:
    form = {"credential": text}
    sent = Client().post("/accounts/2fa/webauthn/login/", form)
    assert (sent.status_code, sent["Location"]) == (302, "/accounts/login/")
    sent = confirmed(people.alice).post("/accounts/2fa/webauthn/add/", form)
    assert sent.context["form"].errors["credential"]


def test_an_app_is_set_up_asked_for_and_replaced_by_recovery_codes(people: People) -> None:
    client = confirmed(people.alice)
    page = client.get("/accounts/2fa/totp/activate/")
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    secret = page.context["form"].secret
    done = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}, follow=True)
    codes = done.context["unused_codes"]
    assert len(codes) == 10
    for entered in (code(secret), codes[0]):
        browser = Client()
        asked = browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
        assert asked["Location"] == "/accounts/2fa/authenticate/"
        assert "_auth_user_id" not in browser.session
        browser.post("/accounts/2fa/authenticate/", {"code": entered})
        assert browser.session["_auth_user_id"] == str(people.alice.pk)
    again = Client()
    again.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    page = again.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert "This is not right." in page.content.decode()


def test_the_second_step_offers_a_passkey_to_those_who_have_one(people: People) -> None:
    app_of(people.alice)
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert "Use a passkey" not in browser.get("/accounts/2fa/authenticate/").content.decode()


def test_an_address_beside_a_second_factor_is_refused_with_the_way_out(
    people: People, settings: LazySettings
) -> None:
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False
    app_of(people.alice)
    new = {"action_add": "", "email": "alice@example.net"}
    page = confirmed(people.alice).post("/accounts/email/", new).content.decode()
    assert "ask an administrator to change the address" in page


def test_an_address_that_no_mail_can_verify_hinders_nobody(people: People) -> None:
    people.alice.emailaddress_set.create(email="alice@example.org", verified=False)
    assert confirmed(people.alice).get("/accounts/2fa/totp/activate/").status_code == 200


def test_the_policy_leads_staff_to_a_second_factor_before_anything_else(
    people: People, demanded: None
) -> None:
    dana = Client()
    dana.force_login(people.dana)
    for path in ("/admin/", "/admin/usage/", "/admin/conversations/user/", "/admin/live/running/",
                 "/admin/password_change/", "/admin/nothing/"):  # fmt: skip
        answer = dana.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/"), path
    assert dana.post("/admin/live/drain/").status_code == 302
    assert not Policy.current().draining
    assert "after you have added a passkey" in dana.get("/accounts/2fa/").content.decode()
    assert dana.get("/").status_code == 200
    app_of(people.dana)
    assert dana.get("/admin/").status_code == 200


def test_the_policy_lets_everybody_sign_out_of_the_administration(
    people: People, demanded: None
) -> None:
    dana = Client()
    dana.force_login(people.dana)
    dana.post("/admin/logout/", follow=True)
    assert "_auth_user_id" not in dana.session


def test_the_policy_is_of_staff_alone(people: People, demanded: None) -> None:
    alice = Client()
    alice.force_login(people.alice)
    assert alice.get("/admin/", follow=True).status_code == 403


def test_recovery_codes_alone_are_no_second_factor(people: People, demanded: None) -> None:
    Authenticator.objects.create(user=people.dana, type="recovery_codes", data={})
    dana = Client()
    dana.force_login(people.dana)
    assert dana.get("/admin/").status_code == 302


def test_the_last_second_factor_of_staff_stays_while_it_is_demanded(
    people: People, demanded: None
) -> None:
    app = app_of(people.dana)
    key = Authenticator.objects.create(
        user=people.dana, type="webauthn", data={"name": "x", "credential": {}}
    )
    dana = confirmed(people.dana)
    remove_key = f"/accounts/2fa/webauthn/keys/{key.pk}/remove/"
    app.delete()
    dana.post(remove_key)
    assert Authenticator.objects.filter(pk=key.pk).exists()
    app_of(people.dana)
    dana.post(remove_key)
    assert not Authenticator.objects.filter(pk=key.pk).exists()
    refused = dana.post("/accounts/2fa/totp/deactivate/")
    assert "Administrators need a second factor here." in refused.content.decode()
    Policy.objects.update(staff_second_factor=False)
    dana.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(type="totp").exists()


def test_others_may_remove_theirs(people: People, demanded: None) -> None:
    app_of(people.alice)
    confirmed(people.alice).post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_a_sign_in_with_the_provider_is_enough_and_the_password_is_not(
    people: People, demanded: None, settings: LazySettings
) -> None:
    settings.OIDC = settings_for("https://sign-in.example")
    for issuer, status in (("https://sign-in.example", 200), ("https://old.example", 302)):
        dana = Client()
        dana.force_login(people.dana)
        session = dana.session
        session["account_authentication_methods"] = [
            {"method": "socialaccount", "at": time.time(), "provider": issuer, "uid": "dana"}
        ]
        session["account_authentication_methods_user"] = str(people.dana.pk)
        session.save()
        assert dana.get("/admin/").status_code == status


def test_the_policy_page_tells_how_many_have_none(people: People) -> None:
    dana = Client()
    dana.force_login(people.dana)
    assert (
        "One administrator has none."
        in dana.get("/admin/conversations/policy/", follow=True).content.decode()
    )
    app_of(people.dana)
    assert (
        "0 administrators have none."
        in dana.get("/admin/conversations/policy/", follow=True).content.decode()
    )


def test_a_wrong_code_is_recorded(people: People) -> None:
    app_of(people.alice)
    client = Client()
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": "000"})
    assert "second factor failed" in AuditEntry.objects.values_list("action", flat=True)
