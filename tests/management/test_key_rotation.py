"""A new ENCRYPTION_KEY or SECRET_KEY: nothing is lost, and a forgotten key is said at the start."""

from pathlib import Path

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    validate_totp_code,
    yield_hotp_counters_from_time,
)
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from conversations.generation.revocation import signed_in
from conversations.management import key_rotation
from conversations.management.commands.serve import Command as Serve
from conversations.models import Provider, ShareLink
from conversations.socket.session import _look_up
from tests.people import People, make_model
from tests.sharing.talk import make_talk, share
from tests.test_canary import dump

pytestmark = pytest.mark.django_db(transaction=True)

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MASKS = '["pomegranate"]'
KEY, HEADER = "canary-provider-key", "X-Canary: canary-header"


@pytest.fixture
def secrets_of(people: People) -> People:
    """People with one secret of each kind that is encrypted."""
    provider = make_model(api_key=KEY).provider
    Provider.objects.filter(pk=provider.pk).update(extra_headers=HEADER)
    share(make_talk(people.alice))
    ShareLink.objects.update(sealed_masks=MASKS)
    TOTP.activate(people.alice, SEED)
    RecoveryCodes.activate(people.alice)
    return people


def new_key(settings: LazySettings, *, keeps_former: bool) -> str:
    """Change ENCRYPTION_KEY; return the former one."""
    former: str = settings.ENCRYPTION_KEY
    settings.ENCRYPTION_KEY = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEY_FALLBACKS = [former] if keeps_former else []
    return former


def code() -> str:
    """The code that the authenticator app shows now."""
    return format_hotp_value(hotp_value(SEED, next(yield_hotp_counters_from_time())))


def factor(kind: str) -> Authenticator:
    return Authenticator.objects.get(type=kind)


def readable() -> list[str]:
    """The secrets as the site reads them."""
    provider, link = Provider.objects.get(), ShareLink.objects.get()
    seeds = [get_adapter().decrypt(factor("totp").data["secret"])]
    return [provider.api_key, provider.extra_headers, link.sealed_token, link.sealed_masks, *seeds]


def test_seeds_and_codes_are_encrypted_and_work(secrets_of: People, tmp_path: Path) -> None:
    codes = RecoveryCodes(factor("recovery_codes")).get_unused_codes()
    stored = dump(tmp_path)
    assert [each for each in (SEED, KEY, HEADER, "pomegranate", *codes) if each in stored] == []
    assert TOTP(factor("totp")).validate_code(code())
    assert RecoveryCodes(factor("recovery_codes")).validate_code(codes[0])
    assert not RecoveryCodes(factor("recovery_codes")).validate_code(codes[0])


def test_every_encrypted_field_of_the_models_is_rotated() -> None:
    fields = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if type(field).__name__ == "EncryptedTextField"
    }
    assert {(place.model, place.name) for place in key_rotation._places()} == fields
    assert len(fields) >= 4


