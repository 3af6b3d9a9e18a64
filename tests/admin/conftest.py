"""Dana, a superuser, and Sam, a member of staff with some permissions."""

import pytest

from tests.admin.administrator import Administrator, staff_member
from tests.people import People


@pytest.fixture
def dana(people: People) -> Administrator:
    """The superuser."""
    return Administrator(people.dana)


@pytest.fixture
def sam(people: People) -> Administrator:
    """A member of staff who manages users, groups and limits."""
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
