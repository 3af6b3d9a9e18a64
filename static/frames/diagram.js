/**
 * Draws the diagram that the parent page sends, in the colours that it names, and answers with its
 * size. This frame has an opaque origin and no network access; the page accepts only numbers from it.
 */
(() => {
  const box = document.getElementById("diagram");
  // Markup in labels is escaped, except line breaks and «stereotypes»: the library parses labels
  // as HTML before it sanitizes them, and the content security policy would report what it blocks.
  const ELEMENTS = /<<[\w -]+>>|<br *\/?>|<(?=[a-z/!?])/gi;
  const SHADES = ["code-name", "code-string", "code-number", "code-keyword", "accent", "caution"];

  addEventListener("message", async (event) => {
    if (event.source !== parent || typeof event.data?.source !== "string") return;
    const { source, colours, fills } = event.data;
    const isDark = brightness(colours["code-surface"]) < 128;
    // The background is that of the page, which may be dark.
    document.documentElement.style.colorScheme = isDark ? "dark" : "light";
    document.body.classList.toggle("fills", fills === true);
    tell(await draw(source, variablesOf(colours, isDark)));
  });

  // A narrower frame makes a lower drawing.
  new ResizeObserver(() => box.firstElementChild && tell(box.firstElementChild)).observe(box);

  /** Tells the size of the drawing; null, for none, is told as a height of 0. */
  function tell(svg) {
    const height = svg ? Math.ceil(document.body.getBoundingClientRect().height) : 0;
    const { width = 0, height: naturalHeight = 0 } = svg?.viewBox.baseVal ?? {};
    parent.postMessage({ height, width, naturalHeight }, "*");
  }

  /** Returns the drawing, null if the source is not a diagram. */
  async function draw(source, themeVariables) {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      suppressErrorRendering: true,
      theme: "base",
      themeVariables,
      fontFamily: "system-ui, sans-serif",
    });
    try {
      const { svg } = await mermaid.render("drawing", escaped(source));
      box.innerHTML = svg;
      return box.firstElementChild;
    } catch {
      return null;
    }
  }

  function escaped(source) {
    return source.replaceAll(ELEMENTS, (found) => (found === "<" ? "#lt;" : found));
  }

  /** The names under which the library knows the colours; it derives the others from these. */
  function variablesOf(colours, isDark) {
    const text = colours.text;
    const ground = colours["code-surface"];
    const shades = {};
    for (let place = 0; place < 12; place += 1) {
      const shade = colours[SHADES[place % SHADES.length]];
      Object.assign(shades, {
        [`pie${place + 1}`]: shade,
        [`git${place}`]: shade,
        [`gitBranchLabel${place}`]: ground,
        [`cScale${place}`]: colours.bubble,
        [`cScaleLabel${place}`]: text,
        [`cScaleInv${place}`]: shade,
      });
    }
    return {
      ...shades,
      darkMode: isDark,
      fontSize: "14px",
      background: ground,
      primaryColor: colours["surface-raised"],
      primaryTextColor: text,
      primaryBorderColor: colours["line-strong"],
      secondaryColor: colours.bubble,
      secondaryTextColor: text,
      secondaryBorderColor: colours["line-strong"],
      tertiaryColor: colours["surface-sunken"],
      tertiaryTextColor: text,
      tertiaryBorderColor: colours.line,
      lineColor: colours["text-muted"],
      textColor: text,
      titleColor: text,
      edgeLabelBackground: ground,
      clusterBkg: colours["surface-sunken"],
      clusterBorder: colours.line,
      noteBkgColor: colours["caution-surface"],
      noteTextColor: text,
      noteBorderColor: colours.caution,
      actorBkg: colours["surface-raised"],
      actorBorder: colours["line-strong"],
      actorTextColor: text,
      actorLineColor: colours["line-strong"],
      signalColor: colours["text-muted"],
      signalTextColor: text,
      labelBoxBkgColor: colours.bubble,
      labelBoxBorderColor: colours["line-strong"],
      labelTextColor: text,
      loopTextColor: text,
      activationBkgColor: colours.bubble,
      activationBorderColor: colours["line-strong"],
      sequenceNumberColor: ground,
      sectionBkgColor: colours.bubble,
      altSectionBkgColor: ground,
      sectionBkgColor2: colours.bubble,
      gridColor: colours.line,
      taskBkgColor: colours["code-name"],
      taskBorderColor: colours["code-name"],
      taskTextColor: ground,
      taskTextLightColor: ground,
      taskTextDarkColor: text,
      taskTextOutsideColor: text,
      activeTaskBkgColor: colours["surface-raised"],
      activeTaskBorderColor: colours.accent,
      doneTaskBkgColor: colours.bubble,
      doneTaskBorderColor: colours["line-strong"],
      critBkgColor: colours.negative,
      critBorderColor: colours.negative,
      todayLineColor: colours.negative,
      pieTitleTextColor: text,
      pieLegendTextColor: text,
      pieSectionTextColor: ground,
      pieStrokeColor: ground,
      pieOuterStrokeColor: colours.line,
      pieOpacity: "1",
      commitLabelColor: text,
      commitLabelBackground: colours.bubble,
      tagLabelColor: text,
      tagLabelBackground: colours.bubble,
      tagLabelBorder: colours["line-strong"],
      attributeBackgroundColorOdd: colours["surface-raised"],
      attributeBackgroundColorEven: colours["surface-sunken"],
      rowOdd: colours["surface-raised"],
      rowEven: colours["surface-sunken"],
    };
  }

  /** How bright `rgb(r, g, b)` is, from 0 to 255. */
  function brightness(colour) {
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  }

  parent.postMessage({ isReady: true }, "*");
})();
