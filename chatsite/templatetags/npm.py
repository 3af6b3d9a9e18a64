"""`{% importmap %}`: must come before every module script of the page."""

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from chatsite.npm import import_map

register = template.Library()


@register.simple_tag(takes_context=True)
def importmap(context: RequestContext) -> SafeString:
    """The inline import map, with the nonce of the content security policy."""
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        # str() evaluates the lazy nonce, which is false until then.
        str(context["request"].csp_nonce),
        mark_safe(import_map()),  # noqa: S308 - JSON of our own, with "<" escaped
    )
