"""What a supervisor and a load balancer ask."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

_draining = False


def begin_draining() -> None:
    """From now on `readyz` answers 503: this process takes no new traffic."""
    global _draining  # noqa: PLW0603 - a fact about the whole process
    _draining = True


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve a page: the database answers and no shutdown has begun."""
    if _draining:
        return HttpResponse("draining\n", content_type="text/plain", status=503)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
