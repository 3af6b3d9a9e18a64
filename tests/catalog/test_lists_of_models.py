"""Importing a list of models: it is previewed, and deletes nothing."""

import asyncio
import html
import json
import re

import pytest
from django.contrib.auth.models import Permission

from conversations import access
from conversations.catalog import parameters, providers, siliconflow
from conversations.catalog.listing import add_listed_models
from conversations.models import LanguageModel, Policy, Provider, User
from tests.catalog.administrator import Administrator, audited, messages_of, server_that_says
from tests.people import People
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.django_db
ALWAYS_REASON = {
    "Qwen/QwQ-32B",
    "Pro/deepseek-ai/DeepSeek-R1",
    "deepseek-ai/DeepSeek-R1",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
    "Pro/deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "Pro/deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
}


def listing(*names: str) -> str:
    """Return the response of a server that lists these models."""
    return json.dumps({"object": "list", "data": [{"id": name} for name in names]})


def add(provider: Provider, name: str, **fields: object) -> LanguageModel:
    return LanguageModel.objects.create(provider=provider, name=name, upstream_name=name, **fields)


def offered(page: str, kind: str) -> list[str]:
    """Return the values of the boxes of one kind."""
    found = re.findall(rf'name="{kind}" value="([^"]*)"', page)
    return [html.unescape(each) for each in found]


def test_the_preview_shows_new_known_and_missing_models_and_changes_nothing(
    dana: Administrator, provider: Provider
) -> None:
    known, gone = add(provider, "b"), add(provider, "old")
    with server_that_says(200, listing("a", "b", "c")) as address:
        Provider.objects.update(base_url=address)
        page = dana.presses(provider, "sync")
    assert offered(page, "new") == ["a", "c"]
    assert offered(page, "gone") == [str(gone.pk)]
    assert "1 model that exists already" in page
    assert f"/languagemodel/{known.pk}/change/" in page
    assert set(LanguageModel.objects.values_list("name", "enabled")) == {("b", True), ("old", True)}
    assert audited() == []


def test_names_that_no_model_can_have_are_listed_with_the_reason(
    dana: Administrator, provider: Provider
) -> None:
    with server_that_says(200, listing("fine", "a\nb", "\u202eevil", "x" * 300)) as address:
        Provider.objects.update(base_url=address)
        page = html.unescape(dana.presses(provider, "sync"))
    assert offered(page, "new") == ["fine"]
    assert "“a\\nb” cannot be added, because it has characters that do not show." in page
    assert "“\\u202eevil” cannot be added, because it has characters that do not show." in page
    assert "x…” cannot be added, because it is longer than 200 characters." in page
    dana.presses(provider, "sync", apply="", new=["fine", "a\nb", "x" * 300])
    assert LanguageModel.objects.get().name == "fine"


def test_models_that_are_not_for_chat_are_added_only_if_they_are_ticked(
    dana: Administrator, provider: Provider
) -> None:
    add(provider, "bge-m3")
    with server_that_says(200, listing("chat-1", "bge-m3", "whisper-1", "gpt-image-1")) as address:
        Provider.objects.update(base_url=address)
        page = dana.presses(provider, "sync")
        narrowed = dana.presses(provider, "sync", q="whisper")
    assert offered(page, "new") == ["chat-1"]
    assert offered(page, "other") == ["whisper-1", "gpt-image-1"]
    assert "2 new models that are not for chat" in page
    assert re.findall(r'name="(\w+)"[^>]* checked', page) == ["new"]
    assert (offered(narrowed, "new"), offered(narrowed, "other")) == ([], ["whisper-1"])
    dana.presses(provider, "sync", apply="", new=["chat-1"], other=["whisper-1"])
    names = set(LanguageModel.objects.values_list("name", flat=True))
    assert names == {"bge-m3", "chat-1", "whisper-1"}


@pytest.mark.django_db(transaction=True)
def test_the_configured_provider_gets_the_models_for_chat(provider: Provider) -> None:
    listed = [{"id": "chat-1"}, {"id": "vectors", "type": "embedding"}, {"id": "bge-m3"}]
    with server_that_says(200, json.dumps({"data": listed})) as address:
        Provider.objects.update(base_url=address)
        provider.refresh_from_db()
        asyncio.run(add_listed_models(provider))
    assert LanguageModel.objects.get().name == "chat-1"


