"""Providers and models that the site makes for itself at start, as an administrator would."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.db import transaction

from conversations.models import LanguageModel, Provider

# The rows are found again by these names, so that a changed setting changes the row it made.
UPSTREAM_NAME = "Configured upstream"
LOCAL_NAME = "Bundled model"

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
def register_local_model(address: str, model_name: str, context_length: int) -> Provider:
    """The provider of the bundled model, at the address where its server listens now."""
    provider, _created = Provider.objects.update_or_create(
        name=LOCAL_NAME,
        defaults={
            "base_url": f"{address}/v1",
            "dialect": Provider.Dialect.LLAMACPP,
            "enabled": True,
        },
    )
    sync_models(provider, [model_name])
    provider.models.filter(upstream_name=model_name).update(context_length=context_length)
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
    known = set(provider.models.values_list("upstream_name", flat=True))
    taken = set(LanguageModel.objects.values_list("name", flat=True))
    added = []
    for name in dict.fromkeys(names):
        if name in known:
            continue
        public_name = name if name not in taken else f"{name} ({provider.name})"
        added.append(
            LanguageModel.objects.create(provider=provider, name=public_name, upstream_name=name)
        )
    return added
