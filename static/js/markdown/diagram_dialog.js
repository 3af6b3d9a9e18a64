/** The dialog that shows a diagram large: it is scrolled or dragged, and zoomed. */

import { DiagramFrame } from "#js/markdown/diagram_frame.js";

const STEP = 1.25;
const SMALLEST = 0.1;
const LARGEST = 10;
// A small diagram is not blown up to the whole window at first.
const LARGEST_AT_FIRST = 2;

/** @type {Enlarged | null} */
let enlarged = null;

/** @param {string} source @param {string} title */
export function enlarge(source, title) {
  enlarged ??= new Enlarged(/** @type {any} */ (document.getElementById("diagram-dialog")));
  enlarged.open(source, title);
}

class Enlarged {
  #dialog;
  #view;
  /** @type {HTMLElement | null} */
  #frame = null;
  #natural = { width: 0, height: 0 };
  #scale = 1;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    this.#view = /** @type {HTMLElement} */ (dialog.querySelector(".diagram-view"));
    dialog.addEventListener("close", () => this.#frame?.remove());
    dialog.addEventListener("keydown", (event) => this.#pressed(event));
    dialog.addEventListener("click", ({ target }) => {
      const pressed = target instanceof Element && target.closest("[data-zoom]");
      if (pressed) this.#zoom(pressed.getAttribute("data-zoom") ?? "");
    });
    this.#view.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    dragToScroll(this.#view);
  }

  /** @param {string} source @param {string} title */
  open(source, title) {
    this.#dialog.showModal();
    this.#natural = { width: 0, height: 0 };
    const { element } = new DiagramFrame({
      source,
      title,
      fills: true,
      sized: ({ natural }) => this.#sized(natural),
    });
    this.#frame = element;
    this.#view.replaceChildren(element);
    this.#view.focus();
  }

  /** @param {{width: number, height: number}} natural */
  #sized(natural) {
    const isFirst = this.#natural.width === 0;
    this.#natural = natural;
    if (isFirst) this.#zoom("fit");
  }

  /** @param {string} how */
  #zoom(how) {
    if (how === "in") this.#show(this.#scale * STEP);
    if (how === "out") this.#show(this.#scale / STEP);
    if (how === "fit") this.#show(Math.min(LARGEST_AT_FIRST, this.#fitting));
  }

  /** @returns {number} the scale at which all of the diagram is in the view */
  get #fitting() {
    const { clientWidth, clientHeight } = this.#view;
    return Math.min(clientWidth / this.#natural.width, clientHeight / this.#natural.height);
  }

  /** @param {number} scale at which the middle of the view stays where it is */
  #show(scale) {
    const view = this.#view;
    const before = this.#scale;
    this.#scale = Math.min(LARGEST, Math.max(SMALLEST, scale));
    const middle = {
      left: ((view.scrollLeft + view.clientWidth / 2) * this.#scale) / before,
      top: ((view.scrollTop + view.clientHeight / 2) * this.#scale) / before,
    };
    if (!this.#frame) return;
    this.#frame.style.width = `${this.#natural.width * this.#scale}px`;
    this.#frame.style.height = `${this.#natural.height * this.#scale}px`;
    view.scrollTo(middle.left - view.clientWidth / 2, middle.top - view.clientHeight / 2);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, string>} */
    const keys = { "+": "in", "=": "in", "-": "out", 0: "fit" };
    if (keys[event.key]) this.#zoom(keys[event.key]);
  }

  /** @param {WheelEvent} event pinching on a touch pad is a wheel with Control */
  #turned(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#show(this.#scale * STEP ** (-event.deltaY / 100));
  }
}

/**
 * Lets a mouse drag what is in a box; fingers scroll it without help.
 *
 * @param {HTMLElement} view
 */
function dragToScroll(view) {
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (view.hasPointerCapture(event.pointerId)) view.scrollBy(-event.movementX, -event.movementY);
  });
}
