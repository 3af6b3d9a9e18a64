"""Authentication of API clients: an API key in any of the headers that clients use."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations.accounts import api_keys
from conversations.api.errors import ApiError
from conversations.database.threads import in_thread
from conversations.models import ApiKey

# OpenAI's clients send the first, Anthropic's the second, Azure's the third.
_BEARER = "authorization"
_PLAIN = ("x-api-key", "api-key")


def authenticate(request: HttpRequest) -> ApiKey:
    """The request's key, with its user. Raises :class:`ApiError` with 400 or 401.

    Reads the database: called through :func:`conversations.database.threads.in_thread`. Cookies are
    ignored, and so is the query string, which ends up in logs.
    """
    try:
        return api_keys.authenticated(credential(request), request.META.get("REMOTE_ADDR", ""))
    except api_keys.KeyRejected as refused:
        raise _unauthorized("invalid_api_key", refused.message) from None


def authorized_still(key: ApiKey, endpoint: str, address: str) -> ApiKey:
    """The key as it is after a wait, if it still allows that endpoint. Raises :class:`ApiError`."""
    try:
        stored = api_keys.as_stored(key, address)
    except api_keys.KeyRejected as refused:
        raise _unauthorized("invalid_api_key", refused.message) from None
    require(stored, endpoint)
    return stored


async def has_valid_key(request: HttpRequest) -> bool:
    """True if the request has a key that is accepted from its address."""
    try:
        await in_thread(authenticate, request)
    except ApiError:
        return False
    return True


async def authorized(request: HttpRequest, endpoint: str) -> ApiKey:
    """The request's key, which allows that endpoint. Raises :class:`ApiError`."""
    return await in_thread(_authorized, request, endpoint)


def _authorized(request: HttpRequest, endpoint: str) -> ApiKey:
    key = authenticate(request)
    require(key, endpoint)
    return key


def require(key: ApiKey, endpoint: str) -> None:
    """Raise :class:`ApiError` with 403 unless the key allows that endpoint."""
    if not key.allows(endpoint):
        text = _("This API key is not for “%s”. Change that on the key’s page.")
        label = str(ApiKey.Endpoint(endpoint).label)
        raise ApiError(403, "endpoint_not_allowed", text % label, type="permission_error")


def credential(request: HttpRequest) -> str:
    """The key in the headers. Raises :class:`ApiError` if there is none, or two different ones."""
    given = {value for value in _credentials(request) if value}
    if len(given) > 1:
        text = _("The request has two different API keys. Send one, as “Authorization: Bearer”.")
        raise ApiError(400, "ambiguous_api_key", text)
    if not given:
        text = _("Send your API key in the header “Authorization: Bearer <key>”.")
        raise _unauthorized("missing_api_key", text)
    return given.pop()


def _credentials(request: HttpRequest) -> list[str]:
    bearer = request.headers.get(_BEARER, "").strip()
    scheme, _space, token = bearer.partition(" ")
    # Some clients omit the scheme. A credential of another scheme, such as Basic, is ignored.
    named = token if scheme.lower() == "bearer" else "" if token else scheme
    return [named.strip(), *(request.headers.get(name, "").strip() for name in _PLAIN)]


def _unauthorized(code: str, message: str) -> ApiError:
    headers = {"WWW-Authenticate": 'Bearer realm="api"'}
    return ApiError(401, code, message, type="authentication_error", headers=headers)
