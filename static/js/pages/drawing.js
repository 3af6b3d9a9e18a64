/** Draws the conversation page from its state. */

import { ContextGauge } from "#js/composer/context_gauge.js";
import { showNotice } from "#js/composer/lines.js";
import { QuotaMeter } from "#js/composer/quota_meter.js";
import { RenderThrottle } from "#js/markdown/scheduling.js";
import { PlaceAnnouncer } from "#js/messages/place.js";
import { element, setText } from "#js/ui/markup.js";
import { announce } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {object} Parts
 * @property {import("#js/sidebar/conversation_actions.js").ConversationActions} conversations
 * @property {import("#js/composer/composer.js").Composer} composer
 * @property {import("#js/messages/messages.js").Messages} messages
 * @property {import("#js/settings/parameters_panel.js").ParametersPanel} parameters
 * @property {import("#js/settings/model_picker.js").ModelPicker} picker
 * @property {import("#js/pages/queued_turns.js").QueuedTurns} queued
 * @property {import("#js/composer/queued_list.js").QueuedList} queuedList
 * @property {import("#js/share/button.js").ShareButton} share
 * @property {import("#js/pages/find.js").Find} find
 */

export class Drawing {
  #state;
  #parts;
  #quota = new QuotaMeter();
  #gauge = new ContextGauge();
  #places = new PlaceAnnouncer();
  #throttle = new RenderThrottle(() => this.#drawMessages());
  /** How an answer has ended, until its last words are on the page and the end is announced. */
  #ending = "";
  #frame = 0;

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {Parts} parts
   */
  constructor(state, parts) {
    this.#state = state;
    this.#parts = parts;
    state.on("changed", () => this.#drawSoon());
    state.on("streamed", () => this.#throttle.request());
    state.on("finished", ({ cause }) => (this.#ending = cause));
    parts.composer.on("changed", () => this.#drawMeters());
  }

  /** Draws everything at once. */
  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#drawTitle();
    this.#drawControls();
    this.#drawMessages();
    if (this.#ending) announce(this.#ending);
    this.#ending = "";
  }

  /** Draws all changes between two frames once, after the frame as the render throttle does. */
  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => setTimeout(() => this.draw()));
  }

  #drawTitle() {
    const title = this.#state.conversation?.title || word("untitled");
    setText(element("title"), title);
    this.#parts.conversations.drawTitle();
  }

  #drawControls() {
    const { branch, model, models, compared } = this.#state;
    const { composer, conversations, parameters, picker, share } = this.#parts;
    element("conversation").toggleAttribute("data-empty", branch.length === 0);
    conversations.draw();
    picker.draw(models, model === null ? [] : [model, ...compared]);
    parameters.draw();
    share.draw();
    this.#parts.find.draw();
    this.#drawQuota();
    showNotice(this.#state.conversation?.notice ?? this.#state.notice);
    const answering = this.#state.generation !== null;
    composer.update({ answering, canSend: model !== null });
    this.#drawQueue(answering);
  }

  /** @param {boolean} isAnswering */
  #drawQueue(isAnswering) {
    const { queued, queuedList } = this.#parts;
    queuedList.draw(queued.waiting, { reason: queued.reason, isAnswering });
  }

  /** Draws what changes while an answer streams, many times a second. */
  #drawMessages() {
    this.#parts.messages.draw(this.#state);
    this.#places.update(this.#state.generation);
    this.#drawGauge();
  }

  #drawMeters() {
    this.#drawQuota();
    this.#drawGauge();
  }

  #drawQuota() {
    const { quota, model } = this.#state;
    const { composer, queued } = this.#parts;
    const problems = queued.waiting.map(({ problem = "" }) => problem);
    this.#quota.draw(quota, model, [composer.error, ...problems]);
  }

  #drawGauge() {
    const { branch, models, settings } = this.#state;
    const model = models.find((each) => each.name === this.#state.model);
    const prompt = model && {
      messages: branch,
      draft: this.#parts.composer.content,
      model,
      maxTokens: settings.parameters.max_tokens,
      systemMessage: settings.system_message,
    };
    this.#gauge.draw(prompt ?? null);
  }
}
