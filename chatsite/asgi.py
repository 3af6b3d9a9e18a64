"""The ASGI application: static files, pages and the one websocket."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
# Sets Django up; imports of models must come after it.
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from chatsite.body_limits import BodyLimits  # noqa: E402
from chatsite.content_type import PlainContentType  # noqa: E402
from chatsite.health import HealthChecks  # noqa: E402
from chatsite.large_replies import FewAtOnce  # noqa: E402
from chatsite.metrics_page import MetricsPage  # noqa: E402
from chatsite.peer import TrustedPeer  # noqa: E402
from chatsite.plain_http import TlsOnly  # noqa: E402
from chatsite.request_ids import RequestIds  # noqa: E402
from chatsite.security_headers import SecurityHeaders, TransportHeaders  # noqa: E402
from chatsite.shared_pages import SharedPages  # noqa: E402
from chatsite.static import StaticFiles  # noqa: E402
from chatsite.websocket_origin import SameOrigin  # noqa: E402
from chatsite.websocket_user import SessionUser  # noqa: E402
from conversations.socket.routing import websocket_urlpatterns  # noqa: E402

pages = TlsOnly(PlainContentType(BodyLimits(SharedPages(FewAtOnce(django_application)))))
everything = HealthChecks(MetricsPage(RequestIds(pages)))
sockets = TlsOnly(SameOrigin(SessionUser(URLRouter(websocket_urlpatterns))))
application = TrustedPeer(
    ProtocolTypeRouter(
        {
            "http": TransportHeaders(StaticFiles(SecurityHeaders(everything))),
            "websocket": RequestIds(sockets),
        }
    )
)
