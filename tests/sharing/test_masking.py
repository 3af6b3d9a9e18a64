"""Masked strings are covered in every form, and nothing else is."""

import pytest

from conversations.sharing.json_text import indented
from conversations.sharing.masking import COVERS, Masks

COVER = COVERS[0]


@pytest.mark.parametrize(
    ("mask", "text", "covered"),
    [
        ("secret", "A SECRET here", f"A {COVER} here"),
        ("a&b", "x a&amp;b y", f"x {COVER} y"),
        ("key_1", r"x key\_1 y", f"x {COVER} y"),
        ("Jörg", "Jo\u0308rg, J&ouml;rg, J%C3%B6rg", f"{COVER}, {COVER}, {COVER}"),
        ("secret", r"\u0073ecret", COVER),
        ("日本", r"in \u65e5\u672C", f"in {COVER}"),
        ("a😀b", r"a\ud83d\ude00b", COVER),
        ("secret", r"\ud83d secret", rf"\ud83d {COVER}"),
        ("a&b<c>d", "a&#38;b&#x3C;c&#X3e;d", COVER),
        ("a é", "a%20%C3%A9 a%20%c3%a9", f"{COVER} {COVER}"),
        ("a b", "a\n  b", COVER),
        ("secret", "s\u200becret", COVER),
        ("John Smith", "\u2068John\u2069 Smith", f"\u2068{COVER}"),
        ("secret", "se\u202acr\u3164e\U000e0020t", COVER),
        ("secret", "se**cr**et", COVER),
        (r"C:\dir_x", r"in C:\dir_x.", f"in {COVER}."),
        (r"a\<b", r"x a\\\<b y", f"x {COVER} y"),
        (r"a\<b", r"x a\&lt;b y", f"x {COVER} y"),
        ("%41", "100%41 and A", f"100{COVER} and A"),
        ("日本", "東京は日本の", f"東京は{COVER}の"),
        ("secret", "sec ret secre cret", "sec ret secre cret"),
        ("aa", "xaaax", f"x{COVER}x"),
        ("a \u200b", "a &#32;b", f"{COVER}b"),
        ("x ay", "x %20%41y", COVER),
        ("secret", "%FF secret", f"%FF {COVER}"),
        ("a<b", r"a\\\<b", COVER),
        ("secret", "sec&shy;ret", COVER),
        ("secret", "-".join(["secret"] * 9), "-".join([COVER] * 9)),
    ],
)
def test_a_string_is_covered_however_it_is_written(mask: str, text: str, covered: str) -> None:
    assert Masks([mask]).text(text) == covered


def test_the_cover_tells_nothing_of_what_is_below() -> None:
    assert Masks(["ab"]).text("ab") == Masks(["abcdefgh"]).text("abcdefgh")


def test_the_cover_is_never_what_is_masked() -> None:
    masks = Masks(["██", "secret"])
    assert masks.text("secret ██") == f"{COVERS[1]} {COVERS[1]}"


def test_where_every_cover_is_masked_nothing_stands_in_their_place() -> None:
    assert Masks(COVERS).text("a ----- b") == "a  b"


def test_strings_that_overlap_are_all_covered() -> None:
    assert Masks(["abc", "bcd"]).text("xabcdx") == f"x{COVER}x"


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("one x. two", f"one {COVER}. two"),
        ("one xbb. two", f"one {COVER}. two"),
        ("one xbbbbbbbb. two", COVER),
    ],
)
def test_what_covering_puts_together_is_covered_too_and_what_never_ends_as_a_whole(
    text: str, covered: str
) -> None:
    # Each cover that is put in makes the second string anew, as long as a "b" follows.
    assert Masks(["x", f"{COVER}b"]).text(text) == covered


def test_json_stays_json() -> None:
    text = '{"card": 4111, "who": "\\u0041nn", "Ann": [1, null]}'
    assert Masks(["4111", "Ann"]).json(text) == (
        f'{{"card": "{COVER}", "who": "{COVER}", "{COVER}": [1, null]}}'
    )
    assert Masks(["other"]).json(text) == text


def test_what_json_writes_in_another_way_is_covered_where_it_was_written() -> None:
    assert "1.10" not in Masks(["1.10"]).json('{"price": 1.10}')
    assert "secret" not in Masks(["secret"]).json('{"a": "secret", "a": "other"}')


def test_every_part_of_a_value_is_covered_and_keeps_its_kind() -> None:
    masks = Masks(["Ann", "4111", "True"])
    value = {"Ann": ["Ann", ("x", 4111, 7)], "none": None, "yes": True}
    covered = {COVER: [COVER, ["x", COVER, 7]], "none": None, "yes": True}
    assert masks.value(value) == covered


@pytest.mark.parametrize("strings", [[], ["", "  "], ["\u200b \u200b"]])
def test_without_strings_nothing_changes(strings: list[str]) -> None:
    masks = Masks(strings)
    assert masks.text("a &amp; b") == "a &amp; b"
    assert not masks


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"a":7.3e22,"a":1.10}', '{\n  "a": 7.3e22,\n  "a": 1.10\n}'),
        (
            '["\\u4f60\\u597d", "\\u0022", "\\\\u4f60"]',
            '[\n  "你好",\n  "\\u0022",\n  "\\\\u4f60"\n]',
        ),
        ("[1, NaN]", "[1, NaN]"),
        ("{not json", "{not json"),
        ('"text"', '"text"'),
    ],
)
def test_json_is_indented_and_stays_as_it_was_written(text: str, read: str) -> None:
    assert indented(text) == read
