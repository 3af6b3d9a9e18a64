"""Two administrators at one record: an old form does not undo a newer change."""

from typing import Any

import pytest
from django.utils import timezone

from conversations.generation import operations
from conversations.models import Policy, Provider, Rule, User
from tests.admin.administrator import USERS, Administrator, filled
from tests.people import People, make_model
from tests.quotas.books import limit

pytestmark = pytest.mark.django_db


class Tab:
    """A page that was opened some time ago."""

    def __init__(self, administrator: Administrator, address: str) -> None:
        self._desk, self._address = administrator, address
        self._form = filled(administrator.client.get(address).context["adminform"].form)

    def save(self, **fields: Any) -> str:
        """Send the form with these fields changed; gives its errors."""
        answer = self._desk.client.post(self._address, self._form | fields)
        if answer.status_code == 302:
            return ""
        shown = answer.context["adminform"].form
        assert {name: shown[name].value() for name in fields} == fields
        return " ".join(shown.non_field_errors())


def tab_of(administrator: Administrator, target: Any) -> Tab:
    meta = target._meta
    return Tab(administrator, f"/admin/{meta.app_label}/{meta.model_name}/{target.pk}/change/")


def test_an_old_page_does_not_activate_a_deactivated_user(
    dana: Administrator, people: People
) -> None:
    old = tab_of(dana, people.alice)
    dana.act("deactivate", [people.alice])
    refusal = old.save(first_name="Al")
    assert refusal.startswith("dana changed this at ")
    assert "active. Nothing was saved." in refusal
    alice = User.objects.get(username="alice")
    assert (alice.is_active, alice.first_name) == (False, "")


def test_an_old_page_does_not_resume_a_paused_model(dana: Administrator) -> None:
    provider = make_model().provider
    old = tab_of(dana, provider)
    operations.set_paused(dana.user, provider, paused=True)
    assert "paused" in old.save(silent_seconds="77")
    provider = Provider.objects.get()
    assert (provider.paused, provider.silent_seconds) == (True, 300)


@pytest.mark.parametrize("is_stored", [True, False])
def test_an_old_page_does_not_end_the_draining(dana: Administrator, *, is_stored: bool) -> None:
    if is_stored:
        Policy.objects.create(pk=1)
    old = tab_of(dana, Policy(pk=1))
    operations.set_draining(dana.user, draining=True)
    assert "takes no new messages" in old.save(default_link_days="20")
    assert (Policy.current().draining, Policy.current().default_link_days) == (True, 30)


def test_an_old_page_does_not_lower_a_raised_limit(dana: Administrator) -> None:
    old = tab_of(dana, limit(100))
    Rule.objects.update(limit=200)
    assert old.save(amount="100").startswith("This has changed since you opened the page.")
    assert Rule.objects.get().limit == 200


def test_a_change_without_an_audit_entry_is_refused_without_a_name(
    dana: Administrator, people: People
) -> None:
    old = tab_of(dana, people.alice)
    User.objects.filter(pk=people.alice.pk).update(last_name="Liddell")
    assert old.save(first_name="Al").startswith("This has changed since you opened the page.")


def test_a_read_only_field_that_changes_is_no_conflict(dana: Administrator, people: People) -> None:
    old = tab_of(dana, people.alice)
    User.objects.filter(pk=people.alice.pk).update(
        last_login=timezone.now(), password="hashed anew"
    )
    assert old.save(first_name="Al") == ""
    assert User.objects.get(username="alice").first_name == "Al"


def test_a_form_with_an_invalid_digest_changes_nothing(dana: Administrator, people: People) -> None:
    old = tab_of(dana, people.alice)
    assert old.save(first_name="Al", drawn_from="").startswith("This has changed")
    assert User.objects.get(username="alice").first_name == ""


def test_a_script_that_sends_no_digest_changes_the_record(
    dana: Administrator, people: People
) -> None:
    address = f"{USERS}{people.alice.pk}/change/"
    form = filled(dana.client.get(address).context["adminform"].form)
    del form["drawn_from"]
    dana.client.post(address, form | {"first_name": "Al"})
    assert User.objects.get(username="alice").first_name == "Al"
