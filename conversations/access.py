"""Permission-checked lookups: the only way to load a user's objects.

Anything a user may not see raises :class:`NotFound`, as if it did not exist.
"""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db.models import CharField, DateField, IntegerField, QuerySet, UUIDField

from conversations import days
from conversations.database.prepared import PreparedQuery
from conversations.models import (
    ApiKey,
    Conversation,
    Generation,
    LanguageModel,
    Message,
    Policy,
    ShareLink,
    SignInName,
    User,
    hashed,
)

T = TypeVar("T")


class NotFound(Exception):
    """There is no such object, or it belongs to somebody else: the user cannot tell which."""


_conversation = PreparedQuery(
    lambda user, pk: (
        Conversation.objects.undeleted().filter(user=user, pk=pk).select_related("language_model")
    ),
    user=IntegerField(),
    pk=UUIDField(),
)
_open_model = PreparedQuery(
    lambda user, name, today: (
        LanguageModel.objects.open_to(user, today).filter(name=name).select_related("provider")
    ),
    user=IntegerField(),
    name=CharField(),
    today=DateField(),
)


def conversation_for(user: User, conversation_id: UUID) -> Conversation:
    """The user's conversation. Raises :class:`NotFound`."""
    return _or_not_found(_conversation.first(user=user.pk, pk=conversation_id))


def conversations_for(user: User, ids: Iterable[UUID]) -> list[Conversation]:
    """The conversations with these ids that belong to the user, with their models."""
    return [found for pk in ids for found in _conversation(user=user.pk, pk=pk)]


def deleted_conversation_for(user: User, conversation_id: UUID) -> Conversation:
    """A deleted conversation of the user, which can be restored."""
    return _or_not_found(_deleted(user, conversation_id).first())


def is_deleted(user: User, conversation_id: UUID) -> bool:
    """True for a conversation that the user has deleted, as long as it is not purged."""
    return _deleted(user, conversation_id).exists()


def _deleted(user: User, conversation_id: UUID) -> QuerySet[Conversation]:
    return Conversation.objects.filter(user=user, pk=conversation_id, deleted_at__isnull=False)


def message_for(user: User, message_id: UUID) -> Message:
    """A message in one of the user's conversations, with its conversation and generation."""
    found = (
        Message.objects.filter(conversation__in=user.conversations.undeleted(), pk=message_id)
        .select_related("conversation", "generation")
        .first()
    )
    return _or_not_found(found)


def may_read_upstream_words(user: User) -> bool:
    """True for administrators who see providers: what a server says of a failure is about the
    site's account there, and not for its users."""
    return user.is_staff and user.has_perm("conversations.view_provider")


def generation_for(user: User, generation_id: UUID) -> Generation:
    """A generation that the user started."""
    return _or_not_found(Generation.objects.filter(user=user, pk=generation_id).first())


def share_link_for(user: User, link_id: UUID) -> ShareLink:
    """A link that the user made, in whatever state it is."""
    return _or_not_found(user.share_links.filter(pk=link_id).first())


def shared_for(token: str, reader: User | None, *, include_used_up: bool = False) -> ShareLink:
    """The link with this token, without its snapshot, if the reader may open it.

    ``reader`` is None where nobody is signed in. ``include_used_up`` finds a link without views
    left too: a reader who saw its page may still take a copy. Raises :class:`NotFound` for a link
    that is wrong, expired, used up, revoked, of an inactive account or for other readers: the
    reader cannot tell which.
    """
    links = ShareLink.objects.current() if include_used_up else ShareLink.objects.live()
    if not Policy.current().public_links:
        links = links.exclude(audience=ShareLink.Audience.PUBLIC)
    # One query decides it all, so that every refusal takes the same time.
    link = links.open_to(reader).without_snapshot().filter(token_hash=hashed(token)).first()
    return _or_not_found(link)


def user_named(username: str) -> User:
    """The active account with this user name, in whatever case and width it is written."""
    _check_text(username)
    return _or_not_found(next(iter(SignInName.objects.users_named([username])), None))


def models_for(user: User, key: ApiKey | None = None) -> list[LanguageModel]:
    """The models that the user may use, with this API key of theirs if there is one, by name."""
    return list(LanguageModel.objects.open_to(user).within(key).prefetch_related("provider"))


def model_for(user: User, name: str, key: ApiKey | None = None) -> LanguageModel:
    """The model with this public name, with its provider, if the user may use it (with that key).

    The name of a retired model gives the model that replaces it, under the same condition.
    """
    _check_text(name)
    if found := _open_named(user, name, key):
        return found
    named = LanguageModel.objects.filter(name=name).first()
    for model in named.succession() if named else ():
        if found := _open_named(user, model.name, key):
            return found
    raise NotFound


def _open_named(user: User, name: str, key: ApiKey | None) -> LanguageModel | None:
    found = _open_model.first(user=user.pk, name=name, today=days.today())
    return found if found and (key is None or key.is_for(found.pk)) else None


def api_key_for(user: User, key_id: int) -> ApiKey:
    """An API key of the user that is not revoked."""
    return _or_not_found(user.api_keys.unrevoked().filter(pk=key_id).first())


def _check_text(text: str) -> None:
    # PostgreSQL refuses text with NUL as a parameter, and no name has one.
    if "\0" in text:
        raise NotFound


def _or_not_found(found: T | None) -> T:
    if found is None:
        raise NotFound
    return found
