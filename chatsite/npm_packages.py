"""The browser packages: the settings NPM_BUNDLED, NPM_LATER and NPM_FILES.

Own modules import a package by the name that it has here.
"""

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
# Packages that the bundle contains. With DEBUG, which serves each module by itself, the import map
# has their files.
NPM_BUNDLED = {
    "marked": "marked/lib/marked.esm.js",
    "dompurify": "dompurify/dist/purify.es.mjs",
    "katex": "katex/dist/katex.mjs",
}
# Files that are loaded when the first answer needs them: their addresses are what
# `import.meta.resolve` gives for the names, with the bundle too.
NPM_LATER = {
    "highlight.js": "@highlightjs/cdn-assets/es/highlight.min.js",
    **{
        f"highlight.js/languages/{name}": f"@highlightjs/cdn-assets/es/languages/{name}.min.js"
        for name in GRAMMARS
    },
    "katex/dist/katex.min.css": "katex/dist/katex.min.css",
}
# The served files, as patterns below node_modules; a pattern that matches nothing fails
# collectstatic, so that an update cannot lose a file unseen.
NPM_FILES = [
    *NPM_LATER.values(),
    "katex/dist/fonts/*",
    "@mermaid-js/tiny/dist/mermaid.tiny.js",
]
