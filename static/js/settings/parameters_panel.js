/** The panel beside the conversation for its parameters and its system message. */

import { ChoiceField } from "#js/settings/choice_field.js";
import { Definitions } from "#js/settings/definitions.js";
import { NumberField } from "#js/settings/number_field.js";
import { accepts } from "#js/settings/parameters.js";
import { Presets } from "#js/settings/presets.js";
import { Settings } from "#js/settings/settings.js";
import { StopField } from "#js/settings/stop_field.js";
import { element, on } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

const NARROW = matchMedia("(max-width: 63.99rem)");

export class ParametersPanel {
  #state;
  #settings;
  #presets;
  #definitions;
  #panel = element("parameters");
  #button = element("parameters-button");
  #systemMessage = element("system-message");
  #fields = [...this.#panel.querySelectorAll("[data-number]")].map((each) => new NumberField(each));
  #choices = [...this.#panel.querySelectorAll("[data-choice]")].map(
    (each) => new ChoiceField(each),
  );
  #stop = new StopField(element("stop-field"));

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    this.#state = state;
    this.#settings = new Settings(state, socket);
    this.#presets = new Presets(state, socket);
    const set = (/** @type {string} */ name, /** @type {any} */ value) =>
      this.#settings.set(name, value);
    this.#definitions = new Definitions({
      set,
      socket,
      showError: (text) => this.#showError(text),
      conversation: () => state.conversation?.id ?? null,
      definitions: () => state.definitions,
    });
    this.#listen();
  }

  #listen() {
    on(this.#button, "click", () => this.toggle());
    on(element("close-parameters"), "click", () => this.toggle());
    on(element("parameters-scrim"), "click", () => this.toggle());
    on(this.#panel, "keydown", (event) => this.#pressed(event));
    on(this.#panel, "change", () => this.#settings.save());
    on(NARROW, "change", () => this.#blockPage());
    on(this.#systemMessage, "input", () =>
      this.#settings.setSystemMessage(this.#systemMessage.value),
    );
    for (const field of [...this.#fields, ...this.#choices, this.#stop]) {
      field.on("change", ({ name, value }) => this.#settings.set(name, value));
    }
    this.#settings.on("refused", (detail) => this.#showError(detail));
    this.#presets.on("choose", ({ preset }) => this.#use(preset));
    this.#presets.on("failed", (detail) => this.#showError(detail));
  }

  /** Opens or closes the panel. */
  toggle() {
    const isOpen = this.#panel.hidden;
    this.#panel.hidden = !isOpen;
    element("parameters-scrim").hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    this.#blockPage();
    (isOpen ? element("close-parameters") : this.#button).focus();
  }

  #blockPage() {
    element("conversation").inert = !this.#panel.hidden && NARROW.matches;
  }

  /** Shows the settings of another conversation. */
  reset() {
    this.#fill(this.#state.settings);
  }

  draw() {
    const { settings, definitions, models, model: name } = this.#state;
    const model = models.find((each) => each.name === name);
    const { parameters, system_message } = settings;
    for (const field of this.#fields) field.draw(model, parameters[field.name]);
    for (const field of this.#choices) field.draw(model, parameters[field.name]);
    this.#stop.draw(model, parameters.stop);
    this.#presets.draw();
    this.#definitions.draw(parameters, definitions, model);
    for (const slot of ["response_format", "tools"]) this.#drawSlot(model, slot);
    if (document.activeElement !== this.#systemMessage) this.#systemMessage.value = system_message;
    const isSet = Object.keys(parameters).length > 0 || system_message !== "";
    this.#button.classList.toggle("is-set", isSet);
  }

  /** @param {import("#js/settings/parameters.js").Model} model @param {string} name */
  #drawSlot(model, name) {
    const section = this.#panel.querySelector(`[data-parameter="${name}"]`);
    const isAccepted = accepts(model, name);
    section.classList.toggle("is-off", !isAccepted);
    section.querySelector("[data-slot]").inert = !isAccepted;
    section.querySelector('[data-part="range"]').textContent = isAccepted
      ? ""
      : word("not-taken", { model: model?.name ?? "" });
  }

  /**
   * Whether all values can be sent; if not, moves the focus to the first wrong one. Text that was
   * typed is saved with the turn.
   *
   * @returns {boolean}
   */
  check() {
    const faulty = this.#fields.find((field) => field.isFaulty);
    if (!faulty) return true;
    if (this.#panel.hidden) this.toggle();
    faulty.focus();
    return false;
  }

  /** @param {import("#js/state/records.js").Settings} settings */
  #use({ parameters, system_message }) {
    this.#showError("");
    this.#settings.replace({ parameters, system_message });
    this.#fill({ parameters, system_message });
  }

  /** @param {import("#js/state/records.js").Settings} settings to show in every field */
  #fill({ parameters, system_message }) {
    this.#systemMessage.value = system_message;
    for (const field of this.#fields) field.fill(parameters[field.name]);
  }

  /** @param {string} sentence empty when there is nothing to say */
  #showError(sentence) {
    element("parameters-error").hidden = sentence === "";
    element("parameters-error").textContent = sentence;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Escape" || event.shiftKey) return;
    // Escape closes the panel; it must not stop a running answer.
    event.stopPropagation();
    this.toggle();
  }
}
