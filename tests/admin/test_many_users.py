"""Pages with thousands of records are as short as with a hundred."""

import pytest
from django.contrib.auth.models import Group

from conversations.models import LanguageModel
from tests.admin.administrator import USERS, Administrator
from tests.people import People, make_model

INVITATIONS = "/admin/conversations/invitation/"


@pytest.fixture(autouse=True)
def many(people: People) -> None:
    provider = make_model("m").provider
    LanguageModel.objects.bulk_create(
        LanguageModel(provider=provider, name=f"model {number:03}") for number in range(300)
    )
    Group.objects.bulk_create(Group(name=f"group {number:03}") for number in range(300))


@pytest.mark.parametrize("address", ["/admin/usage/", "/admin/live/", USERS, INVITATIONS])
def test_a_page_lists_a_hundred_at_most(dana: Administrator, address: str) -> None:
    page = dana.text(address)
    assert page.count("model 0") + page.count("model 1") + page.count("model 2") <= 100
    assert page.count(">group ") <= 100


def test_a_name_beyond_the_list_can_be_typed(dana: Administrator) -> None:
    page = dana.client.get("/admin/usage/?model=model 250&group=group 250")
    filters = page.context["filters"]
    assert filters.errors == {}
    chosen = filters.selection()
    assert (chosen.model_name, chosen.group.name) == ("model 250", "group 250")
