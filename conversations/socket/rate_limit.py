"""Token buckets: a rate with a burst, for one websocket or for each user or address."""

import time
from collections import OrderedDict


class TokenBucket:
    """Allows ``rate`` a second, and ``burst`` of them at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._seen = time.monotonic()

    def take(self, number: int = 1) -> bool:
        """Use so many tokens; False, and none is used, if fewer are left."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < number:
            return False
        self._left -= number
        return True


class TokenBuckets:
    """A bucket for each key, at most ``most`` of them: the one used longest ago is forgotten.

    In memory: they protect this process from too much work. What protects accounts and links is
    counted where it lasts.
    """

    def __init__(self, rate: float, burst: int, most: int = 10_000) -> None:
        self._limits = rate, burst
        self._most = most
        self._buckets: OrderedDict[object, TokenBucket] = OrderedDict()

    def take(self, key: object) -> bool:
        """Use a token of the key; False if none is left."""
        bucket = self._buckets.pop(key, None) or TokenBucket(*self._limits)
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket.take()
