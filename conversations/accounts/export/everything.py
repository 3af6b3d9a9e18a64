"""The files of an export, and the pieces of its archive."""

from collections.abc import Iterator

from django.utils.text import slugify
from django.utils.translation import gettext as _

from conversations.accounts.export.account import account_of
from conversations.accounts.export.archive import File, zipped
from conversations.accounts.export.conversation_json import conversation_as_json
from conversations.accounts.export.conversation_markdown import conversation_as_markdown
from conversations.accounts.export.conversation_tree import Tree, trees
from conversations.accounts.export.pieces import as_json
from conversations.accounts.export.rows import (
    api_calls_of,
    security_events_of,
    share_links_of,
    usage_of,
)
from conversations.models import Conversation, Feedback, User

_SLUG_CHARACTERS = 40


def export_of(user: User) -> Iterator[bytes]:
    """The ZIP file with everything of the user, in pieces.

    It ends early where the account is closed meanwhile, and then cannot be opened.
    """
    return zipped(_files(user))


def _files(user: User) -> Iterator[File]:
    yield File("README.txt", [_about()])
    yield File("account.json", [as_json(account_of(user)) + "\n"])
    yield File("usage.json", usage_of(user))
    yield File("share_links.json", share_links_of(user))
    yield File("api_calls.json", api_calls_of(user))
    yield File("security_events.json", security_events_of(user))
    # The keys alone: ten thousand of them are small.
    keys = list(user.conversations.order_by("created_at", "pk").values_list("pk", flat=True))
    rated = set(Feedback.objects.filter(user=user).values_list("message__conversation", flat=True))
    for number, tree in enumerate(trees(user.pk, keys), 1):
        if tree is not None:
            yield from _conversation(tree, number, has_ratings=tree.conversation.pk in rated)


def _conversation(tree: Tree, number: int, *, has_ratings: bool) -> Iterator[File]:
    name = _name(tree.conversation, number)
    yield File(f"{name}.json", conversation_as_json(tree, has_ratings=has_ratings))
    yield File(f"{name}.md", conversation_as_markdown(tree))


def _name(conversation: Conversation, number: int) -> str:
    """A name of letters, digits and hyphens, so that it is safe on every system."""
    words = slugify(conversation.title, allow_unicode=True)[:_SLUG_CHARACTERS].strip("-_")
    day = f"{conversation.created_at:%Y-%m-%d}"
    return "conversations/" + "-".join(filter(None, [f"{number:05}", day, words]))


def _about() -> str:
    return _(
        "This archive has everything that the site stores about you and that is yours.\n\n"
        "account.json: your account, e-mail addresses, ways to sign in, sessions, API keys, "
        "presets. No secret is in it.\n"
        "usage.json: one entry for each answer.\n"
        "share_links.json: your links, and the copies that they show.\n"
        "api_calls.json: what is stored of API calls.\n"
        "security_events.json: sign-ins, failures and changes of your account.\n"
        "conversations/: each conversation twice. The .md file has the branch that the page "
        "shows, for reading; the .json file has every version. Deleted ones that have not been "
        "erased yet are marked.\n\n"
        "All times are in UTC.\n"
    )
