/** The editors of `tools` and `response_format` in the parameters panel. */

import { FormatEditor } from "#js/settings/format_editor.js";
import { mostOf } from "#js/settings/parameters.js";
import { ToolsEditor } from "#js/settings/tools_editor.js";
import { offerUndo } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Definition} Definition
 * @typedef {import("#js/settings/definition_changes.js").Saved} Saved
 * @typedef {import("#js/settings/definition_changes.js").Deleted} Deleted
 *
 * @typedef {object} Wiring
 * @property {(name: string, value: any) => void} set a parameter of the conversation
 * @property {import("#js/connection/socket.js").Socket} socket
 * @property {(message: string) => void} showError
 * @property {() => string | null} conversation the id of the present one
 * @property {() => Definition[]} definitions saved at present
 */

export class Definitions {
  #format = new FormatEditor();
  #tools = new ToolsEditor();
  #wiring;
  /** @type {Promise<unknown>} fulfilled when the last request is answered */
  #answered = Promise.resolve();

  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.#wiring = wiring;
    this.#mount("response_format", this.#format);
    this.#mount("tools", this.#tools);
  }

  /**
   * @param {Record<string, any>} parameters of the conversation
   * @param {Definition[]} definitions
   * @param {import("#js/settings/parameters.js").Model} model
   */
  draw(parameters, definitions, model) {
    this.#format.update({ value: parameters.response_format, definitions });
    this.#tools.update({ value: parameters.tools, definitions, most: mostOf("tools", model) });
  }

  /** @param {string} name @param {FormatEditor | ToolsEditor} editor */
  #mount(name, editor) {
    document.querySelector(`[data-slot="${name}"]`)?.append(editor.element);
    editor.on("change", ({ value }) => this.#wiring.set(name, value));
    editor.on("save", (detail) => this.#save(detail));
    editor.on("delete", (detail) => this.#delete(detail));
  }

  /** @param {Saved} saved */
  async #save({ kind, name, definition, replaces }) {
    const isSaved = await this.#ask({ type: "definition.save", kind, name, definition });
    const old = isSaved && replaces?.(this.#wiring.definitions());
    if (old) this.#remove(old.id);
  }

  /** @param {number} id @returns {Promise<boolean>} whether it was done */
  #remove(id) {
    return this.#ask({ type: "definition.delete", definition_id: id });
  }

  /** @param {Deleted} deleted */
  async #delete({ name, find, use, next }) {
    const conversation = this.#wiring.conversation();
    // An earlier request may be about to save it.
    await this.#answered;
    const saved = find(this.#wiring.definitions());
    if (saved && !(await this.#remove(saved.id))) return;
    const restore = async () => {
      const { kind, definition } = saved ?? {};
      const isRestored =
        !saved || (await this.#ask({ type: "definition.save", kind, name, definition }));
      if (isRestored && conversation === this.#wiring.conversation()) use?.();
      return isRestored;
    };
    offerUndo(word("kept-deleted", { name }), restore, { lines: "kept-undo-lines", next });
  }

  /**
   * @param {import("#js/connection/frame.js").Frame} frame
   * @returns {Promise<boolean>} whether it was done
   */
  #ask(frame) {
    const done = this.#wiring.socket.request(frame).then(
      () => true,
      (refusal) => {
        this.#wiring.showError(refusal.message);
        return false;
      },
    );
    this.#answered = done;
    return done;
  }
}
