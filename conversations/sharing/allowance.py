"""Allowances: a number of failed attempts in a time, for each key."""

import hashlib
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.core.cache import cache

# A customer of an IPv6 provider usually gets a whole /64 network, with 2^64 addresses.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Allowance:
    """``most`` failures for each key within ``seconds`` of the first of them.

    Counted in the cache: by all processes together where they share one.
    """

    name: str
    most: int
    seconds: int

    def is_spent(self, *key: str) -> bool:
        """True if no attempt is left."""
        return int(cache.get(self._key(key), 0)) >= self.most

    def spend(self, *key: str) -> bool:
        """Use one attempt; True if one was left. Concurrent callers are all counted."""
        name = self._key(key)
        cache.add(name, 0, self.seconds)
        try:
            return cache.incr(name) <= self.most
        except ValueError:  # The key expired between the two calls.
            return True

    def renew(self, *key: str) -> None:
        """Clear the failures of the key."""
        cache.delete(self._key(key))

    def _key(self, key: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\n".join(key).encode()).hexdigest()
        return f"allowance:{self.name}:{digest}"


def network_of(address: str) -> str:
    """The address; for IPv6 its network, because one client has a whole network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4 or parsed.ipv4_mapped:
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return str(ip_network(f"{parsed}/{_IPV6_NETWORK_BITS}", strict=False))
