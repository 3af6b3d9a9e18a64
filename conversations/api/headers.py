"""The headers of replies at ``/v1``: request id, limits, ignored fields, and CORS."""

import re
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from conversations.api.checking import Adjustments
from conversations.models import MICROS, LanguageModel, Measure
from conversations.quotas.status import Standing
from conversations.upstream import PARAMETERS

REQUEST_ID = "x-request-id"
# For proxies: send at once, and do not compress, because compression delays events.
UNBUFFERED = {"X-Accel-Buffering": "no", "Cache-Control": "no-cache, no-transform"}
# The numbers that are moved into the range of a model, or into what the limits allow.
MOVED = tuple(each.name for each in PARAMETERS if each.range and each.moves)


def _moved_name(direction: str, parameter: str) -> str:
    return f"x-{direction}-{parameter.replace('_', '-')}"


_EXPOSED = (
    REQUEST_ID,
    "retry-after",
    "x-should-retry",
    "x-content-kept",
    "x-ignored-fields",
    "x-tool-faults",
    *(_moved_name(direction, name) for direction in ("lowered", "raised") for name in MOVED),
    *(
        f"x-ratelimit-{which}-{measure}"
        for which in ("limit", "remaining", "reset")
        for measure in Measure
    ),
)
_NAME = re.compile(r"[a-z0-9-]{1,64}")
_FIELD = re.compile(r"[\w.-]{1,64}", re.ASCII)
MOST_NAMES = 40
MOST_FAULT_CHARACTERS = 2000
PREFLIGHT_SECONDS = 600


def quota_headers(standings: Iterable[Standing]) -> dict[str, str]:
    """Limit, remaining and reset of each measure, of the rule that leaves least.

    Cost is in the site's currency. A limit without a period has no reset.
    """
    headers: dict[str, str] = {}
    least: dict[str, Standing] = {}
    for each in standings:
        known = least.get(each.rule.measure)
        if known is None or each.left < known.left:
            least[each.rule.measure] = each
    for measure, standing in least.items():
        headers[f"x-ratelimit-limit-{measure}"] = _amount(measure, standing.rule.limit)
        headers[f"x-ratelimit-remaining-{measure}"] = _amount(measure, standing.left)
        if seconds := standing.seconds_left:
            headers[f"x-ratelimit-reset-{measure}"] = f"{seconds}s"
    return headers


def _amount(measure: str, amount: int) -> str:
    return f"{amount / MICROS:.6f}" if Measure(measure).is_money else str(amount)


def ignored_header(names: Iterable[str]) -> dict[str, str]:
    """The fields that were left out, as far as their names fit into a header."""
    shown = [name for name in names if _FIELD.fullmatch(name)][:MOST_NAMES]
    return {"x-ignored-fields": ", ".join(shown)} if shown else {}


def content_header(model: LanguageModel) -> dict[str, str]:
    """The header that says if the site stores requests and answers of this model."""
    return {"x-content-kept": "true" if model.keeps_api_content else "false"}


def adjustment_headers(adjustments: Adjustments) -> dict[str, str]:
    """The differences between the request and what is sent."""
    return {
        **ignored_header(adjustments.ignored),
        **moved_headers(adjustments.lowered, adjustments.raised),
        **tool_faults_header(adjustments.tool_faults),
    }


def tool_faults_header(faults: Iterable[str]) -> dict[str, str]:
    """The faults of the tools, as far as they fit into a header; in ASCII, as all headers."""
    text = "; ".join(faults).encode("ascii", "replace").decode()
    shown = "".join(each if each.isprintable() else "?" for each in text)
    if len(shown) > MOST_FAULT_CHARACTERS:
        shown = f"{shown[:MOST_FAULT_CHARACTERS]} ..."
    return {"x-tool-faults": shown} if shown else {}


def moved_headers(
    lowered: Mapping[str, float], raised: Mapping[str, float] | None = None
) -> dict[str, str]:
    """The numbers that are sent instead of the ones that were asked for, a header each."""
    moved = {"lowered": lowered, "raised": raised or {}}
    return {
        _moved_name(direction, name): f"{value:.15g}"
        for direction, values in moved.items()
        for name, value in values.items()
    }


def allow_origin(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let pages of the named origins read the answer, and no others."""
    if not settings.API_ALLOWED_ORIGINS:
        return
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("origin", "")
    if origin in settings.API_ALLOWED_ORIGINS:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = ", ".join(_EXPOSED)


def preflight_headers(request: HttpRequest) -> Mapping[str, str] | None:
    """The headers of the reply to a CORS preflight; None if the request is none, or if its origin
    is not allowed."""
    if request.method != "OPTIONS" or "access-control-request-method" not in request.headers:
        return None
    if request.headers.get("origin", "") not in settings.API_ALLOWED_ORIGINS:
        return None
    asked = request.headers.get("access-control-request-headers", "").lower().split(",")
    # The official clients send a dozen headers of their own: any name is allowed, none is trusted.
    names = [name.strip() for name in asked if _NAME.fullmatch(name.strip())][:MOST_NAMES]
    return {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": ", ".join(names),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
