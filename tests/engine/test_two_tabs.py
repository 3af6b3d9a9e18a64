"""Two tabs on one conversation: what each has been told adds up to what a fresh page shows."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from conversations import keeping, page_state, tree, turn_records
from conversations.generation import lifecycle, log
from conversations.generation.events import (
    ChoiceTranscript,
    Delta,
    Finished,
    Transcript,
    apply,
    decode,
    encode,
)
from conversations.models import Conversation, Generation, LoggedEvent, Message
from conversations.refusal import Refused
from conversations.turn_records import Sending, Turn
from tests.people import People, make_model

SEQUENCES = 1_000
ACTIONS = 3


class Tab:
    """What a page knows, kept up to date as static/js/thread.js does."""

    def __init__(self, loaded: dict[str, Any]) -> None:
        self.conversation: dict[str, Any] = loaded["conversation"]
        self.messages = {each["id"]: deepcopy(each) for each in loaded["messages"]}

    def look(self, conversation: Conversation, since: int | None = None) -> None:
        """Be told what changed since the version that the page knows, or an older one."""
        known = self.conversation["version"]
        if conversation.version == known:
            return
        changes = page_state.changes(conversation, known if since is None else min(since, known))
        self.conversation = changes["conversation"]
        for message in changes["messages"]:
            self.messages[message["id"]] = message
        in_order = sorted(self.messages.values(), key=lambda each: each["created_at"])
        self.messages = {each["id"]: each for each in in_order}

    def follow(self) -> None:
        """Take in the events that the generations on the page have written since."""
        for message in self.messages.values():
            generation = message["generation"]
            if generation and generation["status"] == "running":
                payloads = log.read_after(UUID(generation["id"]), generation["seq"]).payloads
                generation["seq"] += len(payloads)
                _tell(message, payloads)


def _tell(message: dict[str, Any], payloads: list[str]) -> None:
    choice = ChoiceTranscript(content=message["content"])
    transcript = Transcript(choices={message["choice"]: choice})
    for payload in payloads:
        apply(transcript, decode(payload))
    message["content"] = transcript.choice(message["choice"]).content


class Play:
    """A sequence of actions by one person in two tabs."""

    def __init__(self, seed: int, conversation: Conversation, loaded: dict[str, Any]) -> None:
        self.choose = random.Random(seed)
        self.user = conversation.user
        self.conversation = conversation
        self.tabs = [Tab(loaded), Tab(loaded)]

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
                tab.look(self._fresh())
                tab.follow()

    def end(self) -> dict[str, Any]:
        """Both tabs are told all that they lack. Gives what a page that is loaded now shows."""
        conversation = self._fresh()
        for tab in self.tabs:
            tab.look(conversation)
            tab.follow()
        return page_state.changes(conversation, 0)

    def send(self, tab: Tab) -> None:
        """Send a message, to one model or to two, for one answer or for two."""
        compared = self.choose.choice([(), (), ("second",)])
        parameters = self.choose.choice([{}, {"n": 2}])
        parent = self._any(role="assistant")
        sending = Sending(
            self.conversation.pk,
            parent.pk if parent else None,
            "And?",
            "first",
            parameters,
            compared=compared,
        )
        self._started(tab, self._turn(turn_records.send, sending))

    def regenerate(self, tab: Tab) -> None:
        """Ask for another answer."""
        if answer := self._any(role="assistant"):
            self._started(tab, self._turn(turn_records.regenerate, answer.pk, None))

    def go_on(self, tab: Tab) -> None:
        """Have an answer continued."""
        if answer := self._any(role="assistant", generation__status="stopped"):
            self._started(tab, self._turn(turn_records.continue_answer, answer.pk))

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
            keeping.rate(self.user, answer.pk, self.choose.choice([1, -1, 0]), "")

    def _started(self, tab: Tab, turn: Turn) -> None:
        tab.look(self._fresh(), turn.since)

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
    sending = Sending(None, None, "Tea?", "first", {})
    turn = turn_records.send(people.alice, uuid4(), sending)
    lifecycle.finish(turn.generation.pk, turn.generation.epoch, Finished(cause="stopped"))
    turn_records.regenerate(people.alice, uuid4(), turn.generation.messages.get().pk, None)
    return turn.conversation


def test_whatever_is_done_in_two_tabs_each_ends_with_what_a_fresh_page_shows(
    conversation: Conversation,
) -> None:
    conversation.refresh_from_db()
    loaded = page_state.page_state(conversation.user, conversation)
    for seed in range(SEQUENCES):
        with transaction.atomic():
            play = Play(seed, conversation, loaded)
            for _ in range(ACTIONS):
                play.act()
            afresh = play.end()
            for tab in play.tabs:
                told = {"conversation": tab.conversation, "messages": list(tab.messages.values())}
                assert told == afresh
            # The next sequence begins where this one began.
            transaction.set_rollback(True)
