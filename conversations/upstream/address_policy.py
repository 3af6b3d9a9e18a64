"""Decides which network addresses may be connected to.

A host name may resolve to any address, and to another one the next time (DNS rebinding). So the
policy checks numeric addresses, immediately before the connection is made; only the names of
cloud metadata services are refused as names.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import msgspec

Address = IPv4Address | IPv6Address

# 100.64.0.0/10 is shared address space (RFC 6598), which overlay networks give to their hosts.
_PRIVATE = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)
# Services that give a machine's credentials to any process on it, and are not link-local:
# Alibaba, Oracle, Azure, AWS, Google and Scaleway.
_METADATA_ADDRESSES = frozenset(
    ip_address(address)
    for address in (
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:42::42",
    )
)
_METADATA_NAMES = frozenset(
    {
        "instance-data",
        "instance-data.ec2.internal",
        "metadata",
        "metadata.azure.internal",
        "metadata.goog",
        "metadata.google.internal",
        "metadata.oraclecloud.com",
        "metadata.tencentyun.com",
    }
)
_NAT64 = ip_network("64:ff9b::/96")


class AddressPolicy(msgspec.Struct, frozen=True):
    """Allows public addresses, and private ones if ``private`` is True.

    Private are loopback, RFC 1918, RFC 4193 and RFC 6598. Never allowed: link-local, multicast,
    unspecified, reserved and metadata addresses, whatever form they are written in.
    """

    private: bool = True

    def allows_name(self, name: str) -> bool:
        """Return whether a name may be resolved."""
        return name.rstrip(".").lower() not in _METADATA_NAMES

    def allows_host(self, host: str) -> bool:
        """Return whether a host may be used, as far as is known without resolving it."""
        try:
            ip_address(host.partition("%")[0])
        except ValueError:
            return self.allows_name(host)
        return self.allows(host)

    def allows(self, address: str) -> bool:
        """Return whether a numeric address, as ``getaddrinfo`` gives it, may be connected to."""
        try:
            return self._allows(ip_address(address.partition("%")[0]))
        except ValueError:
            return False

    def _allows(self, address: Address) -> bool:
        if address in _METADATA_ADDRESSES:
            return False
        if isinstance(address, IPv6Address) and (inner := _embedded(address)):
            return self._allows(inner)
        if any(address in network for network in _PRIVATE):
            return self.private
        return _is_public(address)


def _is_public(address: Address) -> bool:
    # ``is_global`` alone counts multicast, IPv4-compatible and site-local addresses as public.
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address inside a mapped, 6to4 or NAT64 address."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
