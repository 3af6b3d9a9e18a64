/** The prompts of the empty page. One of a preset begins a conversation with its settings. */

import { element, on } from "#js/ui/markup.js";

/**
 * @typedef {object} Page
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/settings/parameters_panel.js").ParametersPanel} parameters
 * @property {(text: string) => void} send
 */

/** @param {Page} page */
export function offerPrompts({ state, parameters, send }) {
  on(element("prompts"), "click", ({ target }) => {
    const prompt = target.closest(".prompt");
    if (!prompt || state.model === null) return;
    const preset = state.presets.find((each) => String(each.id) === prompt.dataset.preset);
    if (preset) {
      const { parameters: values, system_message } = preset;
      state.setSettings({ parameters: values, system_message });
      parameters.reset();
    }
    send(prompt.textContent.trim());
  });
}
