"""A provider that says what a test tells it to: wrong tokens, wrong claims, no answer at all."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class BentProvider:
    """A provider; ``claims`` are those of its next ID token, and ``answers`` replace its pages."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.nonce = ""
        self.claims: dict[str, Any] = {}
        self.headers: dict[str, Any] = {"kid": "1"}
        self.key: Any = KEY
        self.algorithm = "RS256"
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[str] = []

    def answer(self, path: str) -> tuple[int, Any]:
        """The status and the JSON of the page at that path."""
        self.asked.append(path)
        return self.answers.get(path) or (200, self._usual(path))

    def id_token(self) -> str:
        """A token as the test wants it; a claim of None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.issuer, "aud": "parley", "sub": "erin", "nonce": self.nonce,
            "iat": now, "exp": now + 300,
        }  # fmt: skip
        claims = {name: each for name, each in {**usual, **self.claims}.items() if each is not None}
        return jwt.encode(claims, self.key, self.algorithm, self.headers)

    def _usual(self, path: str) -> Any:
        if path == "/token":
            return {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token()}
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/end",
            },
            "/keys": {"keys": [_public(KEY)]},
            "/userinfo": {"sub": self.claims.get("sub", "erin")},
        }[path]


def _public(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    described = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**described, "kid": "1", "use": "sig", "alg": "RS256"}


@contextmanager
def bent_provider() -> Iterator[BentProvider]:
    """A running provider, as straight as any until a test bends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = provider.answer(self.path)
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = BentProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
