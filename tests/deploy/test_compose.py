"""`compose.yaml`, and `compose.several.yaml` on top of it."""

from typing import Any

import pytest
from compose_spec import PyCompose

from tests.compose_files import ROOT, read, text_of

FILES = pytest.mark.parametrize("name", ["compose.yaml", "compose.several.yaml"])


def merged() -> dict[str, Any]:
    """The services of both files."""
    first, second = (read(name)["services"] for name in ("compose.yaml", "compose.several.yaml"))
    return {name: first.get(name, {}) | second.get(name, {}) for name in first | second}


@FILES
def test_compose_knows_all_that_it_says(name: str) -> None:
    # The tag is of newer versions than the parser, and its value empties a list.
    assert PyCompose.from_yaml(text_of(name).replace("!reset ", "")).service_names()


def test_one_command_without_any_setting_starts_a_site_with_the_bundled_model() -> None:
    [site] = read("compose.yaml")["services"].values()
    assert site["ports"] == ["8000:8000"]
    given = {name: value for name, value in site["environment"].items() if value}
    assert given == {"SITE_URL": "http://localhost:8000"}
    assert site["volumes"] == ["data:/data"]


@pytest.mark.parametrize("name", sorted(merged()))
def test_a_service_has_no_right_that_it_does_not_need(name: str) -> None:
    service = merged()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert "build" in service or service["user"] != "root"
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(merged()))
def test_a_service_comes_back_says_that_it_is_well_and_fills_no_disk(name: str) -> None:
    service = merged()[name]
    assert service["restart"] == "unless-stopped"
    assert service["logging"] == {"driver": "local"}
    # That of the site is in its image.
    assert "healthcheck" in service or "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert "build" in service or service["healthcheck"]["test"][0] == "CMD"


def test_of_several_processes_only_the_proxy_can_be_reached() -> None:
    published = {name for name, service in merged().items() if service.get("ports")}
    assert published == {"proxy"}


def test_the_image_has_the_programs_that_back_up_its_database() -> None:
    several = read("compose.several.yaml")["services"]
    release = several["database"]["image"].removeprefix("postgres:").removesuffix("-bookworm")
    assert several["parley"]["build"]["args"] == {"MORE_PACKAGES": f"postgresql-client-{release}"}


def test_every_file_that_is_mounted_is_in_the_repository_or_is_a_secret() -> None:
    everything = read("compose.several.yaml")
    mounted = [
        volume.split(":")[0]
        for service in everything["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith(".")
    ]
    assert [each for each in mounted if not (ROOT / each).is_file()] == []
    used = {
        secret if isinstance(secret, str) else secret["source"]
        for service in everything["services"].values()
        for secret in service.get("secrets", [])
    }
    assert used == set(everything["secrets"])
