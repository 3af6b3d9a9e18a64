"""Addresses of clients, in one form, and the networks that one client has."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# A customer of an IPv6 provider usually gets a whole /64 network, with 2^64 addresses.
_IPV6_NETWORK_BITS = 64
# Behind these 96 bits an IPv6 network puts the IPv4 address of a client (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")


def address_in(text: str) -> str:
    """The address in its shortest form, of IPv4 inside IPv6 the inner one; "" if it is none."""
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(_inner(parsed))


def network_of(text: str) -> str:
    """The address; of IPv6 its network, because one client has a whole network.

    What is no address stands for itself.
    """
    address = address_in(text)
    if ":" not in address:
        return address or text
    return str(ip_network(f"{address}/{_IPV6_NETWORK_BITS}", strict=False))


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return getattr(address, "ipv4_mapped", None) or address
