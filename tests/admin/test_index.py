"""The administration's index: every record is in a section."""

import pytest
from django.test import Client
from django.urls import reverse

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
