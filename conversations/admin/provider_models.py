"""The preview of a list of models at a provider: models to add, known ones, and missing ones."""

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
from conversations.upstream import TimedOut, TooLarge, UpstreamError, excerpt

if TYPE_CHECKING:
    from conversations.admin.providers import ProviderAdmin

# A list may have thousands; the page shows this many of each kind and has a search.
SHOWN = 200
# Enough of an overlong name to recognise it.
SHOWN_CHARACTERS = 60


def connection_report(provider: Provider, fetched: Listing) -> str:
    """The result of asking a server for its models: status, time and message, as sentences."""
    values = {"ms": f"{fetched.milliseconds:,}", "count": f"{len(fetched.names):,}"}
    if fetched.error is None:
        return _("The server answers: 2xx in %(ms)s ms, %(count)s models.") % values
    error = fetched.error
    values["status"] = str(error.status) if error.status else _("no answer")
    values["address"] = f"{provider.base_url}/models"
    sentences = [_reason(error), _("(%(status)s from %(address)s after %(ms)s ms)") % values]
    if error.status == HTTPStatus.NOT_FOUND:
        sentences.append(_("Check the end of the base address; most end in /v1."))
    detail = excerpt(error.message)
    if _is_of_server(error) and detail and detail not in sentences[0]:
        sentences.append(_("In detail: %s") % detail)
    return " ".join(sentences)


def _reason(error: UpstreamError) -> str:
    """What went wrong, in one sentence; of our own two, the one with the cause in it."""
    # This request has a bound of its own, which no field of the provider sets.
    if isinstance(error, TimedOut) and error.clock == "total":
        return _("The server did not send its list in time.")
    has_cause = not (_is_of_server(error) or isinstance(error, TimedOut | TooLarge))
    return error.message if has_cause and error.message else failure_of(error).message


def _is_of_server(error: UpstreamError) -> bool:
    """True if the message is the server's own: it answered with an error."""
    return error.status is not None and error.status >= HTTPStatus.BAD_REQUEST


@dataclass(frozen=True)
class Section:
    """The shown entries of one kind, and the number of all that the search finds."""

    shown: list[str] | list[LanguageModel]
    count: int

    @property
    def left_out(self) -> int:
        """The number of entries that are not shown."""
        return self.count - len(self.shown)


class ModelsPage:
    """The preview and its button. ``source`` is the server's list or the built-in catalogue."""

    def __init__(
        self, model_admin: "ProviderAdmin", provider: Provider, source: Literal["sync", "catalogue"]
    ) -> None:
        self._admin = model_admin
        self._provider = provider
        self._source = source

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        """The preview; after its button was pressed, the changes and a redirect to the provider."""
        if not request.user.has_perm("conversations.add_languagemodel"):
            raise PermissionDenied
        if "apply" in request.POST:
            self._apply(request)
            return self._back()
        return self._preview(request)

    def _back(self) -> HttpResponseBase:
        return redirect("admin:conversations_provider_change", self._provider.pk)

    def _preview(self, request: HttpRequest) -> HttpResponseBase:
        fetched = self._listing()
        if fetched.error:
            self._admin.message_user(
                request, connection_report(self._provider, fetched), messages.ERROR
            )
            return self._back()
        query = request.POST.get("q", "").strip()
        context = {
            **self._admin.admin_site.each_context(request),
            **self._sections(fetched, query),
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

    def _sections(self, fetched: Listing, query: str) -> dict[str, Section]:
        found = providers.compare(self._provider, fetched.names)
        new = [name for name in found.new if _matches(query, name)]
        others = fetched.not_for_chat
        gone = [] if self._source == "catalogue" else [each for each in found.gone if each.enabled]
        return {
            "new": _section([name for name in new if name not in others]),
            "others": _section([name for name in new if name in others]),
            "gone": _section([each for each in gone if _matches(query, each.upstream_name)]),
            "known": _section([each for each in found.known if _matches(query, each.name)]),
            "unfit": _section([_explained(name) for name in found.unfit if _matches(query, name)]),
        }

    def _apply(self, request: HttpRequest) -> None:
        ticked = [name for kind in ("new", "other") for name in request.POST.getlist(kind)[:SHOWN]]
        added = providers.sync_models(self._provider, [name.strip() for name in ticked])
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


def _explained(unfit: str) -> str:
    """A name that cannot be added, with invisible characters escaped, and the reason."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in unfit)
    values = {
        "name": Truncator(shown).chars(SHOWN_CHARACTERS),
        "reason": providers.unfit_reason(unfit),
    }
    return _("“%(name)s” cannot be added, because %(reason)s.") % values


def _section(entries: list[str] | list[LanguageModel]) -> Section:
    return Section(entries[:SHOWN], len(entries))


def _outcome(added: int, disabled: int) -> str:
    sentences = [
        ngettext("%s model was added.", "%s models were added.", added) % added,
        ngettext("%s model was disabled.", "%s models were disabled.", disabled) % disabled,
    ]
    return " ".join(sentences[: 2 if disabled else 1])
