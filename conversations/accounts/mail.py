"""Mail of accounts, sent by threads of its own: no page waits for it, or fails with it.

How long an answer takes would otherwise tell who has an account.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec

from django.db import close_old_connections

P = ParamSpec("P")
logger = logging.getLogger(__name__)

# More would only wait for the mail server.
_pool: Executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def send_later(send: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call ``send`` on another thread. A failure is in the log and nowhere else."""
    context = copy_context()
    _pool.submit(context.run, _sent, lambda: send(*args, **kwargs))


def _sent(send: Callable[[], object]) -> None:
    close_old_connections()
    try:
        send()
    except OSError as error:
        # Those of smtplib are OSErrors too. Each way to fail is one line in a while.
        logger.error(  # noqa: TRY400 - the traceback says nothing more
            "A mail could not be sent. Its server, which EMAIL_URL names, does not take it: %s",
            error,
            extra={"once": f"mail {error}"},
        )
    except Exception:
        logger.exception("A mail could not be sent.")
    finally:
        close_old_connections()
