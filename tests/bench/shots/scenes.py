"""The pages and open states that are on the pictures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.bench.pictures.scene import Scene, messages
from tests.upstreams.demo import ANSWERS, HORIZON, LOG, pieces

# Pieces of an answer that is shown while it is written.
BEGUN = 60
ALICE, DANA, NOBODY = "alice", "dana", ""
Prepare = Callable[[Page, Scene], Awaitable[None]]


async def _nothing(page: Page, scene: Scene) -> None:
    """Leave the page as it is opened."""


@dataclass(frozen=True)
class Shown:
    """A page: whose it is, where, and what is done there first.

    ``path`` is an address, a name of ``furnish``, or the template of an error page.
    """

    name: str
    user: str
    path: str
    prepare: Prepare = _nothing


def _pressing(*names: str) -> Prepare:
    async def press(page: Page, scene: Scene) -> None:
        for name in names:
            await page.get_by_role("button", name=name, exact=True).last.click()

    return press


async def _drawn(page: Page, scene: Scene) -> None:
    """Draw all that is drawn late: code, formulas and the diagram."""
    await expect(messages(page).first).to_be_visible()
    diagram = page.locator(".has-diagram").first
    await page.locator(".code-block").last.scroll_into_view_if_needed()
    await expect(diagram).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def _at_the_top(page: Page, scene: Scene) -> None:
    await _drawn(page, scene)
    await page.locator("#log-scroller").evaluate("box => box.scrollTo(0, 0)")


async def _at_the_diagram(page: Page, scene: Scene) -> None:
    await _drawn(page, scene)
    await page.locator(".has-diagram").first.scroll_into_view_if_needed()


async def _with_reasoning(page: Page, scene: Scene) -> None:
    await _drawn(page, scene)
    await page.locator("summary").filter(has_text="Reasoning").first.click()
    await page.locator("summary").filter(has_text="Reasoning").first.scroll_into_view_if_needed()


async def _streaming(page: Page, scene: Scene) -> None:
    await page.get_by_role("textbox", name="Message").fill(HORIZON)
    await page.get_by_role("button", name="Send", exact=True).click()
    await scene.release(BEGUN)
    await expect(messages(page).last).to_contain_text("Horizon")


def _to_its_end(question: str, released: int = 0) -> Prepare:
    async def write(page: Page, scene: Scene) -> None:
        # No piece too many: the next answer would begin with it.
        await scene.release(len(pieces(ANSWERS[question])) - released)
        await expect(page.locator("article[aria-busy=true]")).to_have_count(0)

    return write


async def _typed(page: Page, scene: Scene) -> None:
    await page.get_by_role("textbox", name="Message").fill("A line\n" * 12 + "and the last one.")


async def _after(page: Page, scene: Scene, *names: str) -> None:
    await _drawn(page, scene)
    await _pressing(*names)(page, scene)


async def _finding(page: Page, scene: Scene) -> None:
    await _after(page, scene, "Find in conversation")
    await page.get_by_role("textbox", name="Find in conversation").fill("tide")
    await page.keyboard.press("Enter")


async def _menu_of_a_message(page: Page, scene: Scene) -> None:
    await _drawn(page, scene)
    await page.get_by_role("article").last.get_by_role("button", name="More").click()


async def _details(page: Page, scene: Scene) -> None:
    """On a phone they are in the menu."""
    await _drawn(page, scene)
    last = page.get_by_role("article").last
    details = last.get_by_role("button", name="Details")
    if not await details.is_visible():
        await last.get_by_role("button", name="More").click()
        details = page.get_by_role("menuitem", name="Details")
    await details.click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def _menu_of_the_user(page: Page, scene: Scene) -> None:
    await _with_the_sidebar(page, scene)
    await page.locator("#user-button").click()


async def _with_the_sidebar(page: Page, scene: Scene) -> None:
    """Which is a drawer on a phone."""
    show = page.get_by_role("button", name="Show the sidebar")
    if await show.is_visible():
        await show.click()
    await expect(page.get_by_role("navigation", name="Conversations")).to_be_visible()


async def _menu_of_a_row(page: Page, scene: Scene) -> None:
    await _with_the_sidebar(page, scene)
    row = page.locator(".conversation-row").first
    await row.hover()
    await row.get_by_role("button", name="More").click()
    await expect(page.get_by_role("menu", name="More")).to_be_visible()


async def _keys(page: Page, scene: Scene) -> None:
    await page.keyboard.press("Control+/")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def _all_parameters(page: Page, scene: Scene) -> None:
    await _pressing("Parameters")(page, scene)
    for section in await page.locator("#parameters details:not([open]) > summary").all():
        await section.click()


async def _editing(page: Page, scene: Scene) -> None:
    await _drawn(page, scene)
    await page.get_by_role("article").first.get_by_role("button", name="Edit").click()


async def _queueing(page: Page, scene: Scene) -> None:
    """Queue a message behind an answer that waits for its pieces."""
    box = page.get_by_role("textbox", name="Message", exact=True)
    await box.fill(LOG)
    await box.press("Control+Enter")
    await box.fill("And then?")
    await page.get_by_role("button", name="Queue", exact=True).click()
    await expect(page.get_by_role("list", name="Queued messages")).to_be_visible()


async def _printed(page: Page, scene: Scene) -> None:
    await page.wait_for_load_state("networkidle")
    await page.emulate_media(media="print")


async def _sharing(page: Page, scene: Scene) -> None:
    await page.get_by_role("button", name="Share", exact=True).click()
    await expect(page.locator("#share-preview iframe")).to_have_count(1)
    await expect(page.locator("#share-preview")).to_have_attribute("aria-busy", "false")


async def _refused(page: Page, scene: Scene) -> None:
    await page.get_by_label("Username or email").fill("alice")
    await page.get_by_label("Password", exact=True).fill("a wrong one")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert").first).to_be_visible()


CONVERSATIONS = [
    Shown("empty", ALICE, "/"),
    Shown("typed", ALICE, "/", _typed),
    Shown("models", ALICE, "/", _pressing("Model")),
    Shown("parameters", ALICE, "/", _pressing("Parameters")),
    Shown("parameters-all", ALICE, "/", _all_parameters),
    Shown("sidebar", ALICE, "/", _with_the_sidebar),
    Shown("user-menu", ALICE, "/", _menu_of_the_user),
    Shown("keys", ALICE, "/", _keys),
    Shown("row-menu", ALICE, "/", _menu_of_a_row),
    Shown("streaming", ALICE, "/", _streaming),
    Shown("streamed", ALICE, "", _to_its_end(HORIZON, BEGUN)),
    Shown("queueing", ALICE, "", _queueing),
    Shown("queue-sent", ALICE, "", _to_its_end(LOG)),
    Shown("everything-top", ALICE, "everything", _at_the_top),
    Shown("everything-reasoning", ALICE, "everything", _with_reasoning),
    Shown("everything-diagram", ALICE, "everything", _at_the_diagram),
    Shown("everything-end", ALICE, "everything", _drawn),
    Shown("finding", ALICE, "everything", _finding),
    Shown("message-menu", ALICE, "everything", _menu_of_a_message),
    Shown("details", ALICE, "everything", _details),
    Shown("editing", ALICE, "everything", _editing),
    Shown("compared", ALICE, "compared"),
    Shown("models-compared", ALICE, "models-compared"),
    Shown("failed", ALICE, "failed"),
    Shown("long-names", ALICE, "long"),
    Shown("share", ALICE, "secret", _sharing),
    Shown("share-links", ALICE, "everything", _pressing("Share")),
    Shown("printed", ALICE, "everything", _printed),
]
ENTRANCE = [
    Shown("before-set-up", NOBODY, "not_set_up.html"),
    Shown("set-up", NOBODY, "setup.html"),
    Shown("sign-in", NOBODY, "/accounts/login/"),
    Shown("sign-in-refused", NOBODY, "/accounts/login/", _refused),
    Shown("forgotten", NOBODY, "/accounts/password/reset/"),
    Shown("invitation", NOBODY, "invited"),
    Shown("sign-out", ALICE, "/accounts/logout/"),
    Shown("confirm-password", ALICE, "/accounts/2fa/totp/activate/"),
]
SHARED = [
    Shown("shared", NOBODY, "shared"),
    Shown("shared-article", NOBODY, "article"),
    Shown("shared-printed", NOBODY, "shared", _printed),
    Shown("pass-phrase", NOBODY, "locked"),
    Shown("shared-gone", NOBODY, "/s/nothing-here/"),
]
ACCOUNT = [
    Shown("account", ALICE, "/account/"),
    Shown("links", ALICE, "/account/links/"),
    Shown("activity", ALICE, "/account/activity/"),
    Shown("key", ALICE, "key"),
    Shown("key-new", ALICE, "/account/keys/new/"),
    Shown("password", ALICE, "/accounts/password/change/"),
    Shown("email", ALICE, "/accounts/email/"),
    Shown("second-factor", ALICE, "/accounts/2fa/"),
    Shown("sessions", ALICE, "/accounts/sessions/"),
    Shown("export", ALICE, "/account/export/"),
    Shown("delete", ALICE, "/account/delete/"),
]
_LISTS = (
    "user", "provider", "languagemodel", "rule", "invitation", "sharelink", "apikey", "preset",
    "ledgerentry", "auditentry", "policy", "keptcompletion",
)  # fmt: skip
ADMINISTRATION = [
    Shown("admin", DANA, "/admin/"),
    Shown("admin-usage", DANA, "/admin/usage/"),
    Shown("admin-live", DANA, "/admin/live/"),
    *(Shown(f"admin-{name}", DANA, f"/admin/conversations/{name}/") for name in _LISTS),
    Shown("admin-group", DANA, "/admin/auth/group/"),
    Shown("admin-user-1", DANA, "/admin/conversations/user/1/change/"),
    Shown("admin-user-add", DANA, "/admin/conversations/user/add/"),
    Shown("admin-user-import", DANA, "/admin/conversations/user/import/"),
    Shown("admin-provider-1", DANA, "/admin/conversations/provider/1/change/"),
    Shown("admin-model-1", DANA, "/admin/conversations/languagemodel/1/change/"),
    Shown("admin-rule-add", DANA, "/admin/conversations/rule/add/"),
    Shown("admin-group-1", DANA, "/admin/auth/group/1/change/"),
]
ERRORS = [
    Shown(f"error-{name}", NOBODY, f"{name}.html")
    for name in ("400", "403", "403_csrf", "404", "413", "429", "500", "503")
]
SCENES = [*CONVERSATIONS, *ENTRANCE, *SHARED, *ACCOUNT, *ADMINISTRATION, *ERRORS]
