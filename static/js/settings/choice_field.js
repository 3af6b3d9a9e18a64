/** The field of a parameter that is one of a few words, for the models that tell them apart. */

import { Field } from "#js/settings/field.js";
import { accepts } from "#js/settings/parameters.js";
import { on, part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

export class ChoiceField extends Field {
  #select;
  #drawn = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.#select = part(element, "input");
    on(this.#select, "change", () => {
      this.emit("change", { name: this.name, value: this.#select.value || undefined });
    });
  }

  /**
   * @param {import("#js/settings/parameters.js").Model} model
   * @param {string | undefined} value
   */
  draw(model, value) {
    const { choices = [], sent_as = {} } = model?.parameters?.[this.name] ?? {};
    const isOffered = accepts(model, this.name) && choices.length > 0;
    // Most models have no such choice, so that it is hidden, unless a value is set that would
    // come back with the next model.
    this.element.hidden = !isOffered && value === undefined;
    // A word that was chosen for another model is shown as this one's server gets it.
    const sent = value === undefined ? undefined : (sent_as[value] ?? value);
    const isSent = isOffered && sent !== undefined && choices.includes(sent);
    this.#offer(isOffered ? choices : [], isSent ? undefined : value);
    this.#select.disabled = !isOffered;
    this.#select.value = (isSent ? sent : value) ?? "";
    this.drawFrame(model, value, this.#note(model, value, isSent ? sent : undefined));
  }

  /**
   * @param {import("#js/settings/parameters.js").Model} model
   * @param {string | undefined} value
   * @param {string | undefined} sent
   */
  #note(model, value, sent) {
    if (value === undefined || sent === value) return "";
    const names = { model: model?.name ?? "", value, sent: sent ?? "" };
    return word(sent === undefined ? "set-not-taken" : "sent-as", names);
  }

  /** @param {string[]} choices @param {string | undefined} other a set value beside them */
  #offer(choices, other) {
    const all = other === undefined || choices.includes(other) ? choices : [...choices, other];
    const drawn = all.join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const [unset] = this.#select.options;
    this.#select.replaceChildren(unset, ...all.map((each) => new Option(each, each)));
  }
}
