"""Two tabs on one conversation: the frames sent to each add up to the state of a fresh page.

Python collects the frames; the page's own modules, run by Node, fold them into the state.
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

# Each sequence is continued in BRANCHES ways, up to LENGTH actions. All of them, the shorter ones
# too, are 3 + 9 + 27 + 81 + 243 + 729 = 1,092 sequences.
BRANCHES = 3
LENGTH = 6


class Tab:
    """The frames that one tab is sent, as text."""

    def __init__(self, version: int, cursors: dict[str, int], frames: tuple[str, ...]) -> None:
        self.version = version
        self.cursors = cursors
        self.frames = frames

    @classmethod
    def loaded(cls, shown: dict[str, Any]) -> "Tab":
        """A tab that shows this state and has received no frame."""
        tab = cls(shown["conversation"]["version"], {}, ())
        tab._follow_those_of(shown["messages"])
        return tab

    def copy(self) -> "Tab":
        """The same tab, for another continuation."""
        return Tab(self.version, dict(self.cursors), self.frames)

    def receive_changes(self, changes: dict[str, Any], *, late: bool) -> None:
        """Receive changes. A ``late`` frame comes before the one that it should follow."""
        self.version = changes["conversation"]["version"]
        self._follow_those_of(changes["messages"])
        place = len(self.frames) - late if _is_change(self.frames[-1:]) else len(self.frames)
        frame = _frame("conversation.changed", changes)
        self.frames = (*self.frames[:place], frame, *self.frames[place:])

    def receive_events(self) -> None:
        """Receive the new events of the generations that the page shows."""
        for generation_id, cursor in list(self.cursors.items()):
            asked = log.Cursor(UUID(generation_id), cursor)
            payloads = log.read_after([asked])[asked].payloads
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
    """A sequence of actions by one user in two tabs."""

    def __init__(self, conversation: Conversation, tabs: list[Tab], done: str = "") -> None:
        self.done = done
        self.choose = random.Random(done)
        self.user = conversation.user
        self.conversation = conversation
        self.tabs = tabs

    def continued(self, number: int | str) -> "Play":
        """A copy of the sequence so far, for another continuation."""
        tabs = [tab.copy() for tab in self.tabs]
        return Play(self.conversation, tabs, f"{self.done}{number}")

    def act(self) -> None:
        """Run an action in one tab; each tab receives the changes now or later."""
        actor = self.choose.choice(self.tabs)
        action: Callable[[Tab], object] = self.choose.choice(_ACTIONS)
        try:
            with transaction.atomic():
                action(self, actor)
        except Refused:
            pass  # A refused action changes nothing, which the end of the play shows.
        for tab in self.tabs:
            if self.choose.random() < 0.3:
                self._send_changes(tab.version, tab)
                tab.receive_events()

    def end(self) -> str:
        """Send both tabs the missing changes; returns them and a freshly loaded page as JSON."""
        self._send_changes(min(tab.version for tab in self.tabs), *self.tabs)
        for tab in self.tabs:
            tab.receive_events()
        afresh = state.changes(self._reloaded(), 0)
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

    def continue_answer(self, tab: Tab) -> None:
        """Continue an answer."""
        if answer := self._any(role="assistant", generation__status="stopped"):
            self._started(tab, self._turn(turns.continue_answer, answer.pk))

    def write(self, _tab: Tab) -> None:
        """Add a delta to a running answer."""
        if generation := self._running():
            seq = LoggedEvent.objects.filter(generation=generation).count() + 1
            choice = self.choose.randrange(generation.messages.count())
            delta = Delta(choice=choice, at_ms=seq, content=f"{seq} ")
            LoggedEvent.objects.create(generation=generation, seq=seq, payload=encode(delta))

    def finish(self, _tab: Tab) -> None:
        """Finish a running answer."""
        if generation := self._running():
            cause = self.choose.choice(["completed", "stopped"])
            lifecycle.finish(generation.pk, generation.epoch, Finished(cause=cause))

    def delete(self, _tab: Tab) -> None:
        """Delete a message."""
        if message := self._any(deleted_at=None):
            tree.delete_message(self.user, message.pk)

    def restore(self, _tab: Tab) -> None:
        """Restore a deleted message."""
        if message := self._any(deleted_at__isnull=False):
            tree.restore_message(self.user, message.pk)

    def show(self, _tab: Tab) -> None:
        """Show another branch."""
        if message := self._any(deleted_at=None):
            tree.show(self.user, self.conversation.pk, message.pk)

    def configure(self, _tab: Tab) -> None:
        """Set a parameter and the system message."""
        wanted = ({"temperature": self.choose.randrange(20) / 10}, "You like tea.", "first")
        tree.configure(self.user, self.conversation.pk, *wanted)

    def rename(self, _tab: Tab) -> None:
        """Change the title."""
        tree.rename(self.user, self.conversation.pk, f"Tea {self.choose.randrange(99)}")

    def rate(self, _tab: Tab) -> None:
        """Rate an answer."""
        if answer := self._any(role="assistant"):
            library.rate(self.user, answer.pk, self.choose.choice([1, -1, 0]), "")

    def _started(self, tab: Tab, turn: Turn) -> None:
        self._send_changes(min(turn.since, tab.version), tab)

    def _send_changes(self, since: int, *tabs: Tab) -> None:
        conversation = self._reloaded()
        if conversation.version == since:
            return
        changes = state.changes(conversation, since)
        for tab in tabs:
            tab.receive_changes(changes, late=self.choose.random() < 0.3)

    def _turn(self, create: Callable[..., Turn], *wanted: object) -> Turn:
        return create(self.user, uuid4(), *wanted)

    def _reloaded(self) -> Conversation:
        return Conversation.objects.get(pk=self.conversation.pk)

    def _any(self, **which: object) -> Message | None:
        found = list(self.conversation.messages.filter(**which))
        return self.choose.choice(found) if found else None

    def _running(self) -> Generation | None:
        found = list(self.conversation.generations.running())
        return self.choose.choice(found) if found else None


_ACTIONS = (
    Play.send,
    Play.regenerate,
    Play.continue_answer,
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
    """A conversation with a stopped and a running answer, on a site with two models."""
    make_model("first")
    make_model("second")
    sending = NewMessage(None, None, "Tea?", "first", {})
    turn = turns.send(people.alice, uuid4(), sending)
    lifecycle.finish(turn.generation.pk, turn.generation.epoch, Finished(cause="stopped"))
    turns.regenerate(people.alice, uuid4(), turn.generation.messages.get().pk, None)
    return turn.conversation


@pytest.mark.long
def test_after_any_actions_both_tabs_show_what_a_fresh_page_shows(
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
    assert len(plays) > BRANCHES**LENGTH


def played(play: Play) -> Iterator[str]:
    """The results of all continuations of a play, each after every one of its actions."""
    if len(play.done) == LENGTH:
        return
    for number in range(BRANCHES):
        with transaction.atomic():
            further = play.continued(number)
            further.act()
            yield further.continued("").end()
            yield from played(further)
            # The next continuation starts from the same state.
            transaction.set_rollback(True)
