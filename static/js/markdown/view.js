/**
 * Renders a message as Markdown, also while it streams.
 *
 * Blocks that can no longer change are settled: they are not parsed or updated again. Only the last
 * few are parsed again, so the cost of a frame depends on the new text. A complete message is
 * parsed once as a whole, and every block that differs is replaced: the page then shows the same as
 * if the text had come in one piece.
 */

import { divided } from "#js/markdown/blocks.js";
import { copyOnClick } from "#js/markdown/copy_button.js";
import { definitionsIn } from "#js/markdown/definitions.js";
import { Finisher } from "#js/markdown/finisher.js";
import { ENGLISH_LABELS } from "#js/markdown/labels.js";
import { Lexed } from "#js/markdown/lexer.js";
import { element } from "#js/markdown/nodes.js";
import { isShownBy, place, removeFrom } from "#js/markdown/parts.js";
import { afterFrame, idle, RenderThrottle } from "#js/markdown/scheduling.js";
import { partForPage } from "#js/markdown/streaming.js";
import { wrapOnClick } from "#js/markdown/wrap_switch.js";

/**
 * @typedef {import("#js/markdown/context.js").PageContext} Context
 * @typedef {import("#js/markdown/context.js").Labels} Labels
 * @typedef {import("#js/markdown/parts.js").Part} Part
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 */

