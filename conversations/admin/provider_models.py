"""The page that shows what a list of models would change at a provider, before it changes it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations import audit
from conversations.admin.audited_admin import actor_of
from conversations.catalog import listing, providers, siliconflow
from conversations.catalog.listing import Listing
from conversations.generation.error_texts import failure_of
from conversations.models import LanguageModel, Policy, Provider

if TYPE_CHECKING:
    from conversations.admin.providers import ProviderAdmin

# A list may have thousands; a page shows so many of each kind, and is narrowed by a search.
SHOWN = 200
# Enough of a name that is too long to know it by.
SHOWN_CHARACTERS = 60


def in_words(provider: Provider, asked: Listing) -> str:
    """How asking a server for its models went: the status, the time, and what it said."""
    values = {"ms": f"{asked.milliseconds:,}", "count": f"{len(asked.names):,}"}
    if asked.error is None:
        return _("The server answers: 2xx in %(ms)s ms, %(count)s models.") % values
    error, failure = asked.error, failure_of(asked.error)
    values["status"] = str(error.status) if error.status else _("no answer")
    values["address"] = f"{provider.base_url}/models"
    sentences = [failure.message, _("(%(status)s from %(address)s after %(ms)s ms)") % values]
    if error.status == HTTPStatus.NOT_FOUND:
        sentences.append(_("Does the base address end as it should, mostly in /v1?"))
    # Already redacted, and at most 200 characters long.
    if error.message and error.message not in failure.message:
        sentences.append(_("In detail: %s") % error.message)
    return " ".join(sentences)


@dataclass(frozen=True)
class Section:
    """Some of the entries of one kind, and how many there are in all that the search finds."""

    shown: list[str] | list[LanguageModel]
    count: int

    @property
    def left_out(self) -> int:
        """How many the page has no room for."""
        return self.count - len(self.shown)


class ModelsPage:
    """The preview, and what its button does. ``source`` says where the list comes from."""

    def __init__(
        self, model_admin: "ProviderAdmin", provider: Provider, source: Literal["sync", "catalogue"]
    ) -> None:
        self._admin = model_admin
        self._provider = provider
        self._source = source

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The preview, or the way back after the change."""
        if not request.user.has_perm("conversations.add_languagemodel"):
            raise PermissionDenied
        if "apply" in request.POST:
            self._apply(request)
            return self._back()
        return self._preview(request)

    def _back(self) -> HttpResponseBase:
        return redirect("admin:conversations_provider_change", self._provider.pk)

    def _preview(self, request: HttpRequest) -> HttpResponseBase:
        asked = self._listing()
        if asked.error:
            self._admin.message_user(request, in_words(self._provider, asked), messages.ERROR)
            return self._back()
        query = request.POST.get("q", "").strip()
        context = {
            **self._admin.admin_site.each_context(request),
            **self._sections(asked.names, query),
            "title": self._title(),
            "opts": self._admin.opts,
            "media": self._admin.media,
            "provider": self._provider,
            "is_catalogue": self._source == "catalogue",
            "query": query,
            "new_models_open": Policy.current().new_models_open,
        }
        return TemplateResponse(request, "admin/conversations/provider/models.html", context)

    def _title(self) -> str:
        if self._source == "catalogue":
            return _("Load the catalogue of SiliconFlow")
        return _("Sync the models of %s") % self._provider.name

    def _listing(self) -> Listing:
        if self._source == "catalogue":
            return Listing(0, [known.name for known in siliconflow.SILICONFLOW])
        return listing.fetch(self._provider)

    def _sections(self, names: list[str], query: str) -> dict[str, Section]:
        found = providers.compare(self._provider, names)
        gone = [] if self._source == "catalogue" else [each for each in found.gone if each.enabled]
        return {
            "new": _section([name for name in found.new if _matches(query, name)]),
            "gone": _section([each for each in gone if _matches(query, each.upstream_name)]),
            "known": _section([each for each in found.known if _matches(query, each.name)]),
            "unfit": _section([_told(name) for name in found.unfit if _matches(query, name)]),
        }

    def _apply(self, request: HttpRequest) -> None:
        names = [name.strip() for name in request.POST.getlist("new")[:SHOWN]]
        added = providers.sync_models(self._provider, names)
        for model in added:
            audit.record(actor_of(request), "added", model, {}, audit.stored(model))
        disabled = self._disable(request, request.POST.getlist("gone")[:SHOWN])
        self._admin.message_user(request, _outcome(len(added), disabled), messages.SUCCESS)

    def _disable(self, request: HttpRequest, keys: list[str]) -> int:
        chosen = self._provider.models.filter(pk__in=[key for key in keys if key.isdecimal()])
        for model in chosen.filter(enabled=True):
            with audit.change(actor_of(request), "changed", model):
                model.enabled = False
                model.save(update_fields=["enabled"])
        return chosen.count()


def _matches(query: str, name: str) -> bool:
    return query.lower() in name.lower()


def _told(unfit: str) -> str:
    """A name that cannot be added, with what does not show of it as escapes, and why."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in unfit)
    told = {
        "name": Truncator(shown).chars(SHOWN_CHARACTERS),
        "reason": providers.unfit_reason(unfit),
    }
    return _("“%(name)s” cannot be added, because %(reason)s.") % told


def _section(entries: list[str] | list[LanguageModel]) -> Section:
    return Section(entries[:SHOWN], len(entries))


def _outcome(added: int, disabled: int) -> str:
    sentences = [
        ngettext("%s model was added.", "%s models were added.", added) % added,
        ngettext("%s model was disabled.", "%s models were disabled.", disabled) % disabled,
    ]
    return " ".join(sentences[: 2 if disabled else 1])
