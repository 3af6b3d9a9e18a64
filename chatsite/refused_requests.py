"""The lines of the log about requests that were refused."""

import logging


class WithoutTraceback(logging.Filter):
    """Leaves the traceback out of a line about a request that was refused.

    Django logs one for each request without a permission, each form that is none and each host that
    is not the site's. Anybody can send these, and they are no fault of the site's.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass on each line."""
        is_refused = getattr(record, "status_code", 500) < 500
        if record.name.startswith("django.security") or is_refused:
            record.exc_info = record.exc_text = None
        return True
