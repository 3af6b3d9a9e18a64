"""The parts that the schemas of the API's description are made of."""

from typing import Any

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """A reference to one of the description's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def or_null(kind: str, **rest: Any) -> Schema:
    return {"type": [kind, "null"], **rest}


def list_or_null(items: Schema, **rest: Any) -> Schema:
    return or_null("array", items=items, **rest)