def test_what_is_ticked_is_added_and_disabled_and_written_down(
    dana: Administrator, provider: Provider
) -> None:
    stored, gone = add(provider, "stored"), add(provider, "old")
    page = dana.presses(provider, "sync", apply="", new=["a", "c"], gone=[str(gone.pk)])
    assert messages_of(page) == ["2 models were added. 1 model was disabled."]
    assert set(LanguageModel.objects.values_list("name", "enabled")) == {
        ("a", True), ("c", True), ("stored", True), ("old", False),
    }  # fmt: skip
    assert [(action, name) for action, name, *_ in audited()] == [
        ("added", "a"), ("added", "c"), ("changed", "old"),
    ]  # fmt: skip
    assert stored.enabled


def test_models_of_another_provider_are_out_of_reach(
    dana: Administrator, provider: Provider
) -> None:
    other = Provider.objects.create(name="Other", base_url="http://127.0.0.1:9/v1")
    theirs = add(other, "theirs")
    dana.presses(provider, "sync", apply="", gone=[str(theirs.pk)])
    theirs.refresh_from_db()
    assert theirs.enabled


def test_a_long_list_is_shown_in_part_and_searched(dana: Administrator, provider: Provider) -> None:
    names = [f"model-{number:04d}" for number in range(1000)]
    with server_that_says(200, listing(*names)) as address:
        Provider.objects.update(base_url=address)
        page = dana.presses(provider, "sync")
        narrowed = dana.presses(provider, "sync", q="-099")
    assert offered(page, "new") == names[:200]
    assert "1000 new models" in page
    assert "And 800 more" in page
    assert offered(narrowed, "new") == [f"model-099{digit}" for digit in range(10)]


def test_a_server_that_does_not_answer_leaves_everything_as_it_is(
    dana: Administrator, provider: Provider, server: ScriptedUpstream
) -> None:
    add(provider, "stored")
    with server_that_says(401, '"Invalid token"') as address:
        Provider.objects.update(base_url=address)
        [shown] = messages_of(dana.presses(provider, "sync"))
    assert shown.startswith("The model's server refused this site's key.")
    assert LanguageModel.objects.get().enabled


def test_only_who_may_add_models_may_sync(dana: Administrator, provider: Provider) -> None:
    alice = dana.people.alice
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.add(Permission.objects.get(codename="change_provider"))
    dana._client.force_login(User.objects.get(pk=alice.pk))
    path = f"/admin/conversations/provider/{provider.pk}/sync/"
    assert dana._client.post(path, {"apply": "", "new": "a"}).status_code == 403
    alice.user_permissions.add(Permission.objects.get(codename="add_languagemodel"))
    assert dana._client.post(path, {"apply": "", "new": "a"}).status_code == 302
    assert LanguageModel.objects.get().name == "a"


@pytest.mark.parametrize("is_open", [True, False])
def test_new_models_are_open_or_closed_as_the_policy_says(
    dana: Administrator, people: People, provider: Provider, is_open: bool
) -> None:
    Policy.objects.create(new_models_open=is_open)
    dana.presses(provider, "sync", apply="", new=["synced"])
    providers.register_local_model("http://127.0.0.1:9", "bundled", 2048, 4)
    dana.sends(
        "languagemodel/add/",
        name="by hand",
        upstream_name="x",
        provider=str(provider.pk),
        enabled="on",
        audience=LanguageModel.Audience.EVERYONE if is_open else LanguageModel.Audience.RESTRICTED,
        prompt_price="0",
        completion_price="0",
        default_max_tokens="1",
        reasoning_tokens="0",
    )
    page = dana.opens("languagemodel/add/")
    chosen = "everyone" if is_open else "restricted"
    assert f'<option value="{chosen}" selected>' in page
    names = {model.name for model in access.models_for(people.alice)}
    assert names == ({"synced", "bundled", "by hand"} if is_open else set())


