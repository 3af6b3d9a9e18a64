"""Hashes of secrets: the tokens of links and invitations, and API keys."""

import hashlib


def hashed(token: str) -> str:
    """The form in which a token is stored. Its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
