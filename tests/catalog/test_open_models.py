"""The models that users may use: of one user, and of many at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import days
from conversations.models import LanguageModel, User
from tests.people import People, make_model

pytestmark = pytest.mark.django_db
RESTRICTED = LanguageModel.Audience.RESTRICTED


def _models(people: People) -> None:
    """Models of each audience, some of which nobody may use now."""
    staff = Group.objects.create(name="staff")
    staff.user_set.set([people.alice, people.bob])
    today = days.today()
    for kind in ("usable", "disabled", "retired", "off"):
        for whose in ("everyone", "staff", "bob", "both", "nobody"):
            model = make_model(f"{kind}/{whose}", base_url=f"http://127.0.0.1:9/{kind == 'off'}")
            model.audience = LanguageModel.Audience.EVERYONE if whose == "everyone" else RESTRICTED
            model.enabled = kind != "disabled"
            model.retires_on = today - timedelta(days=1) if kind == "retired" else None
            model.save()
            model.groups.set([staff] if whose in ("staff", "both") else [])
            model.users.set([people.bob] if whose in ("bob", "both") else [])
            model.provider.enabled = kind != "off"
            model.provider.save()


def test_many_users_may_use_what_each_of_them_may(people: People) -> None:
    _models(people)
    users = list(User.objects.all())
    alone = {
        user.pk: set(LanguageModel.objects.open_to(user).values_list("pk", flat=True))
        for user in users
    }
    assert LanguageModel.objects.open_to_each(set(alone)) == alone
    assert [len(alone[user.pk]) for user in (people.alice, people.bob, people.charlie)] == [3, 4, 1]


def test_the_models_of_many_users_cost_the_queries_of_one(people: People) -> None:
    _models(people)
    everybody = set(User.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as of_one:
        LanguageModel.objects.open_to_each({people.bob.pk})
    with CaptureQueriesContext(connection) as of_all:
        LanguageModel.objects.open_to_each(everybody)
    assert len(of_all) == len(of_one)
