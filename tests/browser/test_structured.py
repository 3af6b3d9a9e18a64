"""Answers as JSON: the growing tree, errors with their places, tables and downloads."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from conversations.models import Conversation, User
from tests.browser.axe import faults_of
from tests.browser.talking import answer, button, messages, send, wait_for_end
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

SCHEMA = {
    "type": "object",
    "properties": {
        "people": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
                "required": ["name", "age"],
            },
        }
    },
    "required": ["people"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "people", "schema": SCHEMA}}


def asking_for(
    response_format: dict[str, Any], upstream: ScriptedUpstream, new_page: NewPage, alice: User
) -> Page:
    """Alice's page at a conversation whose answers have this format."""
    model = make_model("says", base_url=upstream.address)
    parameters = {"response_format": response_format}
    conversation = Conversation.objects.create(
        user=alice, title="People", language_model=model, parameters=parameters
    )
    page = new_page(alice)
    page.goto(f"/c/{conversation.pk}/")
    return page


def test_an_answer_is_a_tree_while_it_streams_and_valid_at_the_end(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for(FORMAT, upstream, new_page, alice)
    send(page, 'gate=g say:{"people": [{"name": "Ada", "age": 36}]}')
    upstream.open("g", 4)
    tree = answer(page).locator("details.json-branch")
    expect(tree).to_have_count(3)
    expect(answer(page).get_by_text("Ada", exact=True)).to_be_visible()
    expect(button(page, "Download JSON")).to_be_hidden()
    upstream.open("g", 50)
    wait_for_end(page)
    expect(answer(page)).to_contain_text("Matches the schema “people”")
    expect(answer(page).locator(".json-value")).to_have_text(["Ada", "36"])
    assert upstream.calls[-1].body["response_format"] == FORMAT
    answer(page).locator("summary", has_text="people").click()
    expect(answer(page).get_by_text("36", exact=True)).to_be_hidden()


def test_errors_are_shown_with_their_place_and_the_model_is_asked_to_correct_them(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for(FORMAT, upstream, new_page, alice)
    send(page, 'say:{"people": [{"name": 7}], "more": 1}')
    wait_for_end(page)
    faults = [
        "/people/0/name: must be of the type string",
        "/people/0: “age” is missing",
        "/more: is a field that the schema does not define",
    ]
    expect(answer(page).get_by_role("listitem")).to_have_text(faults)
    assert faults_of(page) == []
    button(page, "Ask the model to fix it").click()
    expect(messages(page)).to_have_count(4)
    for fault in faults:
        expect(messages(page).nth(2)).to_contain_text(f"- {fault}")


def test_a_cut_answer_says_where_it_was_cut(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for({"type": "json_object"}, upstream, new_page, alice)
    send(page, 'say:{"a": [1, 2')
    wait_for_end(page)
    expect(answer(page).get_by_role("listitem")).to_have_text(
        ["Not valid JSON at line 1, column 12."]
    )
    expect(answer(page).locator(".json-value")).to_have_text(["1", "2"])


def test_a_list_of_objects_is_a_table_and_a_file_that_is_safe_in_a_spreadsheet(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for({"type": "json_object"}, upstream, new_page, alice)
    people = {"people": [{"name": "=Ada()", "age": 36}, {"name": "Bo"}]}
    send(page, f"say:{json.dumps(people)}")
    wait_for_end(page)
    button(page, "Show as table").click()
    table = answer(page).get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["name", "age"])
    expect(table.get_by_role("cell")).to_have_text(["=Ada()", "36", "Bo", ""])
    with page.expect_download() as csv:
        button(page, "Download CSV").click()
    assert csv.value.suggested_filename == "answer.csv"
    assert csv.value.path().read_bytes().decode("utf-8-sig") == (
        "name,age\r\n'=Ada(),36\r\nBo,\r\n"
    )
    with page.expect_download() as download:
        button(page, "Download JSON").click()
    assert json.loads(download.value.path().read_text()) == people


def test_a_number_keeps_its_digits_in_tree_table_copy_and_files(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for({"type": "json_object"}, upstream, new_page, alice)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    numbers = ["2512292042121000001", "-0", "1.0", "1e400", "0.1000000000000000055"]
    send(page, f'say:{{"rows":[{",".join(f"""{{"id":{each}}}""" for each in numbers)}]}}')
    wait_for_end(page)
    expect(answer(page).locator(".json-value")).to_have_text(numbers)
    button(page, "Copy JSON").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    button(page, "Show as table").click()
    expect(answer(page).get_by_role("cell")).to_have_text(numbers)
    with page.expect_download() as download:
        button(page, "Download JSON").click()
    with page.expect_download() as csv:
        button(page, "Download CSV").click()
    page.context.clear_permissions()
    assert json.loads(copied, parse_int=str, parse_float=str) == {
        "rows": [{"id": each} for each in numbers]
    }
    assert download.value.path().read_text() == copied
    assert csv.value.path().read_bytes().decode("utf-8-sig").split() == ["id", *numbers]


def test_text_instead_of_json_is_shown_and_can_be_corrected(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for({"type": "json_object"}, upstream, new_page, alice)
    send(page, "gate=g say:I would rather not.")
    upstream.open("g", 2)
    expect(answer(page)).to_contain_text("I")
    expect(
        answer(page).get_by_text("The answer does not match the requested format:")
    ).to_be_hidden()
    upstream.open("g", 50)
    wait_for_end(page)
    expect(answer(page)).to_contain_text("I would rather not.")
    expect(
        answer(page).get_by_text("The answer does not match the requested format:")
    ).to_be_visible()
    expect(button(page, "Copy JSON")).to_be_hidden()
    button(page, "Ask the model to fix it").click()
    fault = "Not valid JSON at line 1, column 1."
    expect(messages(page).nth(2)).to_contain_text(f"- {fault}")


def test_text_around_the_json_is_shown_beside_the_tree(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = asking_for({"type": "json_object"}, upstream, new_page, alice)
    send(page, 'say:Here it is: ```json {"a": 1} ``` Hope this helps!')
    wait_for_end(page)
    expect(answer(page).get_by_text("Here it is:", exact=True)).to_be_visible()
    expect(answer(page).locator(".json-value")).to_have_text(["1"])
    expect(answer(page).get_by_text("Hope this helps!", exact=True)).to_be_visible()
    expect(answer(page)).to_contain_text("Valid JSON")
    assert faults_of(page) == []
