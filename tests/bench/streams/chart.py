"""An SVG of two figures over the number of streams: the site beside the bare relay."""

from collections.abc import Callable, Sequence
from typing import Any

WIDTH, HEIGHT, LEFT, TOP = 360, 240, 56, 36
_COLOURS = {"site": "#2f6f4f", "relay": "#8a8a8a"}

Row = dict[str, dict[str, Any]]


def chart(rows: Sequence[Row]) -> str:
    """Delay (p99) and processor a token."""
    panels = [
        _panel(rows, 0, "p99 of the delay, ms", lambda each: 1000 * each["p99"]),
        _panel(rows, 1, "processor a token, µs", lambda each: each["cpu_us_a_token"]),
    ]
    width, height = 2 * (WIDTH + LEFT) + 40, HEIGHT + TOP + 48
    style = "<style>text{font:12px system-ui,sans-serif;fill:#555}.t{font-weight:600}</style>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="Streams of one process">'
        f'<rect width="100%" height="100%" fill="#fff"/>{style}{"".join(panels)}</svg>\n'
    )


def _panel(
    rows: Sequence[Row], number: int, title: str, figure: Callable[[dict[str, Any]], float]
) -> str:
    most = max(figure(each) for row in rows for each in row.values()) or 1
    streams = [row["site"]["streams"] for row in rows]
    left = LEFT + number * (WIDTH + LEFT + 20)

    def point(at: int, value: float) -> str:
        x = left + WIDTH * at / max(1, len(rows) - 1)
        return f"{x:.0f},{TOP + HEIGHT * (1 - value / most):.0f}"

    lines = [
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
        + " ".join(point(at, figure(row[name])) for at, row in enumerate(rows))
        + '"/>'
        for name, colour in _COLOURS.items()
    ]
    labels = [
        f'<text x="{point(at, 0).split(",")[0]}" y="{TOP + HEIGHT + 18}" '
        f'text-anchor="middle">{each}</text>'
        for at, each in enumerate(streams)
    ]
    axes = (
        f'<path d="M{left},{TOP}V{TOP + HEIGHT}H{left + WIDTH}" fill="none" stroke="#bbb"/>'
        f'<text class="t" x="{left}" y="{TOP - 14}">{title}</text>'
        f'<text x="{left - 6}" y="{TOP + 4}" text-anchor="end">{most:.0f}</text>'
        f'<text x="{left + WIDTH}" y="{TOP + HEIGHT + 38}" text-anchor="end">streams</text>'
    )
    legend = "".join(
        f'<text x="{left + WIDTH - 90 + 50 * at}" y="{TOP - 14}" '
        f'style="fill:{colour}">{name}</text>'
        for at, (name, colour) in enumerate(_COLOURS.items())
    )
    return axes + "".join(lines) + "".join(labels) + legend
