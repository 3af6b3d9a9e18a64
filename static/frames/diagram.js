/**
 * Draws the diagram that the parent page sends, and answers with its height. This frame has an
 * opaque origin and no network access; the page accepts only a number from it.
 */
(() => {
  const box = document.getElementById("diagram");
  // Markup in labels is escaped, except line breaks and «stereotypes»: the library parses labels
  // as HTML before it sanitizes them, and the content security policy would report what it blocks.
  const ELEMENTS = /<<[\w -]+>>|<br *\/?>|<(?=[a-z/!?])/gi;

  addEventListener("message", async (event) => {
    if (event.source !== parent || typeof event.data?.source !== "string") return;
    // The background is that of the page, which may be dark.
    document.documentElement.style.colorScheme = event.data.isDark ? "dark" : "light";
    parent.postMessage({ height: await drawn(event.data) }, "*");
  });

  /** Returns the height in pixels, 0 if the source is not a diagram. */
  async function drawn({ source, isDark }) {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      suppressErrorRendering: true,
      theme: isDark ? "dark" : "neutral",
      fontFamily: "system-ui, sans-serif",
    });
    try {
      const { svg } = await mermaid.render("drawing", escaped(source));
      box.innerHTML = svg;
      return Math.ceil(document.body.getBoundingClientRect().height);
    } catch {
      return 0;
    }
  }

  function escaped(source) {
    return source.replaceAll(ELEMENTS, (found) => (found === "<" ? "#lt;" : found));
  }

  parent.postMessage({ isReady: true }, "*");
})();
