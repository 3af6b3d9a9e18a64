"""Finds strings that look like secrets or personal data, to offer them for masking.

It knows only these shapes: a find is offered and never masked unasked, and a text without finds
may still hold secrets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from conversations.sharing.masking import COVERS

MOST_FOUND = 100

# The group is the secret itself. Repeats are bounded, so that no text takes long.
_SHAPES: dict[str, tuple[str, ...]] = {
    "private_key": (
        (
            r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,-]{1,9000}"
            r"-----END [A-Z ]{0,30}PRIVATE KEY-----)"
        ),
    ),
    "api_key": (
        r"\b(sk-[A-Za-z0-9_-]{16,200})",  # OpenAI, Anthropic, SiliconFlow, DeepSeek
        r"\b((?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{10,200})",  # Stripe
        r"\b(gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})",
        r"\b(pk-parley-[A-Za-z0-9_-]{16,200})",
        r"\b(glpat-[A-Za-z0-9_-]{15,100})",
        r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b",
        r"\b(AIza[A-Za-z0-9_-]{35})",
        r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,250})",
        r"\b((?:hf|gsk|npm|r8|pypi|dop_v1|xai|tgp_v1)[_-][A-Za-z0-9_-]{20,250})",
        r"\b(SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64})",
        r"\b([0-9]{8,10}:[A-Za-z0-9_-]{35})\b",  # Telegram
    ),
    "bearer_token": (
        r"\b(eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{4,4000}\.[A-Za-z0-9_-]{0,4000})",
        r"(?i:\bbearer\s{1,4})([A-Za-z0-9._~+/=-]{12,2000})",
        r"(?i:\bbasic\s{1,4})([A-Za-z0-9+/]{12,2000}={0,2})(?![A-Za-z0-9])",
    ),
    "password": (
        r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"']{1,100}:([^\s/@\"']{2,100})@",
        (
            r"(?i:\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token)"
            r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?)([^\s\"',;<>{}()]{6,200})"
        ),
    ),
    "email": (r"\b([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})\b",),
    "card_number": (r"(?<![0-9.-])((?:[0-9][ -]?){12,18}[0-9])(?![0-9])",),
    "iban": (r"\b([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)\b",),
}
_PATTERNS = {kind: [re.compile(each) for each in each_of] for kind, each_of in _SHAPES.items()}
LABELS = {
    "private_key": _("Private key"),
    "api_key": _("API key"),
    "bearer_token": _("Access token"),
    "password": _("Password"),
    "email": _("E-mail address"),
    "card_number": _("Card number"),
    "iban": _("Bank account"),
}


@dataclass(frozen=True)
class FoundSecret:
    """A string that looks like a secret of that kind, and how often it occurs in the snapshot."""

    kind: str
    text: str
    count: int


def found_secrets(snapshot: dict[str, Any]) -> list[FoundSecret]:
    """The strings of a snapshot that look like secrets, kind by kind, at most 100."""
    texts = list(_texts(snapshot))
    kinds: dict[str, str] = {}
    for kind in _SHAPES:
        for secret in (each for text in texts for each in _secrets(kind, text)):
            kinds.setdefault(secret, kind)
    return [
        FoundSecret(kind, secret, sum(text.count(secret) for text in texts))
        for secret, kind in list(kinds.items())[:MOST_FOUND]
    ]


def _secrets(kind: str, text: str) -> Iterator[str]:
    for pattern in _PATTERNS[kind]:
        for match in pattern.finditer(text):
            if _is_right(kind, match[1]):
                yield match[1]


def _is_right(kind: str, text: str) -> bool:
    match kind:
        case "card_number":
            return _passes_luhn(re.sub(r"\D", "", text))
        case "iban":
            return _passes_mod_97(text.replace(" ", ""))
        case "password":
            return not any(cover in text for cover in COVERS)
    return True


def _passes_luhn(digits: str) -> bool:
    """True if the check digit is right (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    is_one_digit = len(set(digits)) == 1
    return not is_one_digit and sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def _passes_mod_97(account: str) -> bool:
    """True if the check digits are right (ISO 13616-1)."""
    return (
        len(account) >= 15
        and int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1
    )


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
