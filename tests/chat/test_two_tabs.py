"""Two tabs on one conversation: what each has been told adds up to what a fresh page shows.

Here the site is asked for what it tells; the page's own modules, in Node, make a page of it.
"""

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from conversations.chat import library, state, tree, turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle, log
from conversations.models import Conversation, Generation, LoggedEvent, Message
from conversations.refusal import Refused
from conversations.transcript import Delta, Finished, encode
from tests.people import People, make_model
from tests.test_javascript import ROOT, node

# Sequences share their beginnings: each is followed by so many others, up to a length. With those
# on the way, 3 + 9 + 27 + 81 + 243 + 729 are 1,092.
BRANCHES = 3
ACTIONS = 6


class Tab:
    """What a tab is sent, as text; what it makes of it is the page's own code to say."""

    def __init__(self, version: int, cursors: dict[str, int], frames: tuple[str, ...]) -> None:
        self.version = version
        self.cursors = cursors
        self.frames = frames

    @classmethod
    def loaded(cls, shown: dict[str, Any]) -> "Tab":
        """A tab that shows this state and has been told nothing yet."""
        tab = cls(shown["conversation"]["version"], {}, ())
        tab._follow_those_of(shown["messages"])
        return tab

    def copy(self) -> "Tab":
        """The same tab, for another continuation."""
        return Tab(self.version, dict(self.cursors), self.frames)

    def look(self, changes: dict[str, Any], *, late: bool) -> None:
        """Be told what changed. A ``late`` frame comes before the one that it should follow."""
        self.version = changes["conversation"]["version"]
        self._follow_those_of(changes["messages"])
        place = len(self.frames) - late if _is_change(self.frames[-1:]) else len(self.frames)
        told = _frame("conversation.changed", changes)
        self.frames = (*self.frames[:place], told, *self.frames[place:])

    def read(self) -> None:
        """Be sent the events that the generations on the page have written since."""
        for generation_id, cursor in list(self.cursors.items()):
            payloads = log.read_after(UUID(generation_id), cursor).payloads
            if not payloads:
                continue
            seq = self.cursors[generation_id] = cursor + len(payloads)
            events = [json.loads(each) for each in payloads]
            sent = {"generation_id": generation_id, "seq": seq, "events": events}
            self.frames = (*self.frames, _frame("generation.events", sent))
            if events[-1]["type"] == "finished":
                del self.cursors[generation_id]

    def _follow_those_of(self, messages: list[dict[str, Any]]) -> None:
        for generation in filter(None, (each["generation"] for each in messages)):
            if generation["status"] == "running":
                self.cursors.setdefault(generation["id"], generation["seq"])


def _frame(kind: str, fields: dict[str, Any]) -> str:
    return json.dumps({"type": kind, **fields})


def _is_change(frames: tuple[str, ...]) -> bool:
    return any(frame.startswith('{"type": "conversation.changed"') for frame in frames)


