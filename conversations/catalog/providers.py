"""Creates and updates providers and models, at start from the settings and from lists."""

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

# The rows are found by these names, so that a changed setting updates the row that it created.
UPSTREAM_NAME = "Configured upstream"
LOCAL_NAME = "Bundled model"
PUBLIC_NAME_LENGTH = 200
# These describe the connection or the body of a request; only the client sets them.
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
    """Create or update the provider of the settings."""
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
    """Create or update the provider of the bundled model, at its server's current address.

    Limits ``n`` to ``choices`` and forbids tools, which the server ignores silently: an
    administrator cannot allow what the server cannot do. Other settings stay.
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
    """Disable the bundled model: its server does not run."""
    Provider.objects.filter(name=LOCAL_NAME).update(enabled=False)


@transaction.atomic
def sync_models(provider: Provider, names: Iterable[str]) -> list[LanguageModel]:
    """Add the listed models that the site does not have; return the new ones.

    Removes and enables nothing: a list may be incomplete, and a model that an administrator has
    disabled or renamed stays so.
    """
    # One process after the other: several that start at once read the same list. Names are unique
    # among the models of all providers.
    list(Provider.objects.select_for_update(no_key=True).order_by("pk"))
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
    """Return the audience of new models, by the policy of the site."""
    is_open = Policy.current().new_models_open
    return LanguageModel.Audience.EVERYONE if is_open else LanguageModel.Audience.RESTRICTED


def _public_name(name: str, provider: Provider, taken: set[str]) -> str:
    numbered = (f" ({provider.name}) {number}" for number in count(2))
    endings = chain(("", f" ({provider.name})"), numbered)
    candidates = (name[: PUBLIC_NAME_LENGTH - len(ending)] + ending for ending in endings)
    free = next(each for each in candidates if each not in taken)
    taken.add(free)
    return free


def _known_fields(provider: Provider, name: str) -> dict[str, Any]:
    if provider.dialect != Provider.Dialect.SILICONFLOW:
        return {}
    return siliconflow.known_fields(name)


@dataclass(frozen=True)
class Comparison:
    """A provider's list compared with the site: new names, invalid names, the models that are on
    the list, and those that are not."""

    new: list[str]
    unfit: list[str]
    known: list[LanguageModel]
    gone: list[LanguageModel]


def compare(provider: Provider, names: Iterable[str]) -> Comparison:
    """Compare the list of a provider with its models on the site."""
    listed = list(dict.fromkeys(names))
    names_listed = set(listed)
    models = list(provider.models.all())
    names_here = {model.upstream_name for model in models}
    new = [name for name in listed if name not in names_here]
    return Comparison(
        new=[name for name in new if not unfit_reason(name)],
        unfit=[name for name in new if unfit_reason(name)],
        known=[model for model in models if model.upstream_name in names_listed],
        gone=[model for model in models if model.upstream_name not in names_listed],
    )


def unfit_reason(name: str) -> str:
    """Return the reason why a model cannot have this name; empty if it can."""
    if len(name) > PUBLIC_NAME_LENGTH:
        return _("it is longer than %s characters") % PUBLIC_NAME_LENGTH
    if not name.isprintable():
        return _("it has characters that do not show")
    return "" if name.strip() else _("it is empty")


def address_policy(policy: Policy | None = None) -> AddressPolicy:
    """Return the policy of the site on the network addresses of servers."""
    return AddressPolicy(private=(policy or Policy.current()).private_addresses)


def headers_in(text: str) -> dict[str, str]:
    """Parse a provider's ``extra_headers``, one on each line as "Name: value".

    Raises ValueError, without any value in its message.
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
