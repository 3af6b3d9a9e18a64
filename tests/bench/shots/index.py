"""The page on which the pictures are looked through."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 24px; background: #e8e6e1; color: #222; }
section { margin-block-end: 40px; }
div { display: flex; flex-wrap: wrap; gap: 16px; align-items: start; }
figure { margin: 0; }
figcaption { font-size: 13px; color: #555; }
img { inline-size: auto; max-inline-size: 46vw; block-size: 420px; object-fit: contain;
  object-position: top; border: 1px solid #bbb; background: #fff; }
"""


def write_index(folder: Path, names: Sequence[str], settings: Sequence[str]) -> Path:
    """Write `index.html`: a section for each page, with its pictures side by side."""
    sections = "".join(_section(folder, name, settings) for name in names)
    contents = " · ".join(f'<a href="#{name}">{escape(name)}</a>' for name in names)
    file = folder / "index.html"
    file.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>'
        f"<style>{_STYLE}</style><h1>Every page</h1><p>{contents}</p>{sections}",
        encoding="utf-8",
    )
    return file


def _section(folder: Path, name: str, settings: Sequence[str]) -> str:
    files = [(setting, f"{name}-{setting}.png") for setting in settings]
    figures = "".join(
        f'<figure><a href="{file}"><img loading="lazy" src="{file}" alt="{name}, {setting}"></a>'
        f"<figcaption>{setting}</figcaption></figure>"
        for setting, file in files
        if (folder / file).exists()
    )
    return f'<section id="{name}"><h2>{escape(name)}</h2><div>{figures}</div></section>'