def test_the_bundled_model_is_offered_with_what_its_server_can_do(people: People) -> None:
    for address in ("http://127.0.0.1:9", "http://127.0.0.1:10"):
        providers.register_local_model(address, "bundled", 2048, 4)
        model = LanguageModel.objects.get()
        assert (model.takes_tools, parameters.ranges_of(model)["n"].high) == (False, 4)
        model.takes_tools, model.parameters = True, {}
        model.save()


def test_the_bundled_model_keeps_the_choices_of_an_administrator(people: People) -> None:
    providers.register_local_model("http://127.0.0.1:9", "bundled", 2048, 4)
    chosen = {"n": {"low": 1, "high": 2}, "temperature": {"high": 1}}
    LanguageModel.objects.update(parameters=chosen, name="Small one", writes_json=False)
    providers.register_local_model("http://127.0.0.1:10", "bundled", 2048, 4)
    model = LanguageModel.objects.get()
    assert (model.parameters, model.name, model.writes_json) == (chosen, "Small one", False)


def test_the_catalogue_of_siliconflow_has_what_is_known_of_each_model(
    dana: Administrator, provider: Provider
) -> None:
    Provider.objects.update(dialect="siliconflow")
    page = dana.presses(provider, "load")
    names = offered(page, "new")
    assert len(names) == 32
    assert LanguageModel.objects.count() == 0
    dana.presses(provider, "load", apply="", new=names)
    made = LanguageModel.objects.filter(provider=provider)
    assert made.count() == 32
    reasoning = made.filter(reasons=True)
    assert set(reasoning.values_list("name", flat=True)) == ALWAYS_REASON
    assert set(made.values_list("default_max_tokens", flat=True)) == {512}
    assert set(reasoning.values_list("reasoning_tokens", flat=True)) == {32768}
    assert set(made.filter(reasons=False).values_list("reasoning_tokens", flat=True)) == {0}
    assert made.get(name="Qwen/Qwen2.5-72B-Instruct-128K").context_length == 131072
    assert made.get(name="TeleAI/TeleChat2").context_length is None


def test_loading_the_catalogue_again_changes_nothing(
    dana: Administrator, provider: Provider
) -> None:
    Provider.objects.update(dialect="siliconflow")
    names = [known.name for known in siliconflow.SILICONFLOW]
    dana.presses(provider, "load", apply="", new=names)
    model = LanguageModel.objects.get(upstream_name="Qwen/QwQ-32B")
    model.name, model.enabled = "Thinker", False
    model.save()
    page = dana.presses(provider, "load")
    assert offered(page, "new") == []
    dana.presses(provider, "load", apply="", new=names)
    model.refresh_from_db()
    assert (model.name, model.enabled) == ("Thinker", False)
    assert LanguageModel.objects.count() == 32


def test_a_synced_model_of_siliconflow_starts_with_what_is_known_of_it(
    dana: Administrator, provider: Provider
) -> None:
    Provider.objects.update(dialect="siliconflow")
    dana.presses(provider, "sync", apply="", new=["deepseek-ai/DeepSeek-R1", "unknown/model"])
    known = LanguageModel.objects.get(name="deepseek-ai/DeepSeek-R1")
    assert (known.reasons, known.default_max_tokens) == (True, 512)
    assert not LanguageModel.objects.get(name="unknown/model").reasons


def test_other_providers_have_no_catalogue(dana: Administrator, provider: Provider) -> None:
    assert "Load the catalogue" not in dana.opens(f"provider/{provider.pk}/change/")
    path = f"/admin/conversations/provider/{provider.pk}/load/"
    assert dana._client.post(path).status_code == 404
    Provider.objects.update(dialect="siliconflow")
    assert "Load the catalogue" in dana.opens(f"provider/{provider.pk}/change/")


def test_a_public_name_that_is_taken_gets_the_name_of_the_provider(provider: Provider) -> None:
    other = Provider.objects.create(name="Other", base_url="http://127.0.0.1:9/v1")
    add(other, "same")
    add(other, "same (Provider)")
    [added] = providers.sync_models(provider, ["same"])
    assert (added.name, added.upstream_name) == ("same (Provider) 2", "same")
