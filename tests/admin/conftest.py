"""Dana at the administration, and a member of staff without all rights."""

import pytest

from tests.admin.administrator import Administrator, staff_member
from tests.people import People


@pytest.fixture
def dana(people: People) -> Administrator:
    """The superuser."""
    return Administrator(people.dana)


@pytest.fixture
def sam(people: People) -> Administrator:
    """A member of staff who keeps people, groups and limits, and is no superuser."""
    return Administrator(
        staff_member(
            "sam",
            "view_user",
            "add_user",
            "change_user",
            "delete_user",
            "view_group",
            "change_group",
            "add_rule",
            "change_rule",
            "view_rule",
            "view_auditentry",
        )
    )
