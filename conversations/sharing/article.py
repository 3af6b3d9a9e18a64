"""Renders a snapshot: as HTML for the shared page, and as Markdown to download."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from conversations.sharing import markdown
from conversations.sharing.json_text import is_json
from conversations.sharing.typesetting import code_block


def to_html(snapshot: dict[str, Any]) -> str:
    """The conversation as HTML, made once per snapshot, so that a view costs no rendering."""
    context = {
        "snapshot": snapshot,
        "parameters": _as_code(snapshot["parameters"]) if "parameters" in snapshot else "",
        "messages": [_message_context(message, snapshot) for message in snapshot["messages"]],
    }
    return render_to_string("shared/article.html", context)


def _message_context(message: dict[str, Any], snapshot: dict[str, Any]) -> dict[str, Any]:
    reasoning = message.get("reasoning_content", "")
    return {
        "role": message["role"],
        "name": name_of(message, snapshot),
        "html": _safe(_content(message)),
        "reasoning": _safe(markdown.to_html(reasoning)) if reasoning else "",
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
    return str(message.get("model") or _("Model"))


def _content(message: dict[str, Any]) -> str:
    content = message["content"]
    if not content:
        return ""
    if message["role"] == "user":
        return markdown.plain(content)
    if message["role"] == "tool" or message.get("is_json"):
        return _as_code(content)
    return markdown.to_html(content)


def _as_code(text: str) -> str:
    return _safe(markdown.cleaned(code_block(text, "json" if is_json(text) else "")))


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
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    """A code block whose fence is longer than every fence in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}json\n{text}\n{fence}" if is_json(text) else f"{fence}\n{text}\n{fence}"
