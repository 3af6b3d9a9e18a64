"""A script with hand-written answers, for pictures of the site.

demo            the written answer to one of ``ANSWERS``' questions, and one sentence to any other

A written answer waits for the gate ``demo`` before each piece, so that a camera can follow it. An
interrupted one continues after the last word that the request repeats.
"""

from .call import Call
from .good import Script, chunk, finish

GATE = "demo"
PIECE = 6
SHORT = "Gladly. Tell me a little more about it first."

HORIZON = "How far can I see from the top of a hill?"
LOG = "Why does a database write to a log first?"

ANSWERS = {
    HORIZON: (
        "From a height $h$ above the ground, the horizon is where your line of sight touches the "
        "Earth. With the Earth's radius $R = 6371\\ \\text{km}$:\n\n"
        "$$d = \\sqrt{2Rh + h^2} \\approx 3.57\\ \\text{km} \\times \\sqrt{h / 1\\ \\text{m}}$$\n\n"
        "| Where you are | Height | Horizon |\n"
        "|:--------------|-------:|--------:|\n"
        "| On the beach  |  1.7 m |    5 km |\n"
        "| On a hill     |  100 m |   36 km |\n"
        "| On a mountain | 2000 m |  160 km |\n\n"
        "So **four times the height shows you twice as far**. To try other heights:\n\n"
        "```python\n"
        "from math import sqrt\n\n"
        "def horizon_km(height_m: float) -> float:\n"
        "    return 3.57 * sqrt(height_m)\n"
        "```\n\n"
        "Air bends light a little around the Earth, which adds about 8 %.\n"
    ),
    LOG: (
        "A database writes each change **twice**: first to a log, then to its tables. There are "
        "three reasons.\n\n"
        "1. **Nothing is lost in a crash.** The log has the change before anybody hears that it "
        "was made. After a crash, the database repeats what its tables lack.\n"
        "2. **Appending is fast.** A log grows at its end only; tables change in many places.\n"
        "3. **One wait serves many.** Changes that arrive together go to the disk together.\n\n"
        "The rule behind it is short: *write it down, then show it.*\n"
    ),
}


async def demo(call: Call) -> None:
    """Send the written answer, from its beginning or from the interruption."""
    await call.head()
    written = _written(call)
    if not written:
        await call.event(chunk(call, {"content": SHORT}))
    for piece in pieces(written):
        await call.server.gate(GATE).acquire()
        await call.event(chunk(call, {"content": piece}))
    await finish(call)


def pieces(text: str) -> list[str]:
    """Return a text in pieces."""
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


def _written(call: Call) -> str:
    """Return the rest of the written answer; "" for another question."""
    messages = call.body.get("messages") or []
    asked = [each["content"] for each in messages if each["content"] in ANSWERS]
    said = [each["content"] for each in messages if each["role"] == "assistant"]
    text = ANSWERS[asked[-1]] if asked else ""
    return text.removeprefix(said[-1]) if said else text


SCRIPTS: dict[str, Script] = {"demo": demo}
