"""CSV is safe to open in a spreadsheet, and unchanged for every other program."""

import csv
import io

import pytest

from conversations.admin.csv import line, lines

FORMULAS = [
    '=HYPERLINK("http://example.org")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1+1",
    "\u3000=1+1",
]
HARMLESS = ["", "alice", "a=b", "1-2", "me@example.org", '"quoted"', "two\nlines", "茶, 咖啡"]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_begins_with_an_apostrophe(formula: str) -> None:
    assert read(line(["before", formula])) == [["before", f"'{formula}"]]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert read(line([text, "after"])) == [[text, "after"]]


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert line([-5, 2.5, None]) == '"-5","2.5",""\r\n'


def test_a_cell_cannot_break_out_of_its_quotes() -> None:
    assert line(['",=1+1,"']) == '""",=1+1,"""\r\n'


def test_a_file_begins_with_the_mark_that_tells_excel_its_encoding() -> None:
    text = "".join(lines(["name"], [["茶"]]))
    assert text == '\ufeff"name"\r\n"茶"\r\n'
