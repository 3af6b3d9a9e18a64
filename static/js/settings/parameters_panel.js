/** The panel of the conversation's parameters and system message. */

import { complaintOf, drawAlarm } from "#js/settings/alarm.js";
import { Definitions } from "#js/settings/definitions.js";
import { PanelFields } from "#js/settings/panel_fields.js";
import { PanelFrame } from "#js/settings/panel_frame.js";
import { Presets } from "#js/settings/presets.js";
import { Settings } from "#js/settings/settings.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, on, setHidden } from "#js/ui/markup.js";
import { offerUndo } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

const NOTHING = { parameters: {}, system_message: "" };

/** @extends {Emitter<import("#js/events.js").ParametersPanelEvents>} */
export class ParametersPanel extends Emitter {
  #state;
  #settings;
  #presets;
  #definitions;
  #frame = new PanelFrame();
  #fields = new PanelFields(element("parameters"));
  /** The reason why nothing was sent, until it is gone. */
  #complaint = "";

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    super();
    this.#state = state;
    this.#settings = new Settings(state, socket);
    this.#presets = new Presets(state, socket);
    this.#definitions = new Definitions({
      set: (name, value) => this.#settings.set(name, value),
      socket,
      showError: (text) => this.#showError(text),
      conversation: () => state.conversation?.id ?? null,
      definitions: () => state.definitions,
    });
    this.#listen();
  }

  #listen() {
    on(element("parameters"), "change", () => this.#settings.save());
    on(element("reset-parameters"), "click", () => this.#resetAll());
    this.#fields.on("change", ({ name, value }) => this.#set(name, value));
    this.#fields.on("faulty", () => this.#drawFaults());
    this.#settings.on("refused", (frame) => this.#refused(frame));
    this.#presets.on("choose", ({ preset }) => this.#use(preset));
    this.#presets.on("failed", (detail) => this.#showError(detail));
  }

  /** Shows the settings of another conversation. */
  reset() {
    this.#frame.closeOverPage();
    this.#fields.fill(this.#state.settings);
    this.#fields.unfold(this.#state.parameters);
    this.#showError("");
  }

  draw() {
    const { settings, definitions, models, model: name } = this.#state;
    const model = models.find((each) => each.name === name);
    this.#fields.draw(model, settings);
    this.#presets.draw();
    this.#definitions.draw(settings.parameters, definitions, model);
    this.#drawFaults();
  }

  /**
   * Moves the focus to the first text that cannot be sent. Text that was typed is saved with the
   * turn.
   *
   * @returns {string} why nothing can be sent; empty if all can
   */
  complain() {
    const { unsendable } = this.#fields;
    if (!unsendable) return "";
    this.#frame.open();
    this.#fields.show(unsendable);
    this.#complaint = word("not-sent", { complaint: complaintOf(unsendable) });
    return this.#complaint;
  }

  /**
   * Shows what the site has refused beside the field that it names.
   *
   * @param {import("#js/connection/frame.js").Frame} frame the `error` of a turn
   */
  turnRefused(frame) {
    this.#fields.refuse(frame);
    this.#drawFaults();
  }

  // Internal

  #drawFaults() {
    const { unsendable, faulty } = this.#fields;
    const { parameters, system_message } = this.#state.settings;
    const isSet = Object.keys(parameters).length > 0 || system_message !== "";
    this.#fields.drawCount(parameters);
    drawAlarm(isSet, faulty);
    setHidden(element("reset-parameters"), !isSet && !unsendable);
    if (this.#complaint && !unsendable) this.#mended();
  }

  #mended() {
    this.emit("mended", { complaint: this.#complaint });
    this.#complaint = "";
  }

  /** @param {string} name @param {any} value */
  #set(name, value) {
    this.#showError("");
    if (name === "system_message") this.#settings.setSystemMessage(value ?? "");
    else this.#settings.set(name, value);
    this.#drawFaults();
  }

  /** @param {import("#js/connection/frame.js").Frame} frame of the settings */
  #refused(frame) {
    if (!this.#fields.refuse(frame)) this.#showError(frame.message);
    this.#drawFaults();
  }

  #resetAll() {
    const { settings, conversation } = this.#state;
    this.#use(NOTHING);
    const undo = async () => {
      this.#use(settings);
      return true;
    };
    const next = element("preset");
    next.focus();
    const place = { lines: "kept-undo-lines", next, of: conversation?.id ?? null };
    offerUndo(word("parameters-reset"), undo, place);
  }

  /** @param {import("#js/state/records.js").Settings} settings */
  #use({ parameters, system_message }) {
    this.#showError("");
    this.#settings.replace({ parameters, system_message });
    this.#fields.fill({ parameters, system_message });
    this.#fields.unfold(parameters);
    this.#drawFaults();
  }

  /** @param {string} sentence empty when there is nothing to say */
  #showError(sentence) {
    element("parameters-error").hidden = sentence === "";
    element("parameters-error").textContent = sentence;
  }
}
