/** The sandboxed frame that draws a diagram, in the colours of the page, and tells its size. */

import { onThemeChange, themeColours } from "#js/markdown/diagram_colours.js";
import { element } from "#js/markdown/nodes.js";

/**
 * @typedef {{height: number, natural: {width: number, height: number}}} Size the height at the
 *   present width of the frame, 0 if the source is no diagram; the size that the drawing has by
 *   itself
 */

const ADDRESS = "/diagram-frame/";
/** @type {WeakMap<Element, DiagramFrame>} */
const drawings = new WeakMap();
let isListening = false;

export class DiagramFrame {
  #source;
  #fills;
  #sized;

  /**
   * @param {{source: string, title: string, fills?: boolean, sized: (size: Size) => void}} drawing
   *   `fills`: the drawing is as large as the frame; `sized` is called when it is drawn and each
   *   time that its height changes
   */
  constructor({ source, title, fills = false, sized }) {
    this.#source = source;
    this.#fills = fills;
    this.#sized = sized;
    const attributes = { class: "diagram", sandbox: "allow-scripts", src: ADDRESS, title };
    this.element = element("iframe", attributes);
    drawings.set(this.element, this);
    listen();
  }

  /** Asks the frame to draw, also again. */
  draw() {
    const order = { source: this.#source, fills: this.#fills, colours: themeColours() };
    // The sandboxed frame has an opaque origin, so the target cannot be named.
    this.element.contentWindow?.postMessage(order, "*");
  }

  /** @param {any} data what the frame says; only numbers are taken from it */
  receive({ isReady, height, width, naturalHeight }) {
    if (isReady === true) this.draw();
    else if ([height, width, naturalHeight].every(Number.isFinite)) {
      this.#sized({ height, natural: { width, height: naturalHeight } });
    }
  }
}

/** Listens to the frames in the page, and has them drawn again in the colours of another theme. */
function listen() {
  if (isListening) return;
  isListening = true;
  addEventListener("message", ({ source, data }) => {
    const sender = frames().find((frame) => frame.element.contentWindow === source);
    sender?.receive(Object(data));
  });
  onThemeChange(() => {
    for (const frame of frames()) frame.draw();
  });
}

/** @returns {DiagramFrame[]} those in the page */
function frames() {
  const elements = [...document.querySelectorAll("iframe.diagram")];
  return elements.flatMap((each) => drawings.get(each) ?? []);
}
