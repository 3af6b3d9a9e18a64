"""The texts on the pictures."""

# A line of the text is a line on the page, so this paragraph is one.
_CAUSE = (
    "The Moon pulls the near side of the Earth *more* than its centre, and the centre more than "
    "the far side. So there are **two** high tides a day, about 12 h 25 min apart, and a tide pool "
    "costs $12 to visit, or $8 each for two."
)
_FIGURES = r"""

$$F_t \approx \frac{2 G M m r}{d^3}, \qquad \frac{F_\text{Moon}}{F_\text{Sun}} \approx 2.2$$

| Place | Spring tide | Neap tide | Why |
|:------|------------:|----------:|:----|
| Bay of Fundy | 14.5 m | 10.5 m | A funnel whose own period is near that of the tide |
| Bristol Channel | 12.3 m | 6.5 m | A funnel |
| Mediterranean | 0.3 m | 0.1 m | A basin that is too small |

```python
from math import cos, pi


def height_m(hours: float, mean: float = 3.0, range_m: float = 4.2) -> float:
    # A principal lunar semidiurnal tide, and nothing else: real harbours have forty constituents.
    return mean + range_m / 2 * cos(2 * pi * hours / 12.42)


for hour in range(0, 25, 3):
    print(f"{hour:2} h  {height_m(hour):4.1f} m")
```

```mermaid
flowchart LR
  Moon -->|pulls| Near[Near side]
  Moon -->|pulls less| Far[Far side]
  Near --> High[High tide]
  Far --> High
  High -->|6 h 12 min| Low[Low tide]
```

> 潮汐是海水在月球和太阳引力作用下的周期性涨落。

1. Look up the harbour, not the coast: `tides.example.org/harbours?id=114`.
2. Add an hour in summer.
   - Boats need 0.5 m below the keel.
   - Walkers need to be back two hours before high water.
3. ~~Trust the app.~~ Trust the table on the quay.
"""
EVERYTHING = f"## What moves the water\n\n{_CAUSE}{_FIGURES}"
REASONING = (
    "The question is about tides. I should name the cause first, then give numbers.\n\n"
    "Spring tides come at new and full moon, neap tides at the quarters."
)
WEATHER_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Saint-Malo", "unit": "celsius"}'},
}
CHART_CALL = {
    "id": "call_2",
    "type": "function",
    "function": {"name": "get_tides", "arguments": '{"harbour": 114}'},
}
HARBOURS = (
    '{"harbours": [{"name": "Saint-Malo", "id": 90071992547409931, "high_m": 12.1, "open": true},'
    ' {"name": "Granville", "id": 114, "high_m": 12.9, "open": false}], "checked": null}'
)
SCHEMA = {
    "type": "object",
    "properties": {"harbours": {"type": "array"}, "checked": {"type": ["string", "null"]}},
    "required": ["harbours"],
}
LONG_NAME = "laboratory-with-a-long-name/a-model-with-an-even-longer-name-instruct-2026-11"
LONG_TITLE = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and all "
    "that one may ask about a word which does not break where anybody would want it to"
)
LONG_WORD = "潮汐" * 60 + " " + "https://example.org/" + "a-path-without-an-end/" * 12
COMPARED = (
    ("A *neap tide* is the small one: Sun and Moon pull at right angles.", "stop"),
    ("At the quarters of the Moon the range is least.\n\n- High water is lower.\n- Low is higher.",
     "stop"),
    ("Neap: first and last quarter. Spring: new and full moon.", "stop"),
)  # fmt: skip
# Each with the model, and the seconds and tokens that it took.
KNOTS = (
    ("harbour/large",
     ("Use a **round turn and two half hitches**.\n\n"
     "1. Pass the rope through the ring twice, so that the ring takes the load.\n"
     "2. Tie a half hitch around the rope's own part.\n"
     "3. Tie a second one in the same direction, and pull both tight.\n\n"
     "You can untie it under load, because the round turn holds while you loosen the hitches. A "
     "bowline is as strong, but cannot be opened before the rope is slack."), 4.1, 128),
    ("harbour/small",
     ("A **bowline** holds well and does not jam.\n\n"
     "- Make a small loop in the rope.\n"
     "- Bring the end through the ring, up through the loop, around the rope and down again.\n\n"
     "It cannot be untied while the rope is tight."), 1.6, 74),
    ("demo",
     ("| Knot | Under load |\n|:--|:--|\n| Round turn and two half hitches | opens |\n"
     "| Bowline | stays shut |\n| Anchor hitch | stays shut |\n\n"
     "Where the boat may have to leave quickly, take the first."), 2.3, 58),
)  # fmt: skip