class Play:
    """A sequence of actions by one person in two tabs."""

    def __init__(self, conversation: Conversation, tabs: list[Tab], done: str = "") -> None:
        self.done = done
        self.choose = random.Random(done)
        self.user = conversation.user
        self.conversation = conversation
        self.tabs = tabs

    def goes_on(self, number: int | str) -> "Play":
        """The same up to here, for another continuation."""
        tabs = [tab.copy() for tab in self.tabs]
        return Play(self.conversation, tabs, f"{self.done}{number}")

    def act(self) -> None:
        """Do something in one tab; each tab may be told of it now, or later."""
        actor = self.choose.choice(self.tabs)
        deed: Callable[[Tab], object] = self.choose.choice(_DEEDS)
        try:
            with transaction.atomic():
                deed(self, actor)
        except Refused:
            pass  # What the site refuses changes nothing, which the end of the play shows.
        for tab in self.tabs:
            if self.choose.random() < 0.3:
                self._tell(tab.version, tab)
                tab.read()

    def end(self) -> str:
        """Both tabs are told all that they lack. Gives them, and a page that is loaded now."""
        self._tell(min(tab.version for tab in self.tabs), *self.tabs)
        for tab in self.tabs:
            tab.read()
        afresh = state.changes(self._fresh(), 0)
        afresh["conversations"] = state.listed(self.user)
        tabs = ", ".join(f"[{', '.join(tab.frames)}]" for tab in self.tabs)
        return f'{{"done": "{self.done}", "afresh": {json.dumps(afresh)}, "tabs": [{tabs}]}}'

    def send(self, tab: Tab) -> None:
        """Send a message, to one model or to two, for one answer or for two."""
        compared = self.choose.choice([(), (), ("second",)])
        parameters = self.choose.choice([{}, {"n": 2}])
        parent = self._any(role="assistant")
        sending = NewMessage(
            self.conversation.pk,
            parent.pk if parent else None,
            "And?",
            "first",
            parameters,
            compared=compared,
        )
        self._started(tab, self._turn(turns.send, sending))

    def regenerate(self, tab: Tab) -> None:
        """Ask for another answer."""
        if answer := self._any(role="assistant"):
            self._started(tab, self._turn(turns.regenerate, answer.pk, None))

    def go_on(self, tab: Tab) -> None:
        """Have an answer continued."""
        if answer := self._any(role="assistant", generation__status="stopped"):
            self._started(tab, self._turn(turns.continue_answer, answer.pk))

    def write(self, _tab: Tab) -> None:
        """An answer gets longer."""
        if generation := self._running():
            seq = LoggedEvent.objects.filter(generation=generation).count() + 1
            choice = self.choose.randrange(generation.messages.count())
            delta = Delta(choice=choice, at_ms=seq, content=f"{seq} ")
            LoggedEvent.objects.create(generation=generation, seq=seq, payload=encode(delta))

    def finish(self, _tab: Tab) -> None:
        """An answer ends."""
        if generation := self._running():
            cause = self.choose.choice(["completed", "stopped"])
            lifecycle.finish(generation.pk, generation.epoch, Finished(cause=cause))

    def delete(self, _tab: Tab) -> None:
        """Delete a message."""
        if message := self._any(deleted_at=None):
            tree.delete_message(self.user, message.pk)

    def restore(self, _tab: Tab) -> None:
        """Undo that."""
        if message := self._any(deleted_at__isnull=False):
            tree.restore_message(self.user, message.pk)

    def show(self, _tab: Tab) -> None:
        """Go to another branch."""
        if message := self._any(deleted_at=None):
            tree.show(self.user, self.conversation.pk, message.pk)

    def configure(self, _tab: Tab) -> None:
        """Set a parameter and the system message."""
        wanted = ({"temperature": self.choose.randrange(20) / 10}, "You like tea.", "first")
        tree.configure(self.user, self.conversation.pk, *wanted)

    def rename(self, _tab: Tab) -> None:
        """Give another title."""
        tree.rename(self.user, self.conversation.pk, f"Tea {self.choose.randrange(99)}")

    def rate(self, _tab: Tab) -> None:
        """Put a thumb on an answer."""
        if answer := self._any(role="assistant"):
            library.rate(self.user, answer.pk, self.choose.choice([1, -1, 0]), "")

    def _started(self, tab: Tab, turn: Turn) -> None:
        self._tell(min(turn.since, tab.version), tab)

    def _tell(self, since: int, *tabs: Tab) -> None:
        conversation = self._fresh()
        if conversation.version == since:
            return
        changes = state.changes(conversation, since)
        for tab in tabs:
            tab.look(changes, late=self.choose.random() < 0.3)

    def _turn(self, create: Callable[..., Turn], *wanted: object) -> Turn:
        return create(self.user, uuid4(), *wanted)

    def _fresh(self) -> Conversation:
        return Conversation.objects.get(pk=self.conversation.pk)

    def _any(self, **which: object) -> Message | None:
        found = list(self.conversation.messages.filter(**which))
        return self.choose.choice(found) if found else None

    def _running(self) -> Generation | None:
        found = list(self.conversation.generations.running())
        return self.choose.choice(found) if found else None


_DEEDS = (
    Play.send,
    Play.regenerate,
    Play.go_on,
    Play.write,
    Play.write,
    Play.finish,
    Play.finish,
    Play.delete,
    Play.restore,
    Play.show,
    Play.configure,
    Play.rename,
    Play.rate,
)


@pytest.fixture
def conversation(people: People) -> Conversation:
    """One with an answer that was stopped, and another that is being written; two models."""
    make_model("first")
    make_model("second")
    sending = NewMessage(None, None, "Tea?", "first", {})
    turn = turns.send(people.alice, uuid4(), sending)
    lifecycle.finish(turn.generation.pk, turn.generation.epoch, Finished(cause="stopped"))
    turns.regenerate(people.alice, uuid4(), turn.generation.messages.get().pk, None)
    return turn.conversation


@pytest.mark.long
def test_whatever_is_done_in_two_tabs_each_ends_with_what_a_fresh_page_shows(
    conversation: Conversation,
) -> None:
    program = node()
    if program is None:
        pytest.skip("There is no node; `make test` installs it.")
    conversation.refresh_from_db()
    loaded = state.page_state(conversation.user, conversation)
    tabs = [Tab.loaded(loaded), Tab.loaded(loaded)]
    plays = [json.dumps(loaded), *played(Play(conversation, tabs))]
    run = subprocess.run(
        [program, "tests/js/two_tabs.js"],
        cwd=ROOT, input="\n".join(plays), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout == f"{len(plays) - 1} sequences\n"
    assert len(plays) > BRANCHES**ACTIONS


def played(play: Play) -> Iterator[str]:
    """Play on in each of the ways there are; after each action, and all before, there is an end."""
    if len(play.done) == ACTIONS:
        return
    for number in range(BRANCHES):
        with transaction.atomic():
            further = play.goes_on(number)
            further.act()
            yield further.goes_on("").end()
            yield from played(further)
            # The next one begins where this one began.
            transaction.set_rollback(True)
