"""Times of records, in the reader's zone and in the form of all pages."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


def as_html(at: datetime | None, shown: str = "minute") -> SafeString | None:
    """The time in the site's zone, which the page's script changes to the reader's."""
    return None if at is None else render_to_string("moment.html", {"at": at, "shown": shown})


def column(
    model: type[Model], name: str, *, shown: str = "minute", empty: Any = None, label: Any = None
) -> Any:
    """The field ``name`` for the lists and pages of the administration, where it is only read.

    A function of the record, which Django takes wherever it takes the name of a field.
    """
    field: Any = model._meta.get_field(name)

    @admin.display(description=label or field.verbose_name, ordering=name)
    def moment(record: Any) -> Any:
        return as_html(getattr(record, name), shown) or empty

    # Django names the cells by it.
    moment.__name__ = name
    return moment
