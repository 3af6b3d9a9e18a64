"""Providers and their models: made at start from the settings, and brought up to date."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.catalog import siliconflow
from conversations.models import LanguageModel, Policy, Provider
from conversations.upstream import AddressPolicy, check_header

# The rows are found again by these names, so that a changed setting changes the row it made.
UPSTREAM_NAME = "Configured upstream"
LOCAL_NAME = "Bundled model"
PUBLIC_NAME_LENGTH = 200
# These describe the connection or the body of each request, and are the client's own.
OWN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_DIALECTS = {
    "siliconflow.cn": Provider.Dialect.SILICONFLOW,
    "siliconflow.com": Provider.Dialect.SILICONFLOW,
    "openai.com": Provider.Dialect.OPENAI,
}


def register_upstream(base_url: str, api_key: str) -> Provider:
    """The provider that the settings describe, made or brought up to date."""
    provider, _created = Provider.objects.update_or_create(
        name=UPSTREAM_NAME,
        defaults={"base_url": base_url.rstrip("/"), "api_key": api_key},
        create_defaults={
            "base_url": base_url.rstrip("/"),
            "api_key": api_key,
            "dialect": _dialect_of(base_url),
        },
    )
    return provider


def _dialect_of(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    domain = ".".join(host.split(".")[-2:])
    return _DIALECTS.get(domain, Provider.Dialect.GENERIC)


@transaction.atomic
def register_local_model(
    address: str, model_name: str, context_length: int, choices: int
) -> Provider:
    """The provider of the bundled model, at the address where its server listens now.

    What its server cannot do is no administrator's to allow: more than so many ``choices``, and
    tools, which its template leaves out without a word. Whatever else they chose stays.
    """
    provider, _created = Provider.objects.update_or_create(
        name=LOCAL_NAME,
        defaults={
            "base_url": f"{address}/v1",
            "dialect": Provider.Dialect.LLAMACPP,
            "enabled": True,
        },
    )
    sync_models(provider, [model_name])
    for model in provider.models.filter(upstream_name=model_name):
        rule = model.parameters.get("n") or {}
        most = min(rule.get("high") or choices, choices)
        model.parameters = {**model.parameters, "n": {**rule, "high": most}}
        model.context_length, model.takes_tools = context_length, False
        model.save(update_fields=["context_length", "parameters", "takes_tools"])
    return provider


def withdraw_local_model() -> None:
    """Offer the bundled model no longer: its server does not run."""
    Provider.objects.filter(name=LOCAL_NAME).update(enabled=False)


@transaction.atomic
def sync_models(provider: Provider, names: Iterable[str]) -> list[LanguageModel]:
    """Add the models of `provider` that it lists and the site does not know; gives the added.

    Nothing is ever taken away or enabled again: a list may be incomplete, and a model that an
    administrator has disabled or renamed stays as it was left.
    """
    taken = set(LanguageModel.objects.values_list("name", flat=True))
    audience = audience_of_new_models()
    return [
        LanguageModel.objects.create(
            provider=provider,
            name=_public_name(name, provider, taken),
            upstream_name=name,
            audience=audience,
            **_known_fields(provider, name),
        )
        for name in compare(provider, names).new
    ]


def audience_of_new_models() -> str:
    """To whom a new model is open, by the policy of the site."""
    is_open = Policy.current().new_models_open
    return LanguageModel.Audience.EVERYONE if is_open else LanguageModel.Audience.RESTRICTED


def _public_name(name: str, provider: Provider, taken: set[str]) -> str:
    numbered = (f" ({provider.name}) {number}" for number in count(2))
    endings = chain(("", f" ({provider.name})"), numbered)
    wanted = (name[: PUBLIC_NAME_LENGTH - len(ending)] + ending for ending in endings)
    free = next(each for each in wanted if each not in taken)
    taken.add(free)
    return free


def _known_fields(provider: Provider, name: str) -> dict[str, Any]:
    if provider.dialect != Provider.Dialect.SILICONFLOW:
        return {}
    return siliconflow.known_fields(name)


@dataclass(frozen=True)
class Comparison:
    """What a list of names would add, what is known of it, and what it lacks; and what it names
    that no model here can be called."""

    new: list[str]
    unfit: list[str]
    known: list[LanguageModel]
    gone: list[LanguageModel]


def compare(provider: Provider, names: Iterable[str]) -> Comparison:
    """Compare a provider's own list of its models with those of the site."""
    listed = list(dict.fromkeys(names))
    here = set(listed)
    models = list(provider.models.all())
    names_here = {model.upstream_name for model in models}
    new = [name for name in listed if name not in names_here]
    return Comparison(
        new=[name for name in new if not unfit_reason(name)],
        unfit=[name for name in new if unfit_reason(name)],
        known=[model for model in models if model.upstream_name in here],
        gone=[model for model in models if model.upstream_name not in here],
    )


def unfit_reason(name: str) -> str:
    """Why no model can have this name at its provider; empty where one can."""
    if len(name) > PUBLIC_NAME_LENGTH:
        return _("it is longer than %s characters") % PUBLIC_NAME_LENGTH
    if not name.isprintable():
        return _("it has characters that do not show")
    return "" if name.strip() else _("it is empty")


def address_policy(policy: Policy | None = None) -> AddressPolicy:
    """Which network addresses servers may have, by the policy of the site."""
    return AddressPolicy(private=(policy or Policy.current()).private_addresses)


def headers_in(text: str) -> dict[str, str]:
    """The headers that a provider's ``extra_headers`` name, one a line as "Name: value".

    Raises ValueError, which never repeats a value.
    """
    headers: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name or not value:
            raise ValueError(_("Line %s is not of the form “Name: value”.") % number)
        if name.lower() in OWN_HEADERS:
            raise ValueError(_("The header “%s” is set by this site itself.") % name)
        try:
            check_header(name, value)
        except ValueError:
            raise ValueError(_("Line %s is not printable ASCII.") % number) from None
        headers[name] = value
    return headers
