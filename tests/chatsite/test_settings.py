"""Settings from the environment, each in a process of its own."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import ConnectionHandler
from django.utils.module_loading import import_string

from chatsite.checks import file_system_of
from chatsite.databases import database_from_url, email_from_url, mail_sender, redis_url
from chatsite.env import env_bool, env_int, env_str
from chatsite.origins import api_origins, origin, site_origins

ROOT = Path(__file__).resolve().parents[2]
_PRINT = (
    "import json, sys; from django.conf import settings;"
    "print(json.dumps([getattr(settings, name) for name in sys.argv[1:]], default=str))"
)


def start(
    tmp_path: Path, *names: str, command: tuple[str, ...] = ("-c", _PRINT), **environment: str
) -> subprocess.CompletedProcess[str]:
    """A new process with exactly this environment, which prints the settings of these names."""
    return subprocess.run(
        [sys.executable, *command, *names],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "chatsite.settings",
            "DATA_DIR": str(tmp_path / "data"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def values(tmp_path: Path, *names: str, **environment: str) -> list[object]:
    """The settings of these names in a process with this environment."""
    started = start(tmp_path, *names, **environment)
    assert started.stderr == ""
    found: list[object] = json.loads(started.stdout)
    return found


def test_a_new_site_generates_its_keys_once(tmp_path: Path) -> None:
    first = values(tmp_path, "SECRET_KEY", "ENCRYPTION_KEY")
    assert values(tmp_path, "SECRET_KEY", "ENCRYPTION_KEY") == first
    assert len(set(first)) == 2


def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    values(tmp_path, "SECRET_KEY")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert modes == {"secret_key": 0o600, "encryption_key": 0o600}


def test_a_secret_can_be_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n", encoding="utf-8")
    assert values(tmp_path, "SECRET_KEY", SECRET_KEY_FILE=str(tmp_path / "key")) == ["from a file"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere/db"),
        ("DATABASE_URL", "postgres://somewhere:port/db"),
        ("DATABASE_URL", "postgres://somewhere/db?sslmod=require"),
        ("DATABASE_URL", "postgres://somewhere/db?connect_timeout=soon"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DEBUG", "perhaps"),
        ("DELETED_KEPT_DAYS", "0"),
        ("DEFAULT_LANGUAGE", "xx"),
        ("EMAIL_FROM", "a b"),
        ("EMAIL_URL", "pigeon://post"),
        ("ENCRYPTION_KEY", "short"),
        ("LOCAL_MODEL", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("PORT", "eighty"),
        ("REDIS_URL", "nonsense"),
        ("RUNNING_ANSWERS", "0"),
        ("SIGNUP", "sometimes"),
        ("SIGNUP", "domain:example.org"),  # without EMAIL_URL nobody's domain is verified
        ("SITE_URL", "chat.example.org"),
        ("SITE_URL", "https://chat.example.org/parley"),
        ("SITE_URL", "https://chat.example.org?a=b"),
        ("SITE_URL", "https://me:word@chat.example.org"),
        ("SITE_URL", "https://*.example.org"),
        ("SITE_URL", "https://my_chat.example.org"),
        ("SITE_URL", "https://chat.example.org:eighty"),
        ("SITE_URL", "https://[::1"),
        ("TIME_ZONE", "Mars/Base"),
        ("TIME_ZONE", "europe/berlin"),
        ("TIME_ZONE", "America"),  # a folder of zones
        ("TIME_ZONE", "../../etc/hosts"),
        ("TIME_ZONE", "localtime"),  # names no zone that a page could show
        ("TIME_ZONE", "right/UTC"),  # counts leap seconds: its days begin half a minute late
        ("TIME_ZONE", "UTC+8"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_stops_the_start_with_the_name_of_its_setting(
    tmp_path: Path, name: str, value: str
) -> None:
    started = start(tmp_path, "DEBUG", **{name: value})
    last_line = started.stderr.strip().splitlines()[-1]
    assert started.returncode == 1
    assert last_line.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert name in last_line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "x"),
        ("METRICS_TOKEN", "too short"),
        ("UPSTREAM_API_KEY", "schlüssel"),
        ("UPSTREAM_BASE_URL", "notaurl"),
        ("UPSTREAM_BASE_URL", "http://user:secret@llm.example/v1"),
    ],
)
def test_a_command_refuses_a_value_that_would_fail_later(
    tmp_path: Path, name: str, value: str
) -> None:
    checked = start(tmp_path, **{name: value}, command=("manage.py", "check"))
    assert checked.returncode == 1
    assert f"{name} " in checked.stderr
    assert "Traceback" not in checked.stderr
    assert "secret@" not in checked.stderr


@pytest.mark.parametrize("address", ["chat@example.org", "The chat <chat@[::1]>", "a@127.0.0.1"])
def test_mail_comes_from_an_address_with_or_without_a_name(address: str) -> None:
    assert mail_sender(address) == address


@pytest.mark.parametrize("url", ["", "redis://:pw@h:6379/0", "rediss://h", "unix:///run/redis"])
def test_redis_is_a_server_or_a_socket_or_not_used(url: str) -> None:
    assert redis_url(url) == url


def test_over_tls_cookies_are_bound_to_the_host_and_secure(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME")
    assert values(tmp_path, *names, SITE_URL="https://chat.example.org") == [
        "__Host-sessionid",
        True,
        "__Host-csrftoken",
    ]
    assert values(tmp_path, *names) == ["sessionid", False, "csrftoken"]


def test_hosts_follow_from_the_site_addresses(tmp_path: Path) -> None:
    found = values(
        tmp_path,
        "ALLOWED_HOSTS",
        "SITE_ORIGINS",
        SITE_URL="https://a.example:443/, http://[::1]:90",
    )
    assert found == [["a.example", "[::1]"], ["https://a.example", "http://[::1]:90"]]


def test_no_middleware_puts_streams_behind_a_thread() -> None:
    sync_only = [
        name
        for name in settings.MIDDLEWARE
        if not getattr(import_string(name), "async_capable", False)
    ]
    assert sync_only == []


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "")
    assert env_str("SOMETHING", "default") == "default"
    assert env_int("SOMETHING", 7) == 7
    assert env_bool("SOMETHING", True) is True


def test_a_setting_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOMETHING", "a")
    monkeypatch.setenv("SOMETHING_FILE", str(tmp_path / "b"))
    with pytest.raises(ImproperlyConfigured, match="Both SOMETHING and SOMETHING_FILE"):
        env_str("SOMETHING")


def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOMETHING_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="SOMETHING_FILE names"):
        env_str("SOMETHING")


def test_postgres_gets_a_pool_and_no_persistent_connections() -> None:
    found = database_from_url("postgres://me:p%40ss@db.example:5433/site?sslmode=require")
    pool = found["OPTIONS"].pop("pool")
    assert (pool["max_size"], pool["timeout"]) == (20, 10)
    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "site",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            "sslmode": "require",
            "options": "-c idle_in_transaction_session_timeout=10s",
        },
    }


def test_sqlite_paths_are_relative_or_absolute() -> None:
    assert database_from_url("sqlite:///data/x.sqlite3")["NAME"] == "data/x.sqlite3"
    assert database_from_url("sqlite:////srv/x.sqlite3")["NAME"] == "/srv/x.sqlite3"


@pytest.mark.django_db
def test_sqlite_runs_as_a_server_needs_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'parley.sqlite3'}"
    connection = ConnectionHandler({"default": database_from_url(url)})["default"]
    found = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}
    assert connection.transaction_mode == "IMMEDIATE"
    connection.close()


def test_mail_goes_to_the_server_that_is_named() -> None:
    found = email_from_url("smtps://me:secret@mail.example")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_SSL"]) == (
        "mail.example",
        465,
        True,
    )


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://Chat.Example:443/path?query") == "https://chat.example"
    assert origin("http://chat.example:8000") == "http://chat.example:8000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example:8443/", "https://xn--bcher-kva.example:8443"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://münchen。example", "https://xn--mnchen-3ya.example"),
        ("https://CHAT.example.", "https://chat.example"),
        ("http://[0:0::0001]:8000", "http://[::1]:8000"),
        ("http://192.0.2.1", "http://192.0.2.1"),
    ],
)
def test_an_origin_is_written_as_browsers_do(value: str, expected: str) -> None:
    assert site_origins([value]) == (expected,)
    assert api_origins([value]) == (expected,)
    assert origin(expected) == expected


@pytest.mark.parametrize("value", ["null", "", "*", "file:///etc", "chat.example", "https://"])
def test_a_url_without_an_origin_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        origin(value)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        site_origins([value])


@pytest.mark.parametrize(
    "value",
    [
        "app://obsidian.md",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
        "tauri://localhost",
        "vscode-webview://1a2b",
        "https://app.example.org",
    ],
)
def test_extensions_and_desktop_apps_can_be_named_as_users_of_the_api(value: str) -> None:
    assert api_origins([value, f"{value}/"]) == (value,)


@pytest.mark.parametrize("value", ["null", "", "*", "file:///etc", "chat.example", "app:"])
def test_what_any_page_could_have_is_no_user_of_the_api(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="API_ALLOWED_ORIGINS"):
        api_origins([value])


def test_the_file_system_is_that_of_the_deepest_mount() -> None:
    mounts = [("/", "ext4"), ("/srv", "nfs4"), ("/srv/local", "xfs")]
    assert file_system_of("/srv/data", mounts) == "nfs4"
    assert file_system_of("/srv/local/data", mounts) == "xfs"
    assert file_system_of("/srvdata", mounts) == "ext4"
