/**
 * Draws the diagram that the page around this frame sends, and says how high it is. This frame has
 * an origin of its own and reaches nothing; the page believes it no more than a number.
 */
(() => {
  const box = document.getElementById("diagram");
  // What looks like an element is text, but for line breaks and «stereotypes»: the library parses
  // labels as HTML before it cleans them, and the policy would report what it then blocks.
  const ELEMENTS = /<<[\w -]+>>|<br *\/?>|<(?=[a-z/!?])/gi;

  addEventListener("message", async (event) => {
    if (event.source !== parent || typeof event.data?.source !== "string") return;
    // The surface below is the page's: dark or light as the page says.
    document.documentElement.style.colorScheme = event.data.isDark ? "dark" : "light";
    parent.postMessage({ height: await drawn(event.data) }, "*");
  });

  /** Gives the height in pixels, 0 where the source is no diagram. */
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
