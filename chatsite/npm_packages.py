"""The browser packages that the site serves: the settings NPM_FILES and NPM_IMPORTS."""

# Languages of code that are highlighted beside the 40 in the highlighter's own file.
GRAMMARS = [
    "dart",
    "dockerfile",
    "elixir",
    "haskell",
    "julia",
    "latex",
    "nginx",
    "powershell",
    "protobuf",
    "scala",
]
# The served files, as patterns below node_modules; a pattern that matches nothing fails
# collectstatic, so that an update cannot lose a file unseen.
NPM_FILES = [
    "marked/lib/marked.esm.js",
    "dompurify/dist/purify.es.mjs",
    "@highlightjs/cdn-assets/es/highlight.min.js",
    *(f"@highlightjs/cdn-assets/es/languages/{name}.min.js" for name in GRAMMARS),
    "katex/dist/katex.mjs",
    "katex/dist/katex.min.css",
    "katex/dist/fonts/*",
    "@mermaid-js/tiny/dist/mermaid.tiny.js",
]
# The bare names by which own modules import them.
NPM_IMPORTS = {
    "marked": "marked/lib/marked.esm.js",
    "dompurify": "dompurify/dist/purify.es.mjs",
    "highlight.js": "@highlightjs/cdn-assets/es/highlight.min.js",
    **{
        f"highlight.js/languages/{name}": f"@highlightjs/cdn-assets/es/languages/{name}.min.js"
        for name in GRAMMARS
    },
    "katex": "katex/dist/katex.mjs",
    "katex/dist/katex.min.css": "katex/dist/katex.min.css",
}
