"""The pages of ``/v1`` to read: a key's models, the API's description, and all addresses."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from conversations import access
from conversations.api import openapi
from conversations.api.addresses import without_extra_slashes
from conversations.api.auth import authorized
from conversations.api.errors import ApiError
from conversations.api.gateway import allow_methods, json_response
from conversations.api.wire import Capabilities, Introduction, Model, ModelList
from conversations.catalog import parameters
from conversations.database.threads import in_thread
from conversations.models import ApiKey, LanguageModel


@allow_methods("GET", "HEAD")
async def introduction(request: HttpRequest) -> HttpResponse:
    """The list of addresses, for clients that try the base address; it needs no key."""
    base_url = f"{settings.SITE_URL}{openapi.ROOT}"
    return json_response(
        Introduction(
            name=f"{settings.SITE_NAME} API",
            base_url=base_url,
            endpoints=openapi.endpoints(),
            description_url=f"{base_url}/openapi.json",
        )
    )


@allow_methods("GET", "HEAD")
async def description(request: HttpRequest) -> HttpResponse:
    """The API's description, which needs no key."""
    return json_response(openapi.description())


@allow_methods("GET", "HEAD")
async def models(request: HttpRequest) -> HttpResponse:
    """The models that the key may use, by name."""
    key = await authorized(request, ApiKey.Endpoint.MODELS)
    listed = await in_thread(access.models_for, key.user, key)
    return json_response(ModelList([_model(each) for each in listed]))


@allow_methods("GET", "HEAD")
async def model(request: HttpRequest, name: str) -> HttpResponse:
    """One model. A name may have slashes, which clients send percent-encoded."""
    if not name.strip("/"):
        every: HttpResponse = await models(request)
        return every
    key = await authorized(request, ApiKey.Endpoint.MODELS)
    return json_response(_model(await in_thread(_model_at, key, name)))


def _model_at(key: ApiKey, name: str) -> LanguageModel:
    """The model of an address, which may have slashes too many."""
    try:
        return model_or_404(key, name)
    except ApiError:
        return model_or_404(key, without_extra_slashes(name).removeprefix("/"))


def model_or_404(key: ApiKey, name: str) -> LanguageModel:
    """The key's model of that name. Raises :class:`ApiError` with 404."""
    try:
        return access.model_for(key.user, name, key)
    except access.NotFound:
        text = _("The model “%s” is not available to you.") % name[:100]
        raise ApiError(404, "model_not_found", text, param="model") from None


def _model(found: LanguageModel) -> Model:
    return Model(
        id=found.name,
        created=int(found.created_at.timestamp()),
        owned_by=found.provider.name,
        context_length=found.context_length,
        max_model_len=found.context_length,
        max_completion_tokens=int(parameters.ranges_of(found)["max_tokens"].high),
        capabilities=Capabilities(
            tools=parameters.takes(found, "tools"),
            json=parameters.takes(found, "response_format"),
            reasoning=found.reasons,
        ),
        supported_parameters=parameters.names_taken(found),
        keeps_content=found.keeps_api_content,
    )
