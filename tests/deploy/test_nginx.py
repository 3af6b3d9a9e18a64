"""The configuration of `deploy/nginx/` in a real nginx."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.bench.nginx import FILES, nginx_before, program, write_files
from tests.bench.site import free_port

pytestmark = pytest.mark.skipif(program() is None, reason="There is no nginx; install nginx-light.")


class Answering(BaseHTTPRequestHandler):
    """Answers each request with the address that it has of its client."""

    def do_GET(self) -> None:
        body = self.headers["X-Forwarded-For"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_message: object) -> None:
        pass


@pytest.fixture
def process() -> Iterator[str]:
    """The address of what stands for a process of the site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("processes", ["processes.conf"])
def test_nginx_takes_the_configuration_without_a_warning(tmp_path: Path, processes: str) -> None:
    write_files(tmp_path, (FILES / processes).read_text(), free_port(), tls=True)
    _certificate(tmp_path)
    tried = subprocess.run(
        [program() or "", "-t", "-c", tmp_path / "nginx.conf"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stderr
    assert "test is successful" in tried.stderr
    assert _warnings(tried.stderr) == []


def _warnings(text: str) -> list[str]:
    # The bound of open files is that of the machine on which the tests run.
    lines = [line for line in text.splitlines() if "[warn]" in line or "[emerg]" in line]
    return [line for line in lines if "open file resource limit" not in line]


def _certificate(place: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-keyout", place / "key.pem", "-out", place / "certificate.pem"],
        capture_output=True, check=True,
    )  # fmt: skip


def test_a_process_that_is_down_is_passed_over(process: str) -> None:
    down = f"http://127.0.0.1:{free_port()}"
    with nginx_before(down, process, down) as address, _client() as client:
        assert [client.get(address).text for _ in range(6)] == ["127.0.0.1"] * 6


def test_the_figures_of_the_site_are_not_for_everybody(process: str) -> None:
    with nginx_before(process) as address, _client() as client:
        assert client.get(f"{address}/metrics").status_code == 404


def test_a_flood_of_sign_ins_is_cut_and_other_pages_are_not(process: str) -> None:
    with nginx_before(process) as address, _client() as client:
        pages = [client.get(f"{address}/accounts/login/").status_code for _ in range(200)]
        others = [client.get(f"{address}/").status_code for _ in range(200)]
    assert set(pages) == {200, 429}
    assert pages.index(429) >= 100
    assert set(others) == {200}


@pytest.mark.parametrize(
    "path",
    [
        "/s/TOKEN-of-a-link/conversation.md",
        "/setup/TOKEN-of-a-link/",
        "/invite/TOKEN-of-a-link/",
        "/accounts/password/reset/key/1-TOKEN-of-a-link/",
        "/accounts/confirm-email/TOKEN-of-a-link/",
        "/accounts/oidc/callback/?code=TOKEN-of-a-link",
    ],
)
def test_the_log_has_no_token(tmp_path: Path, process: str, path: str) -> None:
    log = tmp_path / "access.log"
    with nginx_before(process, log=log) as address, _client() as client:
        # A request of one connection is logged before the next one is read.
        for each in ("/c/some-conversation/", path, "/"):
            client.get(f"{address}{each}")
        logged = log.read_text()
    assert '"GET /c/some-conversation/" 200' in logged
    assert logged.count(" 200 ") >= 2
    assert "TOKEN" not in logged


def _client() -> httpx.Client:
    # One for many requests: the default would read the certificates of the system each time.
    return httpx.Client(verify=ssl.create_default_context(), trust_env=False)
