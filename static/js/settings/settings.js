/** The settings of the conversation on the page: its parameters and system message. */

import { withoutOrphan } from "#js/settings/tool_choice.js";
import { Emitter } from "#js/ui/emitter.js";

const SAVED_AFTER_MS = 400;

/** @extends {Emitter<import("#js/events.js").SettingsEvents>} */
export class Settings extends Emitter {
  #state;
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    super();
    this.#state = state;
    this.#socket = socket;
  }

  /** @param {string} name of a parameter @param {any} value undefined for the model's default */
  set(name, value) {
    const { parameters, system_message } = this.#state.settings;
    const { [name]: _old, ...others } = parameters;
    const changed = value === undefined ? others : { ...others, [name]: value };
    this.replace({ parameters: withoutOrphan(changed), system_message });
  }

  /** @param {string} text */
  setSystemMessage(text) {
    this.replace({ parameters: this.#state.parameters, system_message: text });
  }

  /** @param {import("#js/state/records.js").Settings} settings */
  replace({ parameters, system_message }) {
    this.#state.setSettings({ parameters, system_message });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), SAVED_AFTER_MS);
  }

  /** Saves the changes on the site at once. */
  async save() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { conversation, settings, model } = this.#state;
    // The settings of a new conversation are sent with its first message.
    if (!conversation || model === null) return;
    const change = this.#state.setSettings(settings);
    const frame = { type: "conversation.configure", conversation_id: conversation.id, model };
    try {
      const { version } = await this.#socket.request({ ...frame, ...settings });
      this.#state.settingsAccepted(change, version);
    } catch (refusal) {
      this.emit("refused", /** @type {import("#js/connection/frame.js").Frame} */ (refusal));
    }
  }
}
