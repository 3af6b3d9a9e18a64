"""The import of users from a CSV file."""

import base64
import csv
import io
import re

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.accounts import csv_import
from conversations.models import Invitation, Rule, User
from tests.admin.administrator import USERS, Administrator, audit_entries
from tests.people import PASSWORD, People, make_model

pytestmark = pytest.mark.django_db
IMPORT = f"{USERS}import/"
GOOD = (
    "username,email,groups,limits\n"
    "erin,erin@example.org,staff|guests,tokens/day=100k|cost/month@test/model=12.50\n"
    "frank,,,\n"
)


@pytest.fixture
def world(people: People) -> People:
    for name in ("staff", "guests"):
        Group.objects.create(name=name)
    make_model()
    return people


def upload(administrator: Administrator, text: str | bytes) -> HttpResponse:
    """The preview of a file."""
    content = text if isinstance(text, bytes) else text.encode()
    return administrator.client.post(IMPORT, {"file": SimpleUploadedFile("people.csv", content)})


def confirm(administrator: Administrator, text: str) -> HttpResponse:
    """The page after the preview was confirmed."""
    return administrator.client.post(IMPORT, {"text": text})


def links(page: HttpResponse) -> list[dict[str, str]]:
    """The rows of the offered file of links."""
    encoded = re.search(r'href="data:text/csv;base64,([^"]+)" download', page.content.decode())
    assert encoded
    text = base64.b64decode(encoded[1]).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def problems(text: str) -> dict[int, list[str]]:
    """The problems, by line."""
    return {row.line: row.problems for row in csv_import.plan_of(text).bad}


def test_a_preview_changes_nothing(dana: Administrator, world: People) -> None:
    page = upload(dana, GOOD)
    assert page.status_code == 200
    assert "2 users will be added" in page.content.decode()
    assert not User.objects.filter(username__in=["erin", "frank"]).exists()
    assert (Rule.objects.count(), Invitation.objects.count(), audit_entries()) == (0, 0, [])


def test_the_confirmation_sends_the_file_of_the_preview(dana: Administrator, world: People) -> None:
    page = upload(dana, GOOD).content.decode()
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert text
    assert text[1] == GOOD


def test_a_confirmed_file_makes_accounts_in_groups_with_limits(
    dana: Administrator, world: People
) -> None:
    confirm(dana, GOOD)
    erin = User.objects.get(username="erin")
    assert (erin.email, erin.has_usable_password(), erin.is_staff) == (
        "erin@example.org", False, False,
    )  # fmt: skip
    assert {group.name for group in erin.groups.all()} == {"staff", "guests"}
    rules = Rule.objects.order_by("limit").values_list("measure", "limit", "language_model__name")
    assert list(rules) == [("tokens", 100_000, None), ("cost", 12_500_000, "test/model")]
    assert [entry for entry in audit_entries() if entry[1] == "imported"] == [
        ("dana", "imported", "erin"), ("dana", "imported", "frank"),
    ]  # fmt: skip


def test_each_gets_a_link_by_which_they_choose_a_password(
    dana: Administrator, world: People
) -> None:
    rows = links(confirm(dana, GOOD))
    assert [(row["username"], row["email"]) for row in rows] == [
        ("erin", "erin@example.org"), ("frank", ""),
    ]  # fmt: skip
    path = rows[1]["link"].partition("//")[2].partition("/")[2]
    browser = Client()
    assert browser.post(f"/{path}", {"password": PASSWORD}).status_code == 302
    assert User.objects.get(username="frank").check_password(PASSWORD)
    assert not User.objects.get(username="erin").has_usable_password()


def test_the_file_of_links_runs_nothing_in_a_spreadsheet(
    dana: Administrator, world: People
) -> None:
    rows = links(confirm(dana, "username\n@sum\n"))
    assert rows[0]["username"] == "'@sum"


