"""Checks ID tokens (OpenID Connect Core 1.0, section 3.1.3.7), always with their signature."""

import hmac
from typing import Any

import jwt

# Only algorithms with a public key: with a shared one, whoever checks a token can also make it.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
# Clocks of two machines differ.
CLOCK_SKEW_SECONDS = 60


class BadToken(Exception):
    """The token cannot be trusted; the text says why, for the log."""


def checked_claims(
    token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """The claims of a token that this issuer made for this client and this attempt to sign in."""
    try:
        key, algorithm = _key(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error
    _check_party(claims, client_id)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise BadToken("its nonce is that of another attempt")
    return claims


def _key(token: str, keys: dict[str, Any]) -> tuple[Any, str]:
    """The key that the token names, or the only one that fits; and the algorithm of the token."""
    header = jwt.get_unverified_header(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise BadToken(f"its algorithm is {algorithm!r}, which is none of {', '.join(ALGORITHMS)}")
    # Keys that PyJWT does not know are left out of the set.
    fitting = [
        each
        for each in jwt.PyJWKSet.from_dict(keys).keys
        if header.get("kid") in {None, each.key_id} and each.public_key_use in {None, "sig"}
    ]
    if len(fitting) != 1:
        raise BadToken(f"{len(fitting)} keys of the provider fit it")
    return fitting[0].key, str(algorithm)


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise BadToken("it was made for another client")
