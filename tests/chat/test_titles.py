"""The title that a conversation gets from its first message."""

import pytest

from conversations.models import title_from

ATTACHED = '```text title="minutes.txt"\nline 1\nline 2\n```'


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Which tea?", "Which tea?"),
        ("# Which\n\ntea?", "Which tea?"),
        (f"Sum this up:\n\n{ATTACHED}", "Sum this up:"),
        (ATTACHED, "minutes.txt"),
        (ATTACHED.replace("```", "`````"), "minutes.txt"),
        # Other blocks are text.
        ("```text\nminutes\n```", "```text minutes ```"),
        ('say ```text title="x"', 'say ```text title="x"'),
    ],
)
def test_a_title_is_the_beginning_of_what_the_user_wrote(content: str, title: str) -> None:
    assert title_from(content) == title
