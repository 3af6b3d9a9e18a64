"""A left-out part or a masked string can be read nowhere in what a reader gets."""

import html
import json
import re
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conversations.models import Conversation, Message, ShareLink, User, title_from
from conversations.sharing.article import to_markdown
from conversations.sharing.projection import Projection, project
from conversations.sharing.selection import Selection
from conversations.views.shared import page_of
from tests.sharing.talk import add_branch, answer, asked, call

PARTS = ("reasoning", "system_message", "parameters", "tool_calls", "model_names", "author")
# Words that occur only in a part that can be left out.
CANARIES = {
    "reasoning": ["zqthought"],
    "system_message": ["zqsystem"],
    "parameters": ["zqstopword", "zqtooldescription"],
    "tool_calls": ["zqtoolname", "zqargument", "zqresult", "zqtooldescription", "zqupstreamid"],
    "model_names": ["zqmodel"],
    "author": ["zqauthor", "zqsurname"],
}
# Words that are never shown.
NEVER = ["zqupstreamid", "zqupstreamname", "zqmail"]


def entities(text: str) -> str:
    return "".join(f"&#{ord(each)};" for each in text)


def emphasised(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]}**{text[middle:]}**"


def through_a_link(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]}[{text[middle:]}](https://example.org)"


def escaped(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def in_pieces(text: str) -> str:
    return "\u200b".join(text)


# Ways to put a string into Markdown; in each of them the string can be read.
DISGUISES = [
    str, str.upper, entities, emphasised, through_a_link, escaped, in_pieces, html.escape,
    lambda text: f"`{text}`",
    lambda text: f"\n```python\nx = '{text}'\n```\n",
    lambda text: f"\n    {text}\n",
    lambda text: f"[there](https://example.org/{quote(text)})",
    lambda text: f'[there](https://example.org "{text}")',
    lambda text: f"![{text}](https://example.org/a.png)",
    lambda text: f"\n| a |\n|---|\n| {text} |\n",
    lambda text: f"\n# {text}\n",
    lambda text: f"\n> - {text}\n",
    lambda text: f"$\\text{{{text}}}$",
    lambda text: f"${text}$",
    lambda text: json.dumps({"a": text}),
    lambda text: json.dumps({"a": json.dumps({"b": text})}),
    lambda text: f"<b title='{text}'>",
]  # fmt: skip

SECRETS = st.text("zqaZ09_-*&<>'\"\\/ .é键", min_size=2, max_size=8).map(lambda text: f"zq{text}9")


@st.composite
def drafts(draw: Any) -> dict[str, Any]:
    """A conversation with hidden secrets, and a selection of it."""
    secrets = draw(st.lists(SECRETS, max_size=3, unique=True))
    return {
        "secrets": secrets,
        "hidden": [
            (secret, draw(st.sampled_from(DISGUISES)), draw(st.integers(0, 5)))
            for secret in secrets
            for _time in range(draw(st.integers(1, 3)))
        ],
        "omit": draw(st.lists(st.sampled_from(PARTS), unique=True)),
        "leaf": draw(st.integers(0, 5)),
        "chosen": draw(st.none() | st.sets(st.integers(0, 5), min_size=1)),
    }


def test_nothing_left_out_or_masked_can_be_read_anywhere(db: None) -> None:
    author = User.objects.create_user(
        "zqauthor", "zqmail@example.org", first_name="Ann", last_name="zqsurname"
    )

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(drafts())
    @example(
        {
            "secrets": ["zq secret 9"],
            "hidden": [("zq secret 9", disguise, 4) for disguise in DISGUISES],
            "omit": [],
            "leaf": 5,
            "chosen": None,
        }
    )
    @example(
        {
            "secrets": ["zq  9"],
            "hidden": [("zq  9", disguise, 0) for disguise in DISGUISES],
            "omit": [],
            "leaf": 0,
            "chosen": None,
        }
    )
    def holds(draft: dict[str, Any]) -> None:
        with transaction.atomic():
            check(author, draft)
            transaction.set_rollback(True)

    holds()


def check(author: User, draft: dict[str, Any]) -> None:
    """Share a draft, and check that nothing that is served has a forbidden word."""
    conversation, messages = make_tree(author, draft)
    leaf = messages[draft["leaf"]]
    branch = leaf.branch()
    chosen = None if draft["chosen"] is None else [messages[each].pk for each in draft["chosen"]]
    shown = [each.pk for each in branch if chosen is None or each.pk in chosen]
    if not any(each.pk in shown and each.role != "tool" for each in branch):
        return
    projection = project(conversation, selection_of(draft, leaf.pk, chosen, shown))
    served = everything(projection)
    forbidden = [*NEVER, *(word for part in draft["omit"] for word in CANARIES[part])]
    forbidden += [f"zqmsg{number}" for number, each in enumerate(messages) if each.pk not in shown]
    assert [word for word in forbidden if word in served] == []
    assert [word for word in draft["secrets"] if plain(word) in served] == []


def selection_of(
    draft: dict[str, Any], leaf_id: UUID, chosen: list[UUID] | None, shown: list[UUID]
) -> Selection:
    return Selection(
        leaf_id=leaf_id,
        message_ids=None if chosen is None else tuple(shown),
        omit=tuple(draft["omit"]),
        masks=tuple(draft["secrets"]),
    )


def make_tree(author: User, draft: dict[str, Any]) -> tuple[Conversation, list[Message]]:
    """A question with two answers; a call, its result, an answer and a question follow one."""
    texts = [f"zqmsg{number} tells" for number in range(6)]
    for secret, disguise, number in draft["hidden"]:
        texts[number] += f" and {disguise(secret)} too"
    everywhere = " ".join(draft["secrets"])
    conversation = Conversation.objects.create(
        user=author,
        title=title_from(texts[0]),
        system_message=f"zqsystem {everywhere}",
        parameters={
            "stop": ["zqstopword", everywhere],
            "tools": [{"function": {"name": "t", "description": "zqtooldescription"}}],
        },
    )
    arguments = json.dumps({"zqargument": draft["secrets"], everywhere or "k": 1})
    add_branch(conversation, None, asked(texts[0]), answer(texts[1]))
    root = conversation.messages.get(role="user")
    thinking = {"reasoning_content": f"zqthought {everywhere}", "model_name": "zqmodel"}
    calling = {"tool_calls": [call(f"zqtoolname {everywhere}", arguments, "zqupstreamid")]}
    add_branch(
        conversation,
        root,
        answer(texts[2], **{**thinking, **calling}),
        {"role": "tool", "content": f"zqresult {texts[3]}", "tool_call_id": "zqupstreamid"},
        answer(texts[4], model_name=f"zqmodel {everywhere}"),
        asked(texts[5]),
    )
    found = {re.findall(r"zqmsg\d", each.content)[0]: each for each in conversation.messages.all()}
    return conversation, [found[f"zqmsg{number}"] for number in range(6)]


def everything(projection: Projection) -> str:
    """Everything that a reader can get, in every form in which it can be read."""
    link = ShareLink(
        title=projection.title, snapshot=projection.snapshot, shows_title=True, token_hash="0"
    )
    page = page_of(link, projection.article, "token", None)
    copy = to_markdown(projection.snapshot)
    stored = json.dumps(projection.snapshot, ensure_ascii=False)
    texts = [page, copy, stored, without_tags(page), json.dumps(projection.snapshot)]
    texts += [html.unescape(each) for each in (page, copy)] + [unquote(page), unquote(copy)]
    texts += [re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", each) for each in (copy, stored)]
    return "\n".join(plain(each) for each in texts)


def without_tags(page: str) -> str:
    inline = re.sub(r"</?(?:a|b|code|del|em|s|span|strong|m[a-z]+)\b[^>]*>", "", page)
    return html.unescape(re.sub(r"<[^>]*>", "\n", inline))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200b", "")).casefold().strip()


@pytest.mark.parametrize("gap", [r"\quad ", r"\;", "~", r"\ ", r"\hspace{1em}", r"\enspace "])
def test_the_words_of_a_formula_are_masked_whatever_is_between_them(db: None, gap: str) -> None:
    author = User.objects.create_user("ann")
    conversation = Conversation.objects.create(user=author, title="A talk")
    formula = rf"$\text{{Zqanna}}{gap}\text{{Zqweber}}$"
    add_branch(conversation, None, asked("Hello"), answer(f"Here\n\n{formula}\n\nand there."))
    assert conversation.head_id is not None
    selection = Selection(leaf_id=conversation.head_id, masks=("Zqanna Zqweber",))
    shown = everything(project(conversation, selection))
    assert "Zqweber" not in shown
    assert "and there." in shown


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_can_be_read_while_it_is_not_masked(db: None, disguise: Any) -> None:
    author = User.objects.create_user("ann")
    conversation = Conversation.objects.create(user=author, title="A talk")
    add_branch(conversation, None, asked("Hello"), answer(f"It is {disguise('zqword9')} here."))
    assert conversation.head_id is not None
    shown = everything(project(conversation, Selection(leaf_id=conversation.head_id)))
    assert "zqword9" in shown