// What follows can change the last two blocks (a setext heading, a lazy continuation, a list that
// turns loose); one more is left unsettled to be safe.
const UNSETTLED = 3;
const SLICE_MS = 8;
// The blocks of a long message are in groups, because the browser does some work in each frame for
// every child of the message and for everything outside the window that it does not lay out.
const GROUP = 16;
// A line of only markers can become something else with the next character: two backticks a fence,
// a dash a heading's underline or a list. It is shown once its meaning is clear.
const UNCLEAR_LINE = /^\n?[ \t>]*(?:`{1,2}|~{1,2}|-{1,2}|=+|[*+_#|>]+)[ \t]*$/;

const SAMPLE =
  "# A\n\n*b* **c** `d` [e](https://example.org)\n\n- f\n\n> g\n\n|h|\n|-|\n|i|\n\n```\nj\n```\n";

/** Removes the class from groups that streamed in view once they leave the window at its top. */
const recent = new IntersectionObserver((entries, observer) => {
  for (const { target, isIntersecting, boundingClientRect } of entries) {
    if (isIntersecting || boundingClientRect.top > window.innerHeight / 2) continue;
    target.classList.remove("is-recent");
    observer.unobserve(target);
  }
});

export class MarkdownView {
  #element;
  #labels;
  #throttle = new RenderThrottle(() => this.#stream());
  #finisher;
  #text = "";
  /** @type {Part[]} */
  #parts = [];
  /** @type {HTMLElement[]} */
  #groups = [];
  /** @type {HTMLElement | null} the group with the caret */
  #growing = null;
  #settledParts = 0;
  #settledText = "";
  /** @type {import("marked").Links} */
  #links = {};
  /** @type {WeakSet<Part>} the parts that were rendered for the present completion */
  #made = new WeakSet();
  #rest = element("div", { class: "plain-text" });
  /** @type {object | null} the present completion; an older one that still runs is ignored */
  #completion = null;

  /**
   * @param {HTMLElement} root its content is replaced
   * @param {Partial<Labels>} [labels]
   * @param {() => void} [onCopied] called when code was copied
   */
  constructor(root, labels = {}, onCopied = () => {}) {
    this.#element = root;
    this.#labels = { ...ENGLISH_LABELS, ...labels };
    this.#finisher = new Finisher(root, this.#labels);
    root.replaceChildren();
    copyOnClick(root, this.#labels, onCopied);
    wrapOnClick(root);
  }

  /**
   * Shows a message that is still streaming, within the next animation frames.
   *
   * @param {string} text all of it so far
   */
  update(text) {
    this.#completion = null;
    this.#text = text;
    this.#throttle.request();
  }

  /**
   * Shows a complete message: at once, or over several frames if it is very long. A message that
   * has streamed gets its last words at once, and is parsed as a whole in the next frame.
   *
   * @param {string} text
   * @returns {Promise<void>} fulfilled when all is shown, typeset and coloured
   */
  async finish(text) {
    this.#throttle.cancel();
    this.#text = text;
    const completion = {};
    this.#completion = completion;
    if (this.#parts.length) {
      this.#stream();
      this.#throttle.cancel();
      await afterFrame();
    }
    if (this.#completion !== completion) return;
    this.#made = new WeakSet();
    const { markdown, rest } = divided(this.#text);
    this.#settle(0, "");
    const context = this.#context(new Lexed(markdown), true);
    for (let next = 0; next >= 0 && this.#completion === completion; ) {
      next = this.#show(context, next);
      if (next >= 0) await afterFrame();
    }
    if (this.#completion === completion) this.#showRest(rest);
    this.#moveCaret(null);
    await this.#finisher.done();
  }

  #stream() {
    const { markdown, rest } = divided(this.#text);
    const text = rest ? markdown : withoutUnclearLine(markdown);
    if (!text.startsWith(this.#settledText)) this.#settle(0, "");
    const lexed = new Lexed(text.slice(this.#settledText.length), this.#links, { isOpen: true });
    const next = this.#show(this.#context(lexed, false), 0);
    this.#settleShown(text, lexed.tokens, next < 0 ? lexed.tokens.length : next);
    this.#moveCaret(rest ? null : this.#groupOf(Math.max(0, this.#parts.length - 1)));
    if (next >= 0) this.#throttle.request();
    else this.#showRest(rest);
  }

  /** @param {HTMLElement | null} group the only one to be searched when the caret moves */
  #moveCaret(group) {
    if (group === this.#growing) return;
    this.#growing?.classList.remove("has-caret");
    group?.classList.add("has-caret");
    this.#growing = group;
    if (group) keepLaidOut(group);
  }

  /** @param {Lexed} lexed @param {boolean} final @returns {Context} */
  #context(lexed, final) {
    const labels = this.#labels;
    return { lexed, final, labels, hasScript: true, until: 0, finishing: [] };
  }

  /**
   * Shows the tokens after the settled parts, beginning with number `from`, for the length of one
   * time slice.
   *
   * @param {Context} context
   * @param {number} from
   * @returns {number} the first token that is not shown yet; -1 if all are
   */
  #show(context, from) {
    const { tokens } = context.lexed;
    context.until = performance.now() + SLICE_MS;
    for (let index = from; index < tokens.length; index += 1) {
      if (index > from && performance.now() > context.until)
        return this.#finishLater(context, index);
      const partIndex = this.#settledParts + index;
      this.#showToken(tokens[index], partIndex, context);
      if (this.#parts[partIndex].unfinished) return this.#finishLater(context, index);
    }
    this.#shorten(this.#settledParts + tokens.length);
    return this.#finishLater(context, -1);
  }

  /** @param {number} count of the parts that stay */
  #shorten(count) {
    removeFrom(this.#parts, count);
    for (const group of this.#groups.splice(Math.ceil(count / GROUP))) group.remove();
  }

  /** @param {number} index of a part @returns {HTMLElement} that holds its node */
  #groupOf(index) {
    const number = Math.floor(index / GROUP);
    if (!this.#groups[number]) {
      this.#groups[number] = element("div", { class: "blocks" });
      this.#element.insertBefore(this.#groups[number], this.#rest.parentNode && this.#rest);
    }
    return this.#groups[number];
  }

  /** @param {Token} token @param {number} index @param {Context} context */
  #showToken(token, index, context) {
    const old = this.#parts[index];
    const stale = old && this.#isStale(old, token, context);
    if (!stale && isShownBy(old, token, context)) return;
    const part = partForPage(token, context, stale ? undefined : old);
    this.#made.add(part);
    place(this.#groupOf(index), this.#parts, index, part);
  }

  /**
   * Whether a later definition may have turned text of this part into a link.
   *
   * @param {Part} part
   * @param {Token} token
   * @param {Context} context
   */
  #isStale(part, token, context) {
    if (!context.final || !context.lexed.hasDefinitions) return false;
    return token.raw.includes("[") && !this.#made.has(part);
  }

  /** @param {Context} context @param {number} next */
  #finishLater(context, next) {
    this.#finisher.add(context.finishing.splice(0));
    return next;
  }

  /**
   * Settles the shown tokens except the last few.
   *
   * @param {string} text
   * @param {Token[]} tokens
   * @param {number} shown
   */
  #settleShown(text, tokens, shown) {
    const count = Math.max(0, Math.min(shown, tokens.length - UNSETTLED));
    for (const token of tokens.slice(0, count)) {
      // If the source of a token was changed by the lexer, the start of the next one is unknown.
      if (!text.startsWith(token.raw, this.#settledText.length)) return;
      this.#settle(this.#settledParts + 1, this.#settledText + token.raw);
      for (const { tag, href, title } of definitionsIn(token)) this.#links[tag] ??= { href, title };
    }
  }

  /** @param {number} parts @param {string} text */
  #settle(parts, text) {
    this.#settledParts = parts;
    this.#settledText = text;
    if (parts === 0) this.#links = {};
  }

  /** @param {string} rest */
  #showRest(rest) {
    if (this.#rest.textContent !== rest) this.#rest.textContent = rest;
    if (!rest) this.#rest.remove();
    else if (!this.#rest.parentNode) this.#element.append(this.#rest);
  }
}

/**
 * Renders a sample outside the page when the page is idle, so that the code is compiled before the
 * first answer arrives.
 *
 * @returns {Promise<void>}
 */
export async function warmUp() {
  await idle();
  await new MarkdownView(element("div")).finish(SAMPLE);
}

/**
 * Lays out a new group even outside the window. Otherwise it would be laid out twice, because the
 * browser first takes it for one outside the window.
 *
 * @param {HTMLElement} group
 */
function keepLaidOut(group) {
  group.classList.add("is-recent");
  recent.observe(group);
}

/** @param {string} text @returns {string} */
function withoutUnclearLine(text) {
  const lastLine = Math.max(0, text.lastIndexOf("\n"));
  return UNCLEAR_LINE.test(text.slice(lastLine)) ? text.slice(0, lastLine) : text;
}
