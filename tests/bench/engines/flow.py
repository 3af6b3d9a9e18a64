"""The main flow: each step is a function of a visit, and begins where the one before it ended."""

from tests.bench.engines.visit import FROM_END, LAST, SCROLLER, Failure, Visit

# A long answer, at a speed at which one can read along.
LONG = "Please, tokens=400 rate=200"
PASTED = "Words from elsewhere, é and 漢."
LONG_PASTE = "A line of the minutes of the meeting.\n" * 250
# What a paste brings, kept where every kind of script finds it.
_LISTEN = """
addEventListener("paste", ({ clipboardData }) => {
  const { dataset } = document.documentElement;
  dataset.html = clipboardData.getData("text/html");
  dataset.text = clipboardData.getData("text/plain");
}, { capture: true, once: true });
"""
_PASTED = "document.documentElement.dataset"
_DIALOG = "document.querySelector('dialog[open]')"
_VALUE = "document.getElementById('message').value"
_ARTICLES = "document.querySelectorAll('[role=log] article').length"


def sign_in(visit: Visit) -> None:
    """Sign in; the empty page is as large as the window."""
    visit.sign_in("alice")
    visit.fits()


def _begin_anew(visit: Visit) -> None:
    visit.leave()
    _choose(visit, "good")


def _choose(visit: Visit, model: str) -> None:
    visit.press("Model")
    visit.press(model, "option")


def ask(visit: Visit) -> None:
    """Ask, and read the whole answer."""
    _choose(visit, "good")
    visit.converse("Please, tokens=12")
    visit.shows_tokens(12)
    visit.fits()


def stop(visit: Visit) -> None:
    """Stop an answer; what was written stays."""
    visit.begin()
    visit.press("Stop")
    visit.ended("Stopped")
    visit.shows_tokens(3)


def reload_in_mid_answer(visit: Visit) -> None:
    """Reload the page while an answer is written; nothing is lost or doubled."""
    visit.begin()
    visit.engine.reload()
    visit.shows_tokens(3)
    visit.let_on()
    visit.ended()
    visit.shows_tokens(20)


def follow_in_a_second_tab(visit: Visit) -> None:
    """Open the conversation in a second tab while an answer is written; both show all of it."""
    visit.begin()
    address = visit.engine.run("return location.href")
    visit.engine.new_tab()
    visit.engine.open(address)
    visit.shows_tokens(3)
    visit.let_on()
    visit.shows_tokens(20)
    visit.engine.show_tab(0)
    visit.ended()
    visit.shows_tokens(20)


def edit(visit: Visit) -> None:
    """Edit the last question; the new wording is the second of two versions."""
    visit.press("Edit", place=-1)
    visit.see("box", "New wording")
    visit.engine.press("Control+a")
    visit.engine.type("Another, tokens=4")
    for _line in range(3):
        visit.engine.press("Shift+Enter")
    visit.engine.type("of four lines")
    # The box has grown with its text.
    visit.wait("given[0].scrollHeight - given[0].clientHeight < 2", visit.see("box", "New wording"))
    visit.engine.press("Enter")
    visit.wait("document.querySelector('[role=log]').textContent.includes('Another, tokens=4')")
    visit.ended()
    visit.shows_tokens(4)
    visit.wait("document.querySelector('[role=log]').textContent.includes('2/2')")


def compare(visit: Visit) -> None:
    """Ask two models at once, and keep the answer of the second."""
    _begin_anew(visit)
    visit.press("Model")
    visit.press("", "#compare")
    visit.press("siliconflow", "option")
    visit.engine.press("Escape")
    visit.send("Please, tokens=6 at=0")
    visit.wait(
        "document.querySelectorAll("
        "'[role=group][aria-label=Answers] article[aria-busy=false]').length === 2"
    )
    visit.press("Keep", place=1)
    visit.wait(f"{_ARTICLES} === 2")
    visit.wait(f"{LAST}.textContent.includes('2/2')")
    visit.shows_tokens(6)


def copy(visit: Visit) -> None:
    """Copy an answer, and paste it into the next message: as HTML and as text."""
    visit.press("Copy", place=-1)
    visit.engine.run(_LISTEN)
    visit.press("Message", "box")
    visit.engine.press("Control+v")
    visit.wait(f"{_VALUE}.includes(':0005')")
    visit.check(f"{_PASTED}.text.includes(':0005') && !{_PASTED}.text.includes('Copy')")
    visit.check(f"{_PASTED}.html.includes(':0005') && !{_PASTED}.html.includes('<button')")
    visit.engine.press("Control+a")
    visit.engine.press("Backspace")


