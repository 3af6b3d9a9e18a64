"""The number of files and connections that the process may have open at once."""

import logging
import resource

logger = logging.getLogger(__name__)

# The soft limit is often 1,024 for the sake of programs that use `select`, and this one does not.
# Of these the first that the system grants; macOS refuses more than its own maximum.
WANTED = (65_536, 10_240, 4_096)
FEW = 4_096


def raise_limit() -> None:
    """Raise the soft limit of open files as far as the hard limit allows, and log if it is low.

    An answer that is read on a page holds two connections: to the browser and to the provider.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in WANTED:
        if _may_have(soft, wanted) or _set(wanted if _may_have(hard, wanted) else hard, hard):
            break
    granted = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if not _may_have(granted, FEW):
        logger.warning(
            "This process may have %d files open, enough for about %d answers at once. Raise the "
            "limit (`ulimit -n 65536`, LimitNOFILE= of systemd).",
            granted,
            granted // 2,
        )


def _may_have(limit: int, number: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= number


def _set(soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (OSError, ValueError):
        return False
    return True