def test_a_file_that_was_confirmed_twice_is_refused_the_second_time(
    dana: Administrator, world: People
) -> None:
    confirm(dana, GOOD)
    again = confirm(dana, GOOD)
    assert again.status_code == 422
    assert "Line 2: an account with this username already exists" in again.content.decode()
    assert User.objects.filter(username="erin").count() == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("alice,,,", "an account with this username already exists"),
        ("ALICE,,,", "an account with this username already exists"),
        ("Alice@example.org,,,", "the username is the e-mail address of another account"),
        ("a b,,,", "the username may have letters, digits and @ . + - _ only, at most 150"),
        (",x@example.org,,", ("the username may have letters, digits and @ . + - _ only, "
         "at most 150")),
        ("x,nowhere,,", "“nowhere” is not an e-mail address"),
        ("x,BOB@example.org,,", "an account with this e-mail address already exists"),
        ("x,,nobodys,", "unknown group “nobodys”"),
        ("x,,,many", "limit “many”: write it as tokens/day=100k"),
        ("x,,,tokens/week=1", ("limit “tokens/week=1”: choose from requests, tokens, cost and from "
         "minute, hour, day, month, total")),
        ("x,,,tokens/day@gone=1", "limit “tokens/day@gone=1”: unknown model “gone”"),
        ("x,,,tokens/day=lots", ("limit “tokens/day=lots”: Write a number such as 500, 1,500, 100k "
         "or 2.5M.")),
        ("x,,,tokens/day=1|tokens/day=2", "two limits have the same measure, period and model"),
        ("x,,,,more", "more cells than columns"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_its_line(world: People, row: str, problem: str) -> None:
    assert problems(f"username,email,groups,limits\nfine,,,\n{row}\n") == {3: [problem]}


def test_rows_are_checked_against_each_other(world: People) -> None:
    found = problems("username,email\nx,a@x.org\nX,A@x.org\n")
    said = ["the username is in the file twice", "the e-mail address is in the file twice"]
    assert found == {2: said, 3: said}


def test_one_bad_row_refuses_the_whole_file(dana: Administrator, world: People) -> None:
    page = confirm(dana, "username\nfine\nalice\n")
    assert page.status_code == 422
    assert not User.objects.filter(username="fine").exists()
    assert audit_entries() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "must name the columns"), ("name,email\nx,y\n", "must name the columns"),
        ("username,is_superuser\nx,1\n", "at most once: username, email, groups, limits"),
        ("username,username\nx,y\n", "at most once"), ("username\n", "no rows below its header"),
        (b"username\nj\xf6rg\n", "not in UTF-8"), ('username\n"x\n', "is not valid CSV"),
        ("username\n" + "x\n" * 201, "more than 200 rows"), ("x" * 100_001, "too large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(
    dana: Administrator, world: People, content: str | bytes, said: str
) -> None:
    page = upload(dana, content or b" ")
    assert page.status_code == 422
    assert said in page.content.decode()


def test_semicolons_and_a_byte_order_mark_are_accepted(dana: Administrator, world: People) -> None:
    page = upload(dana, "\ufeffusername;groups\r\nerin;staff\r\n".encode())
    assert page.status_code == 200
    assert "1 user will be added" in page.content.decode()


def test_checking_takes_as_many_statements_for_many_rows_as_for_one(world: People) -> None:
    def statements(rows: int) -> int:
        text = "username,email,groups\n" + "".join(
            f"u{number},u{number}@x.org,staff\n" for number in range(rows)
        )
        with CaptureQueriesContext(connection) as queries:
            csv_import.plan_of(text)
        return len(queries)

    assert statements(200) == statements(1)


def test_a_preview_of_many_shows_the_bad_ones_first_and_counts_the_rest(
    dana: Administrator, world: People
) -> None:
    rows = "".join(f"u{number}\n" for number in range(150))
    page = upload(dana, f"username\n{rows}alice\n")
    shown = page.context["rows"]
    assert (shown[0].username, len(shown), page.context["more"]) == ("alice", 50, 101)


def test_an_import_needs_the_permission_to_add_users(sam: Administrator, world: People) -> None:
    assert upload(sam, GOOD).status_code == 200
    sam.user.user_permissions.remove(sam.user.user_permissions.get(codename="add_user"))
    assert sam.status(IMPORT) == 403
    assert confirm(sam, GOOD).status_code == 403
    assert not User.objects.filter(username="erin").exists()


def test_limits_in_a_file_need_the_permission_for_limits(sam: Administrator, world: People) -> None:
    sam.user.user_permissions.remove(sam.user.user_permissions.get(codename="add_rule"))
    assert confirm(sam, GOOD).status_code == 403
    assert confirm(sam, "username\nerin\n").status_code == 200
