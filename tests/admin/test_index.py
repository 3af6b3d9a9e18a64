"""The administration's index: every record is in a section."""

from http import HTTPStatus

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from conversations import audit
from tests.people import People

pytestmark = pytest.mark.django_db


def test_every_record_is_in_a_section(client: Client, people: People) -> None:
    client.force_login(people.dana)
    page = client.get(reverse("admin:index"))
    sections = {str(each["name"]): each["models"] for each in page.context["app_list"]}
    assert list(sections)[:2] == ["Models", "Users"]
    assert "More" not in sections, "Name the new record in chatsite/administration.py."


def test_the_heading_of_a_list_names_its_records(client: Client, people: People) -> None:
    client.force_login(people.dana)
    page = client.get(reverse("admin:conversations_provider_changelist"))
    assert "<h1>Providers</h1>" in page.content.decode()


def test_lists_count_their_records_in_the_plural(client: Client, people: People) -> None:
    client.force_login(people.dana)
    for model in admin.site._registry:
        page = client.get(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"))
        if page.status_code == HTTPStatus.OK:  # That of the policy leads to its one record.
            assert model._meta.verbose_name_plural != model._meta.verbose_name
    for number in range(2):
        audit.record(people.dana, "changed", people.alice, {}, {"first_name": f"A {number}"})
    page = client.get(reverse("admin:conversations_auditentry_changelist"), {"sort": "changes"})
    assert "2 audit entries" in page.content.decode()


def test_every_page_has_the_list_of_records(client: Client, people: People) -> None:
    client.force_login(people.dana)
    names = [each._meta.label_lower.replace(".", "_") for each in admin.site._registry]
    lists = [reverse(f"admin:{name}_changelist") for name in names]
    for path in (*lists, reverse("usage"), reverse("live")):
        page = client.get(path, follow=True).content.decode()
        assert '<nav class="side-list" aria-label="Records">' in page, path