def test_a_former_key_opens_all_until_it_is_rotated_and_then_is_not_needed(
    secrets_of: People, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = readable()
    new_key(settings, keeps_former=True)
    assert readable() == before
    with pytest.raises(CommandError, match="texts still need a former key"):
        call_command("rotate_keys", check=True)
    call_command("rotate_keys")
    assert "is not needed" in capsys.readouterr().out
    settings.ENCRYPTION_KEY_FALLBACKS = []
    assert readable() == before
    call_command("rotate_keys", check=True)
    assert TOTP(factor("totp")).validate_code(code())


def test_a_rotation_that_was_killed_goes_on(
    secrets_of: People, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = readable()
    new_key(settings, keeps_former=True)
    replace, calls = key_rotation._replace, []

    def killed(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(key_rotation, "_replace", killed)
    with pytest.raises(KeyboardInterrupt):
        call_command("rotate_keys")
    assert readable() == before
    monkeypatch.setattr(key_rotation, "_replace", replace)
    call_command("rotate_keys")
    settings.ENCRYPTION_KEY_FALLBACKS = []
    assert readable() == before


def test_what_is_changed_meanwhile_is_not_overwritten(
    secrets_of: People, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_key(settings, keeps_former=True)
    replace = key_rotation._replace

    def overtaken(place: object, pk: object, token: str, new: str) -> None:
        provider = Provider.objects.get()
        provider.api_key = "entered meanwhile"
        provider.save()
        replace(place, pk, token, new)  # type: ignore[arg-type]

    monkeypatch.setattr(key_rotation, "_replace", overtaken)
    call_command("rotate_keys")
    assert Provider.objects.get().api_key == "entered meanwhile"


def test_a_key_that_opens_nothing_stops_the_start(
    secrets_of: People, settings: LazySettings
) -> None:
    Serve()._check_key()
    former = new_key(settings, keeps_former=False)
    with pytest.raises(CommandError, match="ENCRYPTION_KEY does not open what was") as refused:
        Serve()._check_key()
    assert "provider, api_key" in str(refused.value)
    settings.ENCRYPTION_KEY_FALLBACKS = [former]
    Serve()._check_key()


def test_a_key_that_opens_a_part_is_told_and_the_site_starts(
    secrets_of: People, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    new_key(settings, keeps_former=False)
    Provider.objects.update(api_key="entered again")
    Serve()._check_key()
    assert "ENCRYPTION_KEY does not open what was encrypted before" in caplog.text


def test_a_lost_key_is_forgotten_with_what_it_closed(
    secrets_of: People, settings: LazySettings
) -> None:
    new_key(settings, keeps_former=False)
    with pytest.raises(CommandError, match="are opened by no key"):
        call_command("rotate_keys")
    assert Authenticator.objects.count() == 2
    call_command("rotate_keys", forget=True)
    assert (Provider.objects.get().api_key, Authenticator.objects.count()) == ("", 0)
    Serve()._check_key()


def test_a_factor_that_cannot_be_read_admits_nobody(
    secrets_of: People, settings: LazySettings
) -> None:
    new_key(settings, keeps_former=False)
    assert not TOTP(factor("totp")).validate_code(code())
    assert not validate_totp_code(get_adapter().decrypt("garbage"), code())
    assert RecoveryCodes(factor("recovery_codes")).validate_code("00000000") is False


def test_plain_seeds_of_former_releases_are_encrypted_by_the_migration(people: People) -> None:
    from importlib import import_module

    codes = ["11111111", "22222222"]
    make = Authenticator.objects.create
    make(user=people.alice, type="totp", data={"secret": SEED})
    make(user=people.bob, type="recovery_codes", data={"migrated_codes": list(codes)})
    migration = import_module("conversations.migrations.0013_encrypted_second_factors")
    migration._change(apps, migration.encrypt)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert [each for each in (SEED, *codes) if each in stored] == []
    assert TOTP(factor("totp")).validate_code(code())
    assert RecoveryCodes(factor("recovery_codes")).get_unused_codes() == codes
    migration._change(apps, migration.decrypt)
    assert factor("totp").data == {"secret": SEED}


def test_sessions_survive_a_new_secret_key_with_the_former_one_beside_it(
    people: People, settings: LazySettings
) -> None:
    client = Client()
    client.force_login(people.alice)
    session_key = client.session.session_key or ""
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-key-of-this-test"
    settings.SECRET_KEY_FALLBACKS = [former]
    # A page that was open connects its socket first: that must not end the session.
    assert _look_up(session_key)[1] == people.alice
    assert signed_in(people.alice.pk, session_key) == people.alice
    assert client.get("/account/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/account/").status_code == 200


def test_without_the_former_secret_key_sessions_end(people: People, settings: LazySettings) -> None:
    client = Client()
    client.force_login(people.alice)
    session_key = client.session.session_key or ""
    settings.SECRET_KEY = "another-secret-key-of-this-test"
    assert _look_up(session_key)[1].is_anonymous
    assert client.get("/account/").status_code == 302
