"""Claims of a provider in the form that accounts need; what cannot be used is left out."""

from typing import Any

# The column of accounts for it is narrower than the 255 characters of the standard.
LONGEST_SUBJECT = 191
LONGEST_NAME = 150
MOST_GROUPS = 1000


def subject(claims: dict[str, Any]) -> str:
    """The claim ``sub``. Raises ValueError for one that cannot be stored exactly as it is."""
    value = claims.get("sub")
    if not isinstance(value, str) or not value.isprintable() or not value.strip():
        raise ValueError("the claim sub is no text of printable characters")
    if len(value) > LONGEST_SUBJECT:
        raise ValueError(f"the claim sub is longer than {LONGEST_SUBJECT} characters")
    return value


def used_claims(claims: dict[str, Any], groups_claim: str) -> dict[str, Any]:
    """The part of the claims that is stored: a name to show, and the groups (None: not told)."""
    name = _text(claims, "preferred_username") or _text(claims, "name")
    return {
        "username": name or verified_address(claims),
        "groups": _groups(claims, groups_claim) if groups_claim else None,
    }


def user_fields(claims: dict[str, Any]) -> dict[str, Any]:
    """The fields of a new user."""
    address = verified_address(claims)
    return {
        "email": address,
        "email_verified": bool(address),
        "name": _text(claims, "name"),
        "first_name": _text(claims, "given_name"),
        "last_name": _text(claims, "family_name"),
    }


def verified_address(claims: dict[str, Any]) -> str:
    """The e-mail address, if the provider says that it has verified it; else empty.

    An address that anybody can write into a profile would be found by those who share with it.
    """
    verified = claims.get("email_verified")
    # Some providers write the word instead of the value.
    return _text(claims, "email") if verified is True or verified == "true" else ""


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(each for each in value if each.isprintable()).strip()[:LONGEST_NAME]


def _groups(claims: dict[str, Any], name: str) -> list[str] | None:
    """The values of the claim, which may be one text. None where they are too many to be told.

    A name with dots is also a way into objects, as in ``realm_access.roles``.
    """
    if name in _mapping(claims.get("_claim_names")):
        return None
    value = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = _mapping(value).get(part)
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)][:MOST_GROUPS]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
