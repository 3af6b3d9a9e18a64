"""How often something may go wrong before it is not tried any more."""

import hashlib
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.core.cache import cache

# Whoever has one address of IPv6 usually has all 2^64 beside it.
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Allowance:
    """``most`` failures for each key in ``seconds``, which begin with the first of them.

    Counted in the cache: by all processes together where they share one.
    """

    name: str
    most: int
    seconds: int

    def is_spent(self, *key: str) -> bool:
        """Whether nothing is left."""
        return int(cache.get(self._key(key), 0)) >= self.most

    def spend(self, *key: str) -> bool:
        """Use one, and give whether there was one left; of those that try at once, so many."""
        name = self._key(key)
        cache.add(name, 0, self.seconds)
        try:
            return cache.incr(name) <= self.most
        except ValueError:  # It ran out between the two.
            return True

    def renew(self, *key: str) -> None:
        """Forget the failures."""
        cache.delete(self._key(key))

    def _key(self, key: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\n".join(key).encode()).hexdigest()
        return f"allowance:{self.name}:{digest}"


def network_of(address: str) -> str:
    """The address, or its network where one person has a whole network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4 or parsed.ipv4_mapped:
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return str(ip_network(f"{parsed}/{_IPV6_NETWORK_BITS}", strict=False))
