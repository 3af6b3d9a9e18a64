/**
 * Draws the diagram that the page around this frame sends, and says how high it is. This frame has
 * an origin of its own and reaches nothing; the page believes it no more than a number.
 */
(() => {
  const box = document.getElementById("diagram");

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
      const { svg } = await mermaid.render("drawing", source);
      box.innerHTML = svg;
      return Math.ceil(document.body.getBoundingClientRect().height);
    } catch {
      return 0;
    }
  }

  parent.postMessage({ isReady: true }, "*");
})();
