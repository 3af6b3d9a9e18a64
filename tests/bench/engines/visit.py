"""A person's visit to the site: what they press, and what they wait to see."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.engines.engine import Engine
from tests.bench.site import PASSWORD
from tests.upstreams.scripted import ScriptedUpstream

# Takes the site away while a function runs.
Restart = Callable[[Callable[[], None]], None]
PATIENCE_SECONDS = 20
_PLACE = "return JSON.stringify(arguments[0].getBoundingClientRect())"
ASK_AGAIN_SECONDS = 0.05
# The last message of the log.
LAST = "[...document.querySelectorAll('[role=log] article')].at(-1)"
SCROLLER = "document.getElementById('log-scroller')"
FROM_END = f"({SCROLLER}.scrollHeight - {SCROLLER}.clientHeight - {SCROLLER}.scrollTop)"
# What is higher or wider than the window makes a second scroll bar.
_OVERFLOW = """
const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
return [scrollHeight - clientHeight, scrollWidth - clientWidth, innerWidth - clientWidth];
"""


class Failure(Exception):
    """Something that the page should show, and does not."""


@dataclass
class Visit:
    """One browser at one site."""

    engine: Engine
    url: str
    upstream: ScriptedUpstream
    restart: Restart
    _gate: int = 0

    def wait(self, expression: str, *given: Any) -> None:
        """Wait until an expression is true in the page; it sees what is given as ``given``.

        One that fails is not true yet: an element that it reads may not be there.
        """
        script = (
            "const given = arguments;"
            f"try {{ return Boolean({expression}); }} catch {{ return false; }}"
        )
        self.until(lambda: self.engine.run(script, *given), f"{expression} {given or ''}")

    def until(self, is_so: Callable[[], Any], wanted: str) -> Any:
        """Wait until something is found; raises Failure with its description."""
        last = time.monotonic() + PATIENCE_SECONDS
        while not (found := is_so()):
            if time.monotonic() > last:
                raise Failure(f"not seen: {wanted}")
            time.sleep(ASK_AGAIN_SECONDS)
        return found

    def see(self, kind: str, name: str = "", place: int = 0) -> Any:
        """The element of a kind and name, once it is shown."""
        return self.until(lambda: self.engine.find(kind, name, place), f"{kind} {name!r}")

    def _is_still(self, element: Any) -> bool:
        """True if it has come to its place: a person looks where a menu is before they press."""
        place = self.engine.run(_PLACE, element)
        time.sleep(ASK_AGAIN_SECONDS)
        return bool(place == self.engine.run(_PLACE, element))

    def press(self, name: str, kind: str = "button", place: int = 0) -> None:
        """Click on the element of that name, once it is shown and enabled."""
        element = self.see(kind, name, place)
        self.wait("!given[0].disabled", element)
        self.until(lambda: self._is_still(element), f"{kind} {name!r} that stays in its place")
        self.engine.click(element)

    def write(self, name: str, text: str) -> None:
        """Click into a text box and type."""
        self.press(name, "box")
        self.engine.type(text)

    def check(self, expression: str, *given: Any) -> None:
        """Raise Failure unless an expression is true now."""
        if not self.engine.run(f"const given = arguments; return Boolean({expression});", *given):
            raise Failure(f"not so: {expression} {given or ''}")

    # On the page of a conversation

    def sign_in(self, name: str) -> None:
        """Sign in as an account of the site."""
        self.engine.open(self.url)
        self.write("Username or email", name)
        self.write("Password", PASSWORD)
        self.press("Sign in")
        self.see("box", "Message")

    def send(self, text: str) -> None:
        """Write a message and send it."""
        self.write("Message", text)
        self.press("Send")

    def converse(self, text: str) -> None:
        """Send a message and wait for the end of its answer."""
        self.send(text)
        self.ended()

    def begin(self, tokens: int = 20, shown: int = 3) -> None:
        """Start an answer that pauses after its first tokens until the gate is opened."""
        self._gate += 1
        self.send(f"Please, tokens={tokens} gate=g{self._gate}")
        self.let_on(shown)
        self.wait(f"{LAST}.textContent.includes(given[0])", f":{shown - 1:04d}")

    def let_on(self, tokens: int = 20) -> None:
        """Open the gate of the answer that was begun last."""
        self.upstream.open(f"g{self._gate}", tokens)

    def ended(self, status: str = "Answer finished") -> None:
        """Wait until the answer has ended with this status."""
        self.wait(
            "[...document.querySelectorAll('[role=status]')]"
            ".some((each) => each.textContent.includes(given[0]))",
            status,
        )
        self.wait(f"{LAST}.getAttribute('aria-busy') === 'false'")

    def shows_tokens(self, number: int) -> None:
        """Wait until the last answer shows this many tokens, each once and in their order."""
        shown = f"[...{LAST}.textContent.matchAll(/gen:\\d+:(\\d+)/g)].map(([, n]) => Number(n))"
        self.wait(f"{shown}.join() === [...Array(given[0]).keys()].join()", number)

    def fits(self) -> None:
        """The page is exactly as large as the window, without a scroll bar of its own."""
        if any(overflow := self.engine.run(_OVERFLOW)):
            raise Failure(f"the page is larger than the window by {overflow}")

    def leave(self) -> None:
        """Open a new conversation."""
        self.press("New conversation", "button, a[href]")
        self.wait("document.querySelectorAll('[role=log] article').length === 0")
