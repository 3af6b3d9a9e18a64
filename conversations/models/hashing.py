"""How what lets somebody in is kept: links, invitations, keys."""

import hashlib


def hashed(token: str) -> str:
    """The form in which a token is kept; its 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
