"""Live operations: what runs is shown, and stopped, paused and drained by those who may; each
action has an audit entry."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.admin import live
from conversations.chat.once import once
from conversations.chat.turns import regenerate
from conversations.generation import lifecycle, log, operations
from conversations.generation.processes import OWNER
from conversations.models import AuditEntry, Generation, LanguageModel, Policy, Provider, User
from conversations.refusal import Refused
from conversations.transcript import Delta, Event, Finished, Notice, Waiting, encode
from tests.admin.administrator import Administrator, rows
from tests.admin.answers import begun, priced_model
from tests.people import People, make_model

pytestmark = pytest.mark.django_db

SAID = "tea " * 100


@pytest.fixture
def model(db: None) -> LanguageModel:
    return priced_model("vendor/small")


def finish(generation: Generation) -> None:
    lifecycle.finish(generation.pk, 1, Finished(cause="completed"))


def asked_to_stop() -> set[Generation]:
    return set(Generation.objects.filter(stop_requested_at__isnull=False))


def audit_entries() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.changes().order_by("pk")
    return list(entries.values_list("actor_name", "action", "target_name"))


def test_running_answers_are_shown_with_their_usage_so_far(
    dana: Administrator, people: People, model: LanguageModel
) -> None:
    begun(people.alice, model)
    lifecycle.note_progress({begun(people.bob, model, SAID).pk: 100})
    finish(begun(people.charlie, model, SAID))
    page = dana.text("/admin/live/running/")
    waiting, writing = rows(page)
    assert "2 answers are running." in page
    assert [waiting[0], waiting[2], waiting[4]] == ["alice", "waiting", "0 tokens"]
    assert [writing[0], writing[2]] == ["bob", "writing"]
    assert writing[4] == "100 tokens"
    cost = float(writing[5].removesuffix(" USD"))
    prompt = operations.running_answers(0, 9)[1].prompt_tokens
    assert cost == round((2 * prompt + 8 * int(writing[4].removesuffix(" tokens"))) / 1_000_000, 4)


def test_an_answer_in_line_is_shown_with_its_last_place(
    dana: Administrator, people: People, model: LanguageModel
) -> None:
    told: list[list[Event]] = [
        [Notice("adjusted", "Less."), Waiting(12), Waiting(3)],
        [Waiting(1), Waiting(0)],
        [Waiting(1), Delta(content=SAID)],
    ]
    for events in told:
        generation = begun(people.alice, model)
        entries = [
            log.Entry(generation.pk, seq, encode(each)) for seq, each in enumerate(events, 1)
        ]
        log.append(entries, [(generation.pk, OWNER, 1)])
    lifecycle.note_progress({generation.pk: 100})
    states = [row[2] for row in rows(dana.text("/admin/live/running/"))]
    assert states == ["in line: 3", "waiting", "writing"]


def test_nothing_runs(dana: Administrator) -> None:
    assert "Nothing is running." in dana.text("/admin/live/")


def test_one_answer_is_stopped(dana: Administrator, people: People, model: LanguageModel) -> None:
    mine, other = begun(people.alice, model), begun(people.alice, model)
    page = dana.press(f"/admin/live/stop/{mine.pk}/")
    assert "The answer is being stopped." in page
    assert asked_to_stop() == {mine}
    assert audit_entries() == [("dana", "stopped", str(mine.pk))]
    assert {line[2] for line in rows(page)} == {"stopping", "waiting"}
    finish(other)
    assert "The answer had ended already." in dana.press(f"/admin/live/stop/{other.pk}/")
    assert len(audit_entries()) == 1


def test_all_answers_of_a_user_are_stopped(
    dana: Administrator, people: People, model: LanguageModel
) -> None:
    alices = {begun(people.alice, model), begun(people.alice, model)}
    begun(people.bob, model)
    page = dana.press(f"/admin/live/stop-all/{people.alice.pk}/")
    assert "2 answers of alice are being stopped." in page
    assert asked_to_stop() == alices
    assert audit_entries() == [("dana", "stopped all answers", "alice")]


@pytest.mark.parametrize("kind", ["model", "provider"])
def test_a_paused_model_or_provider_refuses_messages_until_it_is_resumed(
    dana: Administrator, people: People, model: LanguageModel, kind: str
) -> None:
    running = begun(people.alice, model)
    target = {"model": model, "provider": model.provider}[kind]
    path = f"/admin/live/pause-{kind}/"
    page = dana.press(path, target=target.pk, paused="yes")
    assert f"“{target}” accepts no new messages." in page
    with pytest.raises(Refused) as refused:
        begun(people.alice, model)
    assert refused.value.code == "paused"
    assert Generation.objects.get(pk=running.pk).is_running
    assert asked_to_stop() == set()
    dana.press(path, target=target.pk, paused="no")
    assert begun(people.alice, model).is_running
    assert audit_entries() == [("dana", "paused", str(target)), ("dana", "resumed", str(target))]


def test_a_draining_site_lets_answers_end_and_takes_no_new_messages(
    dana: Administrator, people: People, model: LanguageModel
) -> None:
    running = begun(people.alice, model, SAID)
    page = dana.press("/admin/live/drain/", draining="yes")
    assert "1 answer is running. The site accepts no new messages." in page
    finish(running)
    answer = running.messages.get()
    with pytest.raises(Refused) as refused:
        sent_again(people.alice, answer.pk)
    assert refused.value.code == "draining"
    assert refused.value.message == "The site is about to restart; try again in a minute."
    assert "Nothing is running." in dana.text("/admin/live/running/")
    dana.press("/admin/live/drain/", draining="no")
    sent_again(people.alice, answer.pk)
    assert [entry[:2] for entry in audit_entries()] == [("dana", "drained"), ("dana", "reopened")]


def sent_again(user: User, message_id: object) -> None:
    """Regenerate an answer, as a page does."""
    request = uuid4()
    once(user, request, lambda: regenerate(user, request, message_id, None))


def test_a_request_from_before_the_draining_is_found_again(
    people: People, model: LanguageModel
) -> None:
    running = begun(people.alice, model)
    operations.set_draining(people.dana, draining=True)
    found = once(people.alice, running.client_request_id, lambda: pytest.fail("made again"))
    assert found.generation == running


def test_a_site_that_starts_takes_messages_again(people: People) -> None:
    operations.set_draining(people.dana, draining=True)
    operations.set_draining(None, draining=False)
    assert not Policy.current().draining
    assert audit_entries()[-1][:2] == ("(command line)", "reopened")
    operations.set_draining(None, draining=False)
    assert len(audit_entries()) == 2


def test_more_than_a_page_of_answers_are_counted(
    dana: Administrator, people: People, model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAGE_ROWS", 2)
    for _ in range(4):
        begun(people.alice, model)
    page = dana.text("/admin/live/running/")
    assert len(rows(page)) == 2
    assert "4 answers are running." in page
    assert "2 younger answers are not listed." in page


def test_the_page_asks_as_many_questions_of_many_answers_as_of_one(
    dana: Administrator, people: People, model: LanguageModel
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            dana.text("/admin/live/")
        return len(queries)

    begun(people.alice, model)
    few = asked()
    for number, user in enumerate([people.alice, people.bob, people.charlie] * 10):
        begun(user, make_model(f"m{number}", base_url=f"http://127.0.0.1:{number + 1}/v1"))
    assert asked() == few


def buttons(generation: Generation) -> dict[str, dict[str, object]]:
    """The address and the fields of every button on the page."""
    model = generation.language_model
    assert model is not None
    return {
        f"stop/{generation.pk}/": {},
        f"stop-all/{generation.user_id}/": {},
        "pause-model/": {"target": model.pk, "paused": "yes"},
        "pause-provider/": {"target": model.provider_id, "paused": "yes"},
        "drain/": {"draining": "yes"},
    }


def nothing_was_done() -> bool:
    paused = LanguageModel.objects.filter(paused=True).exists()
    paused |= Provider.objects.filter(paused=True).exists()
    return not (asked_to_stop() or paused or Policy.current().draining or audit_entries())


def test_buttons_need_their_permissions(people: People, model: LanguageModel) -> None:
    generation = begun(people.alice, model)
    client = Client()
    for user, status in ((None, 302), (people.alice, 302), (staff(people.bob), 403)):
        if user:
            client.force_login(user)
        for path, sent in buttons(generation).items():
            assert client.post(f"/admin/live/{path}", sent).status_code == status, path
        assert client.get("/admin/live/").status_code == status
        assert client.get("/admin/live/running/").status_code == status
    assert nothing_was_done()


def test_staff_with_a_permission_may_use_its_button(people: People, model: LanguageModel) -> None:
    generation = begun(people.alice, model)
    client = Client()
    client.force_login(staff(people.bob))
    needed = ("change_generation",) * 2 + ("change_languagemodel", "change_provider")
    for (path, sent), name in zip(
        buttons(generation).items(), (*needed, "change_policy"), strict=True
    ):
        people.bob.user_permissions.set([Permission.objects.get(codename=name)])
        assert client.post(f"/admin/live/{path}", sent).status_code == 302, path
    people.bob.user_permissions.set([Permission.objects.get(codename="view_generation")])
    assert client.get("/admin/live/").status_code == 200


def staff(user: User) -> User:
    user.is_staff = True
    user.save()
    return user


def test_buttons_need_a_token_and_the_method_that_changes(
    people: People, model: LanguageModel
) -> None:
    generation = begun(people.alice, model)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.dana)
    for path, sent in buttons(generation).items():
        assert client.post(f"/admin/live/{path}", sent).status_code == 403, path
        assert client.get(f"/admin/live/{path}", sent).status_code == 405, path
    assert nothing_was_done()


@pytest.mark.parametrize("target", ["", "0", "abc", "١", "9" * 30])
def test_a_model_that_is_not_there_is_not_found(dana: Administrator, target: str) -> None:
    sent = {"target": target, "paused": "yes"}
    assert dana.client.post("/admin/live/pause-model/", sent).status_code == 404
