"""Sentences for users about errors of the upstream: what is wrong, and what they can do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.models import Provider
from conversations.transcript import Failure
from conversations.upstream import (
    ContextOverflow,
    RateLimited,
    RequestRejected,
    TimedOut,
    UpstreamError,
    excerpt,
)

# The server's own words are shown for a rejected request only, which the user can change. All of
# them are stored for administrators (upstream_words.py).
_SENTENCES: dict[str, str | Promise] = {
    "unreachable": _("The model's server cannot be reached just now. Try again in a moment."),
    "address_refused": _(
        "The address of the model's server is one that this site must not connect to. "
        "Tell an administrator."
    ),
    "key_unreadable": _(
        "The key of the model's server cannot be read any more. An administrator must enter it "
        "again."
    ),
    "busy": _("The model's server is busy: all its places are taken. Try again in a moment."),
    "redirected": _("The model's server has moved. An administrator must set its new address."),
    "unauthorised": _("The model's server refused this site's key. Tell an administrator."),
    "forbidden": _("This site's key may not use this model. Tell an administrator."),
    "out_of_balance": _(
        "This site's account with the model's provider is used up. Tell an administrator, or "
        "choose another model."
    ),
    "unknown_model": _("The model's server does not know this model any more. Choose another."),
    "context_overflow": _(
        "The conversation is too long for this model. Start a new one, or go "
        "on from an earlier message."
    ),
    # Where the prompt fits and only the answer that was asked for does not.
    "answer_overflow": _(
        "The conversation and the longest answer together are too long for this model. Lower "
        "max_tokens, or start a new conversation."
    ),
    "content_policy": _(
        "The model's provider refused this because of its content rules. Change the message, or "
        "choose another model."
    ),
    "rate_limited": _(
        "The model's provider is limiting how often this site may ask. Try again in a little while."
    ),
    # A limit that stands for days.
    "limited_for_long": _(
        "The model's provider lets this site ask no more for now. Choose another model, or try "
        "again tomorrow."
    ),
    "overloaded": _("The model's server is overloaded. Try again in a moment."),
    "too_large": _("The answer became too large and was ended."),
    "truncated": _("The model's server broke off before the end of the answer."),
    "empty_answer": _("The model ended without saying anything. Try again."),
    "not_a_stream": _(
        "Something other than an answer came from the model's address. Tell an administrator."
    ),
    "malformed": _(
        "The model's server sent something that cannot be read. Try again, or choose another model."
    ),
}
_OTHERWISE = _("The model's server failed. Try again, or choose another model.")
_TIMED_OUT: dict[str, str | Promise] = {
    "connect": _("No connection to the model's server was made within %(seconds)s s."),
    "first_word": _("The model's server had not begun its answer after %(seconds)s s."),
    "silent": _("The model's server was silent for %(seconds)s s, so the answer was ended."),
    "total": _("The answer took longer than %(seconds)s s and was ended."),
}
_CLOCK_FIELD = _("Administrators set this time as “%(field)s” of the provider.")


def failure_of(error: UpstreamError) -> Failure:
    """Return the failure that users see for ``error``."""
    return Failure(error.code, _sentence(error))


def _sentence(error: UpstreamError) -> str:
    if isinstance(error, TimedOut):
        return f"{_ran_out(error)} {_field(error)}"
    if error.code == RequestRejected.code and error.message:
        return str(_("The model's server refused the request: %s")) % excerpt(error.message)
    if isinstance(error, ContextOverflow) and error.is_of_answer:
        return str(_SENTENCES["answer_overflow"])
    if isinstance(error, RateLimited) and not error.retryable:
        return str(_SENTENCES["limited_for_long"])
    return str(_SENTENCES.get(error.code, _OTHERWISE))


def _ran_out(error: TimedOut) -> str:
    return str(_TIMED_OUT[error.clock]) % {"seconds": f"{error.seconds:g}"}


def _field(error: TimedOut) -> str:
    return str(_CLOCK_FIELD) % {"field": Provider.label_of_clock(error.clock)}
