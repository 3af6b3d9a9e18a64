"""The shape of a JSON text, counted in slices: the same as of the text as a whole."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.api import json_shape
from conversations.api.json_shape import MOST_CONTAINERS, MOST_DEPTH, MOST_ELEMENTS, check_shape
from conversations.refusal import Refused

ANY_JSON = st.recursive(
    st.none() | st.integers() | st.text(alphabet='a"\\[]{},:é'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='"\\,['), inner),
    max_leaves=20,
)


def counted(value: Any) -> int:
    """The commas between the elements of all lists and objects."""
    if not isinstance(value, list | dict):
        return 0
    inner = list(value.values()) if isinstance(value, dict) else value
    return max(0, len(value) - 1) + sum(map(counted, inner))


@given(value=ANY_JSON, size=st.integers(1, 40), is_ascii=st.booleans())
def test_slices_see_what_the_whole_text_has(value: Any, size: int, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_shape, "_SLICE", size)
        parts = b"".join(json_shape._outside_strings(text))
    assert parts.count(b",") == counted(value)
    assert b'"' not in parts


def test_what_is_in_a_string_does_not_count() -> None:
    check_shape(json.dumps({"content": '[{,\\"' * 500_000}).encode())


TOO_COMPLEX = {
    "levels": b"[" * (MOST_DEPTH + 1) + b"0" * 100,
    "lists and objects": b"[" + b"[]," * MOST_CONTAINERS + b"0]",
    "elements": b"[" + b"0," * (MOST_ELEMENTS + 1) + b"0]",
    "elements of an object": b"{" + b'"a":0,' * (MOST_ELEMENTS + 1) + b'"a":0}',
    "empty elements": b"[" + b"," * (MOST_ELEMENTS + 1) + b"]",
}


@pytest.mark.parametrize("name", TOO_COMPLEX)
def test_a_text_that_is_too_complex_is_refused_with_the_bound(name: str) -> None:
    with pytest.raises(Refused) as refused:
        check_shape(TOO_COMPLEX[name])
    assert refused.value.code == "too_complex"
    bounds = (MOST_DEPTH, MOST_CONTAINERS, MOST_ELEMENTS)
    assert any(f"{bound:,}" in refused.value.message for bound in bounds)


@pytest.mark.parametrize(
    ("text", "is_lone"),
    [
        (b'"\\ud83d\\ude00"', False),
        (b'"\\ud83d"', True),
        (b'"\\ude00"', True),
        (b'"\\ude00\\ud83d"', True),
        (b'"plain"', False),
    ],
)
def test_half_a_character_is_found_wherever_a_slice_ends(
    monkeypatch: pytest.MonkeyPatch, text: bytes, is_lone: bool
) -> None:
    for size in range(1, 20):
        monkeypatch.setattr(json_shape, "_SLICE", size)
        assert json_shape.has_lone_surrogate(text) is is_lone
