"""Settings, flat and from the environment; every variable is described in docs/settings.md."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from chatsite.databases import (
    database_from_url,
    email_from_url,
    mail_sender,
    redis_url,
)
from chatsite.env import env_bool, env_int, env_list, env_str, env_zone
from chatsite.logs import logging_config
from chatsite.npm_packages import (  # noqa: F401 - settings of their own
    NPM_BUNDLED,
    NPM_FILES,
    NPM_LATER,
)
from chatsite.origins import api_origins, host
from chatsite.secrets import data_folder, stored_fallbacks, stored_secret, usable_key
from chatsite.sign_in import *  # noqa: F403 - settings of their own
from chatsite.sign_in import EMAIL_URL
from chatsite.sign_in_forms import ACCOUNT_FORMS, MFA_FORMS  # noqa: F401 - settings of their own
from chatsite.site import PORT, SERVED_OVER_TLS, SITE_NAME, SITE_ORIGINS, SITE_URL  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent

# Data ------------------------------------------------------------------------------------------

DATA_DIR = data_folder(env_str("DATA_DIR", str(BASE_DIR / "data")))

# Site ------------------------------------------------------------------------------------------

DEBUG = env_bool("DEBUG", False)
HOST = env_str("HOST", "127.0.0.1")
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0, maximum=10)
ALLOWED_HOSTS = [host(origin) for origin in SITE_ORIGINS]

# API -------------------------------------------------------------------------------------------

API_ALLOWED_ORIGINS = api_origins(env_list("API_ALLOWED_ORIGINS"))
API_UNKNOWN_FIELDS = env_str("API_UNKNOWN_FIELDS", "drop", choices=("drop", "refuse"))

# Apps ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "conversations",
    "chatsite",
    "chatsite.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "conversations.views.single_sign_on",
    "channels",
    "csp",
    "lucide",
]
if DEBUG:
    # Django's runserver then serves websockets too. Left out otherwise, because importing it
    # fixes the event loop before the server can choose one.
    INSTALLED_APPS.insert(0, "daphne")
ASGI_APPLICATION = "chatsite.asgi.application"
ROOT_URLCONF = "chatsite.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Every middleware here is async-capable: a single sync-only one would put each streamed response
# behind a thread.
MIDDLEWARE = [
    "conversations.api.gateway.route_api_requests",
    "conversations.audit.origin.remember_origin",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "chatsite.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "chatsite.middleware.refuse_large_bodies",
    "chatsite.middleware.origin_of_own_pages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "conversations.views.attempts.answer_attempts",
    "conversations.views.visits.note_visits",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["chatsite.templatetags.npm"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "chatsite.context.site",
            ],
        },
    }
]

# Cache and wake-ups -------------------------------------------------------------------------------

REDIS_URL = redis_url(env_str("REDIS_URL"))
# Of this process: what it forgets does no harm, and it works while Redis is away.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Content security policy -------------------------------------------------------------------------

# No 'strict-dynamic': it would disable 'self', and the admin's scripts carry no nonce.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Cookies and headers -----------------------------------------------------------------------------

# The prefix makes browsers refuse the cookie from a subdomain or over plain http (RFC 6265bis).
_COOKIE_PREFIX = "__Host-" if SERVED_OVER_TLS else ""
DEVICE_COOKIE_NAME = f"{_COOKIE_PREFIX}device"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "conversations.views.errors.form_refused"
CSRF_COOKIE_SECURE = SERVED_OVER_TLS
CSRF_TRUSTED_ORIGINS = list(SITE_ORIGINS)
# Not in a cookie of its own, which would hold titles of conversations and outlive the sign-out.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SERVED_OVER_TLS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SERVED_OVER_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_OVER_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SERVED_OVER_TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"

# Database ----------------------------------------------------------------------------------------

DATABASES = {
    "default": database_from_url(
        env_str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'parley.sqlite3'}")
    )
}

# E-mail ------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = mail_sender(env_str("EMAIL_FROM", f"parley@{host(SITE_URL).strip('[]')}"))
globals().update(email_from_url(EMAIL_URL))

# Answers ------------------------------------------------------------------------------------------

# Enough for comparing four models in four tabs; it bounds what one account can hold open.
RUNNING_ANSWERS = env_int("RUNNING_ANSWERS", 16, minimum=1, maximum=10_000)

# Deleted conversations and messages ---------------------------------------------------------------

# A hundred years at most, because dates end.
DELETED_KEPT_DAYS = env_int("DELETED_KEPT_DAYS", 30, minimum=1, maximum=36_500)

# Security events ----------------------------------------------------------------------------------

# A year, in which most intrusions are noticed; addresses of people are not kept for ever.
SECURITY_EVENTS_KEPT_DAYS = env_int("SECURITY_EVENTS_KEPT_DAYS", 365, minimum=1, maximum=36_500)

# Keys --------------------------------------------------------------------------------------------

# The former keys still open what they closed: docs/operate.md, "Keys".
SECRET_KEY = env_str("SECRET_KEY") or stored_secret(
    DATA_DIR / "secret_key", lambda: secrets.token_urlsafe(50)
)
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS") or stored_fallbacks(
    DATA_DIR / "secret_key_fallbacks"
)
_KEY_FILE = DATA_DIR / "encryption_key"
_FALLBACKS_FILE = DATA_DIR / "encryption_key_fallbacks"
ENCRYPTION_KEY = (
    usable_key("ENCRYPTION_KEY", env_str("ENCRYPTION_KEY"))
    if env_str("ENCRYPTION_KEY")
    else usable_key(
        f"The key in {_KEY_FILE}",
        stored_secret(_KEY_FILE, lambda: Fernet.generate_key().decode("ascii")),
    )
)
ENCRYPTION_KEY_FALLBACKS = [
    usable_key("ENCRYPTION_KEY_FALLBACKS", key) for key in env_list("ENCRYPTION_KEY_FALLBACKS")
] or [usable_key(f"A key in {_FALLBACKS_FILE}", key) for key in stored_fallbacks(_FALLBACKS_FILE)]

# Languages and time ------------------------------------------------------------------------------

LANGUAGES = [("en", _("English"))]
LANGUAGE_CODE = env_str("DEFAULT_LANGUAGE", "en", choices=tuple(code for code, _name in LANGUAGES))
TIME_ZONE = env_zone("TIME_ZONE", "UTC")
FORMAT_MODULE_PATH = "chatsite.formats"
USE_I18N = True
USE_TZ = True

# Logging -----------------------------------------------------------------------------------------

LOG_FORMAT = env_str("LOG_FORMAT", "text", choices=("text", "json"))
LOGGING = logging_config(LOG_FORMAT)

# Metrics -----------------------------------------------------------------------------------------

# Without one, /metrics answers programs on this machine alone.
METRICS_TOKEN = env_str("METRICS_TOKEN")

# Static files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env_str("STATIC_ROOT", str(BASE_DIR / "staticfiles"))).resolve()
# Own files: with DEBUG as they are in `static/`, otherwise as `bundle.js` makes them.
STATICFILES_DIRS = [BASE_DIR / "static"] if DEBUG else []
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder" if DEBUG else "chatsite.bundle.Finder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "chatsite.npm.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatsite.storage.StaticStorage"},
}

# Upstreams ---------------------------------------------------------------------------------------

UPSTREAM_BASE_URL = env_str("UPSTREAM_BASE_URL")
UPSTREAM_API_KEY = env_str("UPSTREAM_API_KEY")
LOCAL_MODEL = env_str("LOCAL_MODEL", "auto", choices=("auto", "on", "off"))

# Requests ----------------------------------------------------------------------------------------

# chatsite.body_limits has a smaller one for nearly every address, and asks before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# What is larger waits in a temporary file until it is read.
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
