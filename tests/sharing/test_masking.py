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
    ],
)
def test_a_string_is_covered_however_it_is_written(mask: str, text: str, covered: str) -> None:
    assert Masks([mask]).text(text) == covered


def test_the_cover_tells_nothing_of_what_is_below() -> None:
    assert Masks(["ab"]).text("ab") == Masks(["abcdefgh"]).text("abcdefgh")


def test_the_cover_is_never_what_is_masked() -> None:
    masks = Masks(["██", "secret"])
    assert masks.text("secret ██") == f"{COVERS[1]} {COVERS[1]}"


def test_strings_that_overlap_are_all_covered() -> None:
    assert Masks(["abc", "bcd"]).text("xabcdx") == f"x{COVER}x"


def test_json_stays_json() -> None:
    text = '{"card": 4111, "who": "\\u0041nn", "Ann": [1, null]}'
    assert Masks(["4111", "Ann"]).json(text) == (
        f'{{"card": "{COVER}", "who": "{COVER}", "{COVER}": [1, null]}}'
    )
    assert Masks(["other"]).json(text) == text


def test_without_strings_nothing_changes() -> None:
    assert Masks([]).text("a &amp; b") == "a &amp; b"


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
