/** The editors of `tools` and `response_format` in their places of the side panel. */

import { FormatEditor } from "#js/format_editor.js";
import { on } from "#js/markup.js";
import { ToolsEditor } from "#js/tools_editor.js";

/**
 * @typedef {object} Wiring
 * @property {(name: string, value: any) => void} set a parameter of the conversation
 * @property {import("#js/socket.js").Socket} socket
 * @property {(message: string) => void} complain
 */

export class Definitions {
  #format = new FormatEditor();
  #tools = new ToolsEditor();
  #wiring;

  /** @param {Wiring} wiring */
  constructor(wiring) {
    this.#wiring = wiring;
    this.#place("response-format", "response_format", this.#format);
    this.#place("tools", "tools", this.#tools);
  }

  /**
   * @param {Record<string, any>} parameters of the conversation
   * @param {import("#js/state.js").Definition[]} definitions
   */
  draw(parameters, definitions) {
    this.#format.update({ value: parameters.response_format, definitions });
    this.#tools.update({ value: parameters.tools, definitions });
  }

  /** @param {string} slot @param {string} name @param {FormatEditor | ToolsEditor} editor */
  #place(slot, name, editor) {
    document.querySelector(`[data-slot="${slot}"]`)?.append(editor.element);
    on(editor, "change", ({ detail }) => this.#wiring.set(name, detail.value));
    on(editor, "save", ({ detail }) => this.#ask({ type: "definition.save", ...detail }));
    on(editor, "delete", ({ detail }) =>
      this.#ask({ type: "definition.delete", definition_id: detail.id }),
    );
  }

  /** @param {import("#js/socket.js").Frame} frame */
  #ask(frame) {
    this.#wiring.socket.request(frame).catch((error) => this.#wiring.complain(error.message));
  }
}
