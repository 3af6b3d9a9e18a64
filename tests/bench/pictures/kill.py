"""The film of the README: kill -9 in mid-answer, a new start, a reload, and Continue."""

import re
from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect

from tests.bench.first_token import signed_in
from tests.bench.pictures.film import PAGE_SIZE, SCALE, Film
from tests.bench.pictures.scene import Scene, ask, messages, settled
from tests.upstreams.demo import LOG

# The command is typed from this word of the answer on, which goes on meanwhile.
TYPED_AT = "After a crash"
PIECES_A_SHOT = 2
LOOKING_SECONDS, READING_SECONDS = 0.8, 2.5


async def film_of_a_kill(scene: Scene, file: Path) -> bool:
    """Film it; False when the reloaded page lacks anything that was on the page before."""
    options = {"viewport": PAGE_SIZE, "device_scale_factor": SCALE}
    async with signed_in(scene.site, **options) as page:
        film = Film(page, server=["$ make run", _address(scene)], shell=["$ "])
        shown = await _until_killed(scene, film)
        kept = await _started_again(scene, film)
        await _remark(film, shown, kept)
        await _continued(scene, film)
        assert page.context.browser is not None
        await film.save(file, page.context.browser)
    return kept.startswith(shown)


async def _until_killed(scene: Scene, film: Film) -> str:
    """Ask and kill the site while it answers; gives the text that the page still shows."""
    await ask(film.page, LOG)
    await film.page.get_by_role("button", name="Hide the sidebar").click()
    film.beat = partial(scene.release, PIECES_A_SHOT)
    while TYPED_AT not in await _text(film.page):
        await film.shoot()
    film.shell.clear()
    await film.type(film.shell, f"kill -9 {scene.site.pid}")
    # More words are on their way when it dies.
    await scene.release(PIECES_A_SHOT)
    await scene.site.kill()
    film.beat = None
    film.server.append("! Killed")
    await film.shoot(LOOKING_SECONDS)
    await expect(film.page.get_by_text("No connection to the site")).to_be_visible()
    await film.shoot(READING_SECONDS)
    return await _text(film.page)


async def _started_again(scene: Scene, film: Film) -> str:
    """Start the site on its data, reload the page and give the text that it shows now."""
    await film.type(film.server, "make run")
    await film.shoot(LOOKING_SECONDS)
    await scene.site.start()
    film.server.append(_address(scene))
    await film.shoot(LOOKING_SECONDS)
    await film.shoot(LOOKING_SECONDS, reloads=True)
    await film.page.reload()
    await settled(film.page)
    return await _text(film.page)


async def _remark(film: Film, shown: str, kept: str) -> None:
    film.shell.append(f"# characters shown before the kill: {len(shown)}")
    await film.shoot(LOOKING_SECONDS)
    film.shell.append(f"# still there after the reload:     {len(kept)}")
    await film.shoot(READING_SECONDS)


async def _continued(scene: Scene, film: Film) -> None:
    """Press Continue and film the answer to its end."""
    busy = film.page.locator("article[aria-busy=true]")
    await film.page.get_by_role("button", name="Continue", exact=True).click()
    await expect(busy).to_have_count(1)
    film.beat = partial(scene.release, PIECES_A_SHOT)
    while await busy.count():
        await film.shoot()
    film.beat = None
    await settled(film.page)
    await film.shoot(2 * READING_SECONDS)


async def _text(page: Page) -> str:
    """The letters of the last answer; where they break into lines may differ."""
    content = messages(page).last.locator("[data-part=content]")
    return re.sub(r"\s+", " ", await content.inner_text()).strip()


def _address(scene: Scene) -> str:
    return f"Parley is at {scene.site.url}/"
