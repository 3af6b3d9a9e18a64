"""Everything that is encrypted with ENCRYPTION_KEY, and its change to another key.

The rule: what is encrypted is found from the models, so a new field cannot be forgotten; only
allauth's second factors have texts inside a field, and are named here. Each row is changed by
itself and only if it still has what was read, so a site may run meanwhile, and a rotation that was
killed goes on where it stopped.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from conversations.models import (
    EncryptedTextField,
    UnreadableText,
    WrongKey,
    decrypt,
    encrypt,
    is_current,
)

ROWS_AT_ONCE = 500
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
_FACTOR_TEXTS = ("secret", "seed")

CURRENT, FORMER, UNREADABLE = "current", "former", "unreadable"


class Found(NamedTuple):
    """The number of texts in one place, by the key that opens each."""

    place: str
    by_key: Counter[str]


class _Place(NamedTuple):
    """A field of a model with encrypted text."""

    model: type[models.Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.verbose_name}, {self.name}"  # noqa: SLF001

    def stored(self) -> Any:
        """The rows, each with its text as the database has it."""
        rows = self.model._base_manager.order_by("pk")  # noqa: SLF001 - without any filter
        return rows.annotate(stored_text=Cast(self.name, models.TextField())).exclude(
            stored_text=""
        )


def key_of(token: str) -> str:
    """Which key opens the token."""
    if is_current(token):
        return CURRENT
    try:
        decrypt(token)
    except WrongKey:
        return UNREADABLE
    return FORMER


def survey() -> list[Found]:
    """The encrypted texts of the database, by place and by key."""
    return _each_place(lambda _place, _pk, _token: None)


def rotate() -> list[Found]:
    """Encrypt with ENCRYPTION_KEY what a former key opens; return what was found before."""
    found = _each_place(_renew)
    for factor in Authenticator.objects.filter(type__in=_FACTORS).values_list("pk", flat=True):
        _change_factor(factor, _renewed)
    return found


def forget() -> None:
    """Empty the texts that no key opens, and remove such second factors."""
    for place in _places():
        for pk, token in _rows(place):
            if key_of(token) == UNREADABLE:
                _replace(place, pk, token, "")
    for factor in Authenticator.objects.filter(type__in=_FACTORS):
        if any(key_of(token) == UNREADABLE for token in _tokens(factor.data)):
            factor.delete()


def _each_place(work: Callable[[_Place, Any, str], None]) -> list[Found]:
    found = []
    for place in _places():
        by_key: Counter[str] = Counter()
        for pk, token in _rows(place):
            by_key[key_of(token)] += 1
            work(place, pk, token)
        found.append(Found(str(place), by_key))
    factors = Authenticator.objects.filter(type__in=_FACTORS)
    tokens = [token for each in factors for token in _tokens(each.data)]
    return [*found, Found("second factors", Counter(map(key_of, tokens)))]


def _places() -> list[_Place]:
    return [
        _Place(model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001
        if isinstance(field, EncryptedTextField)
    ]


def _rows(place: _Place) -> Iterator[tuple[Any, str]]:
    rows, last = place.stored(), None
    while True:
        some = rows.filter(pk__gt=last) if last is not None else rows
        chunk = list(some.values_list("pk", "stored_text")[:ROWS_AT_ONCE])
        yield from chunk
        if not chunk:
            return
        last = chunk[-1][0]


def _renew(place: _Place, pk: Any, token: str) -> None:
    if key_of(token) == FORMER:
        _replace(place, pk, token, encrypt(decrypt(token)))


def _replace(place: _Place, pk: Any, token: str, new: str) -> None:
    # A text that somebody has changed meanwhile has the current key already.
    rows = place.stored().filter(pk=pk, stored_text=token).order_by()
    rows.update(**{place.name: UnreadableText(new)})


def _tokens(data: dict[str, Any]) -> list[str]:
    single = [data[name] for name in _FACTOR_TEXTS if name in data]
    return [*single, *data.get("migrated_codes", ())]


def _renewed(token: str) -> str:
    return encrypt(decrypt(token)) if key_of(token) == FORMER else token


@transaction.atomic
def _change_factor(pk: int, change: Callable[[str], str]) -> None:
    # Locked, because a recovery code may be used meanwhile.
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if factor is None:
        return
    before = dict(factor.data)
    for name in _FACTOR_TEXTS:
        if name in factor.data:
            factor.data[name] = change(factor.data[name])
    if "migrated_codes" in factor.data:
        factor.data["migrated_codes"] = [change(code) for code in factor.data["migrated_codes"]]
    if factor.data != before:
        factor.save(update_fields=["data"])