def paste(visit: Visit) -> None:
    """Cut and paste a text; a long one becomes an attached text."""
    visit.write("Message", PASTED)
    visit.engine.press("Control+a")
    visit.engine.press("Control+x")
    visit.wait(f"{_VALUE} === ''")
    visit.engine.press("Control+v")
    visit.wait(f"{_VALUE} === given[0]", PASTED)
    visit.engine.run(f"{_VALUE} = arguments[0]", LONG_PASTE)
    visit.engine.press("Control+a")
    visit.engine.press("Control+x")
    visit.engine.press("Control+v")
    visit.wait("document.querySelector('#attachments li')?.textContent.includes('Pasted text')")
    visit.check(f"{_VALUE} === ''")
    visit.press("", "#attachments [data-attached=remove]")


def share(visit: Visit) -> None:
    """Share the conversation, copy the link, and open the shared page."""
    visit.press("Share")
    visit.wait("document.querySelector('#share-preview iframe')")
    visit.press("Create link")
    address = visit.see("box", "Address")
    link = visit.engine.run("return arguments[0].value", address)
    visit.check(f"{_DIALOG}.getBoundingClientRect().height > 240")
    for element in (address, visit.see("button", "Copy")):
        visit.check(
            f"given[0].getBoundingClientRect().bottom <= {_DIALOG}.getBoundingClientRect().bottom",
            element,
        )
    visit.press("Copy")
    visit.engine.press("Escape")
    visit.wait(f"!{_DIALOG}")
    visit.press("Message", "box")
    visit.engine.press("Control+v")
    visit.wait(f"{_VALUE} === given[0]", link)
    visit.engine.press("Control+a")
    visit.engine.press("Backspace")
    visit.engine.open(link)
    visit.wait("document.querySelector('main').textContent.includes(':0005')")
    visit.check("document.documentElement.scrollWidth === document.documentElement.clientWidth")


def back_and_forward(visit: Visit) -> None:
    """Go back to the conversation, into another one, back and forward."""
    visit.engine.back()
    visit.shows_tokens(6)
    here = visit.engine.run("return location.pathname")
    visit.press("", "nav a[href^='/c/']:not([aria-current])")
    visit.wait("location.pathname !== given[0] && location.pathname !== '/'", here)
    visit.wait(f"{LAST}.textContent.includes('gen:')")
    there = visit.engine.run("return location.pathname")
    visit.engine.back()
    visit.wait("location.pathname === given[0]", here)
    visit.shows_tokens(6)
    visit.engine.forward()
    visit.wait("location.pathname === given[0]", there)
    visit.wait(f"{_ARTICLES} > 2")


def offline_and_back(visit: Visit) -> None:
    """Lose the network, or the site, and write meanwhile; it is sent once, when it is back."""
    _begin_anew(visit)
    visit.converse("Please, tokens=2")

    def written_meanwhile() -> None:
        visit.wait("document.getElementById('offline-line').checkVisibility()")
        visit.send("While away, tokens=5")
        visit.wait(f"{_ARTICLES} === 4")

    if visit.engine.cut_off(True):
        written_meanwhile()
        visit.engine.cut_off(False)
    else:
        visit.restart(written_meanwhile)
    visit.wait("!document.getElementById('offline-line').checkVisibility()")
    visit.shows_tokens(5)
    visit.ended()
    visit.check(f"{_ARTICLES} === 4")


def follow_long_answers(visit: Visit) -> None:
    """Two answers longer than the window: their end stays in sight, during and after them."""
    _begin_anew(visit)
    for _number in range(2):
        visit.send(LONG)
        for shown in ("0150", "0300"):
            visit.wait(f"{LAST}.textContent.includes(given[0])", f":{shown}")
            visit.wait(f"{FROM_END} < 2")
            visit.check("document.getElementById('jump').checkVisibility() === false")
        visit.shows_tokens(400)
        visit.wait(f"{LAST}.getAttribute('aria-busy') === 'false'")
        visit.wait(f"{FROM_END} < 2")
    visit.fits()


def scroll_up(visit: Visit) -> None:
    """A short turn of the wheel upwards ends following; the button leads back to the end."""
    visit.send("Please, tokens=4000 rate=200")
    visit.wait(f"{LAST}.textContent.includes(':0100')")
    visit.wait(f"{FROM_END} < 2")
    visit.engine.wheel(visit.see("#log-scroller"), -60)
    visit.wait("document.getElementById('jump').checkVisibility()")
    place = visit.engine.run(f"return {SCROLLER}.scrollTop")
    visit.wait(f"{FROM_END} > 400")
    moved = visit.engine.run(f"return {SCROLLER}.scrollTop") - place
    if abs(moved) > 1:
        raise Failure(f"the line being read moved by {moved} px")
    visit.engine.click(visit.see("#jump button"))
    visit.wait(f"{FROM_END} < 2")
    visit.press("Stop")
    visit.ended("Stopped")


STEPS = (
    sign_in, ask, stop, reload_in_mid_answer, follow_in_a_second_tab, edit, compare, copy, paste,
    share, back_and_forward, offline_and_back, follow_long_answers, scroll_up,
)  # fmt: skip
