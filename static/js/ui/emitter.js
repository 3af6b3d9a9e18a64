/**
 * An object that announces events to its listeners.
 *
 * `Events` maps the name of each event to its detail. All of these maps are in events.js; a wrong
 * name or detail is a type error, for the listener as for the emitter.
 *
 * @template {object} Events
 */
export class Emitter {
  #target = new EventTarget();

  /**
   * @template {keyof Events & string} Name
   * @param {Name} name
   * @param {(detail: Events[Name]) => void} listener
   */
  on(name, listener) {
    this.#target.addEventListener(name, (event) =>
      listener(/** @type {CustomEvent} */ (event).detail),
    );
  }

  /**
   * @template {keyof Events & string} Name
   * @param {Name} name
   * @param {Events[Name] extends void ? [] : [Events[Name]]} details one, unless the event has none
   */
  emit(name, ...details) {
    this.#target.dispatchEvent(new CustomEvent(name, { detail: details[0] }));
  }
}
