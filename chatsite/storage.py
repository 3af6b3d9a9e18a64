"""Static files under names that carry a hash of their contents."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticStorage(ManifestStaticFilesStorage):
    """Hashed names, with references rewritten in style sheets only.

    Django's default patterns also follow `sourceMappingURL`, so a package without its source map
    would fail; our own modules import each other through the import map instead.
    """

    patterns = (
        (
            "*.css",
            (
                r"""(?P<matched>url\(\s*["']?(?P<url>.*?)["']?\s*\))""",
                (
                    r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""",
                    """@import url("%(url)s")""",
                ),
            ),
        ),
    )
