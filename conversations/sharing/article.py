"""Renders a snapshot: as HTML for the shared page, and as Markdown to download."""

import re
from typing import Any, TypeAlias

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from conversations.models import title_from
from conversations.sharing import markdown
from conversations.sharing.attached import Attached, parts_of
from conversations.sharing.covers import with_marked_covers
from conversations.sharing.endings import sentence_of
from conversations.sharing.json_text import is_json

Styles: TypeAlias = dict[str, str]
_STYLE = re.compile(r"<style>[^<]*</style>")

# With fewer questions one look at the page finds them.
FEWEST_CONTENTS = 4


def to_html(snapshot: dict[str, Any]) -> str:
    """The conversation as HTML, made once per snapshot, so that a view costs no rendering.

    It begins with the styles of its formulas, if it has any: see :func:`parted`.
    """
    styles: Styles = {}
    context = {
        "snapshot": snapshot,
        "parameters": _as_code(snapshot["parameters"]) if "parameters" in snapshot else "",
        "title": _safe(with_marked_covers(escape(snapshot["title"]))),
        "contents": _contents(snapshot),
        "messages": [_message_context(each, snapshot, styles) for each in snapshot["messages"]],
    }
    return _style_element(styles) + render_to_string("shared/article.html", context)


def parted(article: str) -> tuple[str, str]:
    """The style element of an article, which belongs into the head of its page, and the rest."""
    found = _STYLE.match(article)
    return (found[0], article[found.end() :]) if found else ("", article)


def _style_element(styles: Styles) -> str:
    # As strong as the style attributes that they stand for.
    rules = "".join(
        f".{name}{{{style.rstrip(';').replace(';', '!important;')}!important}}"
        for name, style in sorted(styles.items())
    )
    return f"<style>{rules}</style>" if rules else ""


def _contents(snapshot: dict[str, Any]) -> list[tuple[int, str]]:
    """The questions of a long conversation: place among the messages, from 1, and first words."""
    numbered = enumerate(snapshot["messages"], 1)
    asked = [
        (place, title_from(message["content"]))
        for place, message in numbered
        if message["role"] == "user"
    ]
    return asked if len(asked) >= FEWEST_CONTENTS else []


def _message_context(
    message: dict[str, Any], snapshot: dict[str, Any], styles: Styles
) -> dict[str, Any]:
    reasoning = message.get("reasoning_content", "")
    return {
        "role": message["role"],
        "name": name_of(message, snapshot),
        "ending": sentence_of(message),
        "html": _content(message, styles),
        "reasoning": _markdown(reasoning, styles) if reasoning else "",
        "reasoning_seconds": round((message.get("reasoning_ms") or 0) / 1000),
        "calls": [
            {"name": call["name"], "html": _as_code(call["arguments"])}
            for call in message.get("tool_calls", ())
        ],
    }


def name_of(message: dict[str, Any], snapshot: dict[str, Any]) -> str:
    """The name above a message: the author's, the model's or the tool's."""
    match message["role"]:
        case "user":
            return str(snapshot.get("author") or _("Author"))
        case "tool":
            return _("Result of %s") % message["name"] if message["name"] else _("Result")
    name = str(message.get("model") or _("Model"))
    if "alternative" not in message:
        return name
    number, count = message["alternative"]
    text = _("%(name)s · answer %(number)s of %(count)s")
    return text % {"name": name, "number": number, "count": count}


def _content(message: dict[str, Any], styles: Styles) -> str:
    content = message["content"]
    if not content:
        return ""
    if message["role"] == "user":
        return _safe("".join(_part(each) for each in parts_of(content)))
    if message["role"] == "tool" or message.get("is_json"):
        return _as_code(content)
    return _markdown(content, styles)


def _part(part: str | Attached) -> str:
    """A text of a user's message, or a file or a long paste in it, folded."""
    if isinstance(part, str):
        return markdown.plain(part)
    return render_to_string("shared/attached.html", {"name": part.name, "text": _shown(part.text)})


def _shown(text: str) -> str:
    return _safe(with_marked_covers(escape(text)))


def _markdown(text: str, styles: Styles) -> str:
    rendered = markdown.rendered(text)
    styles.update(rendered.styles)
    return _safe(rendered.html)


def _as_code(text: str) -> str:
    return _safe(markdown.code(text, "json" if is_json(text) else ""))


def _safe(html: str) -> str:
    """Mark HTML as safe that has passed the allow-list of :mod:`markdown`."""
    return mark_safe(html)  # noqa: S308


def to_markdown(snapshot: dict[str, Any]) -> str:
    """The whole conversation as Markdown, with the names that the page shows."""
    parts = [f"# {snapshot['title']}"]
    if snapshot.get("system_message"):
        parts.append(f"## {_('System message')}\n\n{snapshot['system_message']}")
    if snapshot.get("parameters"):
        parts.append(f"## {_('Parameters')}\n\n{_fenced(snapshot['parameters'])}")
    parts += [message_markdown(message, snapshot) for message in snapshot["messages"]]
    return "\n\n".join(parts) + "\n"


def message_markdown(message: dict[str, Any], snapshot: dict[str, Any]) -> str:
    """One message as Markdown, below a heading with its name."""
    parts = [f"## {name_of(message, snapshot)}"]
    if reasoning := message.get("reasoning_content"):
        quoted = "\n".join(f"> {line}".rstrip() for line in reasoning.splitlines())
        parts.append(f"> **{_('Reasoning')}**\n>\n{quoted}")
    if content := message["content"]:
        is_code = message["role"] == "tool" or message.get("is_json")
        parts.append(_fenced(content) if is_code else content)
    parts += [
        f"**{_('Call of %s') % call['name']}**\n\n{_fenced(call['arguments'])}"
        for call in message.get("tool_calls", ())
    ]
    if ending := sentence_of(message):
        parts.append(f"*{ending}*")
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    """A code block whose fence is longer than every fence in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}json\n{text}\n{fence}" if is_json(text) else f"{fence}\n{text}\n{fence}"
