"""A real OpenID Connect provider in a process of its own; it speaks at its own address."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatsite.oidc import OidcProvider

_SCRIPT = Path(__file__).with_name("provider.mjs")


def settings_for(issuer: str, **changed: Any) -> OidcProvider:
    """The site's settings for the provider at that address."""
    usual: dict[str, Any] = {
        "issuer": issuer,
        "client_id": "parley",
        "client_secret": "a secret of the client",
        "name": "Example",
        "scopes": ("openid", "profile", "email"),
        "groups_claim": "groups",
        "groups": (),
        "staff_group": "",
        "signup": True,
    }
    return OidcProvider(**{**usual, **changed})


class RealProvider:
    """The provider."""

    def __init__(self, issuer: str, file: Path) -> None:
        self.issuer = issuer
        self._file = file

    def set_accounts(self, **accounts: dict[str, Any]) -> None:
        """From now on the provider knows these: the claims of each, by the name that is typed."""
        self._file.write_text(json.dumps(accounts))


@contextmanager
def real_provider(site_url: str, place: Path) -> Iterator[RealProvider]:
    """A running provider whose only client is the site at that address."""
    file = place / "accounts.json"
    file.write_text("{}")
    process = subprocess.Popen(
        ["node", _SCRIPT, file, site_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdin
    issuer = process.stdout.readline().strip()
    assert issuer, "The provider did not start."
    try:
        yield RealProvider(issuer, file)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
