"""The most connections that the site accepts: in all, and from one address."""

import ipaddress
import logging
import os
import resource
import socket
import time
from collections import Counter
from typing import Any

from django.conf import settings
from twisted.internet import tcp
from twisted.internet.error import ConnectionLost

from chatsite import metrics
from chatsite.open_files import WANTED

logger = logging.getLogger(__name__)

# An answer that is read holds one connection to the browser and one to the provider, so that half
# of the files are for what comes in. The rest is for providers, the database and files.
SHARE_OF_FILES = 2
# Hundreds of people may share one address, with several tabs each; one client may not take it all.
SHARE_OF_ONE_ADDRESS = 8
# For health checks of the machine itself when the site is full.
SPARE_FOR_LOOPBACK = 16
# One line in the log for this long.
LOG_SECONDS = 60
# One customer of a provider has all addresses of such a network (RFC 6177).
_IPV6_NETWORK_BITS = 64


class ConnectionBounds:
    """Counts open connections by the client's network, and says if there is room for one more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_each = max(1, most // SHARE_OF_ONE_ADDRESS)
        self._open: Counter[str] = Counter()
        self._all = 0
        self._logged_at = -float(LOG_SECONDS)

    def show(self) -> None:
        """Have the metrics show these counts, as those of the server."""
        metrics.CONNECTIONS.read_from(lambda: self._all)
        metrics.MOST_CONNECTIONS.read_from(lambda: self._most)

    def admits(self, host: str) -> bool:
        """True if there is room for a connection from that address; logs if there is none."""
        spare = SPARE_FOR_LOOPBACK if ipaddress.ip_address(host).is_loopback else 0
        # All connections of a proxy are from its own address.
        most_each = self._most if settings.TRUSTED_PROXIES else self._most_each
        is_full = self._all >= self._most + spare
        is_greedy = self._open[network_of(host)] >= most_each + spare
        if is_full or is_greedy:
            self._log(f"{self._all} in all" if is_full else f"{most_each} from {host}")
        return not (is_full or is_greedy)

    def opened(self, host: str) -> None:
        """A connection was accepted."""
        self._all += 1
        self._open[network_of(host)] += 1

    def closed(self, host: str) -> None:
        """A connection is closed, as a websocket too."""
        self._all -= 1
        network = network_of(host)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]

    def _log(self, number: str) -> None:
        if time.monotonic() - self._logged_at >= LOG_SECONDS:
            self._logged_at = time.monotonic()
            logger.warning("New connections are refused: there are already %s.", number)


def bounds() -> ConnectionBounds:
    """The bounds that leave the process enough files."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        files = WANTED[0]
    return ConnectionBounds(min(files, WANTED[0]) // SHARE_OF_FILES)


def network_of(host: str) -> str:
    """The address, or the network that one client has where it has many addresses."""
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK_BITS), strict=False))


class CountedTransport(tcp.Server):
    """A connection that is counted until its socket is closed, whatever protocol it speaks, and
    that notices a reset by its client."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._bounds: ConnectionBounds = self.protocol.factory.bounds
        self._host = str(self.hostname)
        self._bounds.opened(self._host)

    def doRead(self) -> Any:
        """Read what has arrived; gives the error that ends the connection, if there is one.

        uvloop says only once that something has come, and never again, if a client has sent its
        last bytes and reset the connection before they were read.
        """
        ending = super().doRead()
        if ending is None and self.connected:
            error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            return ConnectionLost(os.strerror(error)) if error else None
        return ending

    def connectionLost(self, reason: Any) -> None:
        """The socket is closed."""
        self._bounds.closed(self._host)
        super().connectionLost(reason)
