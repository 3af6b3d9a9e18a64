"""An API client of the live site: Alice's key, a scripted upstream, the official package."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, Generation, LanguageModel, LedgerEntry, User
from tests.live import LiveSite
from tests.people import make_model, make_people
from tests.upstreams.scripted import ScriptedUpstream, scripted_thread

SECONDS = 20
# Otherwise each request would read the machine's certificates, although nothing is encrypted.
CERTIFICATES = ssl.create_default_context()


@dataclass
class Gateway:
    """The gateway as an API client sees it."""

    site: str
    alice: User
    key: ApiKey
    secret: str
    upstream: ScriptedUpstream
    openai: openai.OpenAI

    @property
    def url(self) -> str:
        """The base address for clients."""
        return f"{self.site}/v1"

    def model(self, script: str, **fields: Any) -> LanguageModel:
        """A model whose upstream plays the script, with these fields."""
        dialect = fields.pop("dialect", "generic")
        model = LanguageModel.objects.filter(name=script).first() or make_model(
            script, base_url=self.upstream.address, dialect=dialect
        )
        for name, value in fields.items():
            setattr(model, name, value)
        model.save()
        return model

    def ask(self, script: str, words: str = "tokens=3", **asked: Any) -> Any:
        """Ask a model that plays the script, with the official package."""
        self.model(script)
        said = [{"role": "user", "content": words}]
        return self.openai.chat.completions.create(**{"model": script, "messages": said, **asked})

    def post(self, body: Any = None, **more: Any) -> httpx.Response:
        """Ask without the package; ``body`` is JSON, ``content`` any other body."""
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        address = f"{self.url}/chat/completions"
        return httpx.post(
            address, json=body, headers=headers, verify=CERTIFICATES, **{"timeout": SECONDS, **more}
        )

    def body(self, script: str = "good", words: str = "tokens=3", **fields: Any) -> dict[str, Any]:
        """The body of a request to a model that plays the script."""
        self.model(script)
        return {"model": script, "messages": [{"role": "user", "content": words}], **fields}

    def settled(self, count: int = 1) -> list[LedgerEntry]:
        """The ledger, once ``count`` generations have ended and none runs."""
        entries = until(lambda: list(LedgerEntry.objects.order_by("settled_at")), count)
        assert not Generation.objects.running().exists()
        return entries


def until(look: Callable[[], list[Any]], count: int) -> list[Any]:
    """The ``count`` items that ``look`` finds: the server writes some after its reply."""
    import threading
    import time

    ends = time.monotonic() + SECONDS
    pause = threading.Event()
    while len(found := look()) < count and time.monotonic() < ends:
        pause.wait(0.02)
    assert len(found) == count
    return found


@pytest.fixture
def gateway(live_site: LiveSite) -> Iterator[Gateway]:
    """The gateway of the live site with Alice's key, and a scripted upstream behind it."""
    alice = make_people().alice
    key, secret = api_keys.create(alice, KeyChoices("nightly"))
    address = f"{live_site}/v1"
    with (
        scripted_thread() as upstream,
        openai.DefaultHttpxClient(verify=CERTIFICATES) as http,
        openai.OpenAI(
            base_url=address, api_key=secret, max_retries=0, timeout=SECONDS, http_client=http
        ) as client,
    ):
        yield Gateway(str(live_site), alice, key, secret, upstream, client)
