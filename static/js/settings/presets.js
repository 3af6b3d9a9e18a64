/** Saved presets: the user's own, and those that administrators publish. */

import { askPresetName } from "#js/ui/dialogs.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, on } from "#js/ui/markup.js";
import { offerUndo } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Preset} Preset
 *
 * @extends {Emitter<import("#js/events.js").PresetsEvents>}
 */
export class Presets extends Emitter {
  #state;
  #socket;
  #list = element("preset");
  #drawn = "";

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    super();
    this.#state = state;
    this.#socket = socket;
    on(this.#list, "change", () => this.#chosen());
    on(element("preset-save"), "click", () => this.#saveAs());
    on(element("preset-default"), "click", () => this.#makeDefault());
    on(element("preset-delete"), "click", () => this.#delete());
  }

  draw() {
    const { presets, settings } = this.#state;
    const current = presets.find((each) => isSame(each, settings)) ?? null;
    element("preset-save").hidden = current?.is_own ?? false;
    element("preset-default").hidden = !current?.is_own || current.is_default;
    element("preset-delete").hidden = !current?.is_own;
    const drawn = JSON.stringify([presets, current?.id]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const none = new Option(word("preset-none"), "", false, current === null);
    const options = presets.map((each) => option(each, each.id === current?.id));
    this.#list.replaceChildren(none, ...options);
  }

  /** @returns {Preset | undefined} */
  get #selected() {
    return this.#state.presets.find((each) => String(each.id) === this.#list.value);
  }

  #chosen() {
    const empty = { parameters: {}, system_message: "" };
    this.emit("choose", { preset: this.#selected ?? empty });
  }

  async #saveAs() {
    const name = await askPresetName();
    if (name !== null) this.#save(name, this.#state.settings, false);
  }

  #makeDefault() {
    const preset = this.#selected;
    if (!preset) return;
    // The button disappears once the preset is the default.
    this.#list.focus();
    this.#save(preset.name, preset, true);
  }

  /**
   * @param {string} name
   * @param {import("#js/state/records.js").Settings} settings
   * @param {boolean} isDefault
   * @returns {Promise<boolean>} whether it was saved
   */
  #save(name, { parameters, system_message }, isDefault) {
    const saved = { name, parameters, system_message, is_default: isDefault };
    return this.#ask({ type: "preset.save", ...saved });
  }

  async #delete() {
    const preset = this.#selected;
    if (!preset) return;
    // The button disappears with the preset.
    this.#list.focus();
    if (!(await this.#ask({ type: "preset.delete", preset_id: preset.id }))) return;
    const { name, is_default } = preset;
    const place = { lines: "kept-undo-lines", next: this.#list };
    offerUndo(word("kept-deleted", { name }), () => this.#save(name, preset, is_default), place);
  }

  /**
   * @param {import("#js/connection/frame.js").Frame} frame
   * @returns {Promise<boolean>} whether it was done
   */
  async #ask(frame) {
    try {
      await this.#socket.request(frame);
      return true;
    } catch (refusal) {
      const detail = /** @type {import("#js/connection/frame.js").Frame} */ (refusal).message;
      this.emit("failed", detail);
      return false;
    }
  }
}

/** @param {Preset} preset @param {boolean} isCurrent */
function option({ id, name, is_default, is_own }, isCurrent) {
  const marks = [is_own ? "" : word("preset-published"), is_default ? word("preset-default") : ""];
  const label = [name, ...marks.filter(Boolean)].join(" · ");
  return new Option(label, String(id), false, isCurrent);
}

/**
 * @param {Preset} preset
 * @param {import("#js/state/records.js").Settings} settings
 * @returns {boolean}
 */
function isSame(preset, settings) {
  return (
    preset.system_message.trim() === settings.system_message.trim() &&
    canonical(preset.parameters) === canonical(settings.parameters)
  );
}

/** @param {Record<string, any>} parameters @returns {string} the same for any order of keys */
function canonical(parameters) {
  return JSON.stringify(
    Object.entries(parameters).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
