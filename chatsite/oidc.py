"""The settings of the OpenID Connect provider that users may sign in with; there is one or none."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from chatsite.env import env_bool, env_list, env_str

# The column that accounts keep it in.
LONGEST_ISSUER = 200


@dataclass(frozen=True)
class OidcProvider:
    """A provider, and what its claims mean here. ``groups`` maps values of the claim to groups.

    Without entries in ``groups``, a value stands for the group of the same name.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scopes: tuple[str, ...]
    groups_claim: str
    groups: tuple[tuple[str, str], ...]
    staff_group: str
    signup: bool


def oidc_provider() -> OidcProvider | None:
    """The provider that OIDC_ISSUER names, with the other settings; None without that one."""
    issuer = env_str("OIDC_ISSUER")
    client_id, secret = env_str("OIDC_CLIENT_ID"), env_str("OIDC_CLIENT_SECRET")
    if not issuer:
        if client_id or secret:
            raise ImproperlyConfigured(
                "OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is set and OIDC_ISSUER is not. Set it to the "
                "address of the provider, such as https://login.example.org/realms/main."
            )
        return None
    for name, value in (("OIDC_CLIENT_ID", client_id), ("OIDC_CLIENT_SECRET", secret)):
        if not value:
            raise ImproperlyConfigured(f"OIDC_ISSUER is set and {name} is not. Set both.")
    return OidcProvider(
        issuer=_checked_issuer(issuer),
        client_id=client_id,
        client_secret=secret,
        name=env_str("OIDC_NAME", urlsplit(issuer).hostname or ""),
        scopes=_scopes(env_str("OIDC_SCOPES", "openid profile email").split()),
        groups_claim=env_str("OIDC_GROUPS_CLAIM"),
        groups=_mapping(env_list("OIDC_GROUPS")),
        staff_group=env_str("OIDC_STAFF_GROUP"),
        signup=env_bool("OIDC_SIGNUP", True),
    )


def _checked_issuer(issuer: str) -> str:
    url = urlsplit(issuer)
    if url.scheme == "https" and url.hostname and not url.query and not url.fragment:
        good = "/.well-known/" not in url.path
    else:
        # Over plain http anybody on the way could sign in as anybody.
        good = url.scheme == "http" and _is_loopback(url.hostname or "")
    if not good or len(issuer) > LONGEST_ISSUER:
        raise ImproperlyConfigured(
            f"OIDC_ISSUER is {issuer!r}. Set it to the https:// address that the provider calls "
            "its issuer, without /.well-known/openid-configuration."
        )
    return issuer


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _scopes(scopes: list[str]) -> tuple[str, ...]:
    if "openid" not in scopes:
        raise ImproperlyConfigured(
            f"OIDC_SCOPES is {' '.join(scopes)!r}. It must contain openid, such as: "
            "openid profile email."
        )
    return tuple(scopes)


def _mapping(pairs: list[str]) -> tuple[tuple[str, str], ...]:
    """The pairs of OIDC_GROUPS. The last ``=`` divides, since claims may contain some."""
    mapping = []
    for pair in pairs:
        claim, equals, group = (each.strip() for each in pair.rpartition("="))
        if not (claim and equals and group):
            raise ImproperlyConfigured(
                f"OIDC_GROUPS has {pair!r}. Write pairs such as: staff=Staff, law=Legal."
            )
        mapping.append((claim, group))
    return tuple(mapping)
