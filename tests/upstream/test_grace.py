"""An answer ends when its choices end: its count has two seconds to come, in virtual time."""

import pytest

from conversations.upstream import Clocks, EmptyAnswer
from tests.upstream.virtual_time import hear
from tests.upstreams.recorded import DONE, OPEN, chunk, counted, ended, event, said, usage

ANSWER = (said("All of it."), ended())


def seconds_of(*steps: bytes | float, **more: float) -> float:
    """Return when a whole answer of these steps had ended."""
    heard = hear(*steps, OPEN, **more)
    assert (heard.error, heard.text) == (None, "All of it.")
    return heard.seconds


def test_an_answer_ends_two_seconds_after_its_last_choice() -> None:
    assert seconds_of(*ANSWER) == 2


@pytest.mark.parametrize("last", [DONE, counted(10, 3)])
def test_the_end_or_a_count_ends_it_at_once(last: bytes) -> None:
    assert seconds_of(*ANSWER, 0.5, last) == 0.5


@pytest.mark.parametrize("sign", [b": ping\n\n", event("null"), event({"choices": []}), b"\n"])
def test_signs_of_life_do_not_put_off_the_end(sign: bytes) -> None:
    assert seconds_of(*ANSWER, *[sign, 0.6] * 9) == pytest.approx(2)


def test_a_count_of_zero_is_none() -> None:
    assert seconds_of(*ANSWER, counted(0, 0), 0.5, counted(10, 3)) == 0.5


def test_a_count_with_the_last_choice_does_not_hide_a_later_one() -> None:
    with_end = event({**chunk({}, "stop"), "usage": usage(10, 1)})
    assert seconds_of(said("All of it."), with_end, 1.5, counted(10, 3)) == 1.5


def test_text_after_the_end_counts_and_its_server_is_waited_for_longer() -> None:
    assert seconds_of(said("All"), ended(), 1.5, said(" of"), 4.5, said(" it.")) == 11
    each = [said(text, finish="stop") for text in ("All", " of", " it.")]
    assert seconds_of(each[0], 1.5, each[1], 4.5, each[2], 4.5, DONE) == 10.5


def test_a_server_that_ends_before_the_first_word_is_waited_for_longer() -> None:
    assert seconds_of(ended(), 4.5, said("All of it."), ended(), DONE) == 4.5
    heard = hear(ended(), OPEN)
    assert isinstance(heard.error, EmptyAnswer)
    assert heard.seconds == 5


def test_a_clock_that_runs_out_meanwhile_takes_nothing_from_a_complete_answer() -> None:
    heard = hear(*ANSWER, OPEN, clocks=Clocks(silent=1))
    assert (heard.error, heard.text, heard.seconds) == (None, "All of it.", 1)


def test_time_that_the_reader_takes_does_not_cut_off_the_rest() -> None:
    steps = (said("All"), ended(), said(" of it."), 0.5, counted(10, 3))
    heard = hear(*steps, OPEN, reader_takes=5)
    assert (heard.error, heard.text) == (None, "All of it.")
