/** The conversation page: the state in the middle, around it what draws it and what changes it. */

import { AnswerActions } from "#js/answer_actions.js";
import { copy } from "#js/clipboard.js";
import { Composer } from "#js/composer.js";
import { toggleKeys, wireDialogs } from "#js/dialogs.js";
import { Drawer } from "#js/drawer.js";
import { listenToKeys } from "#js/keys.js";
import { Listing } from "#js/listing.js";
import { element, on } from "#js/markup.js";
import { Messages, showCopied } from "#js/messages.js";
import { look, untilThereIsAModel } from "#js/models.js";
import { ModelPicker } from "#js/model_picker.js";
import { Navigation } from "#js/navigation.js";
import { Outbox } from "#js/outbox.js";
import { placed } from "#js/popover.js";
import { refusalInWords } from "#js/quota.js";
import { QuotaMeter } from "#js/quota_meter.js";
import { FollowEnd } from "#js/scroll.js";
import { Socket } from "#js/socket.js";
import { State } from "#js/state.js";
import { ConnectionLine, ReleaseLine, say, showNotice } from "#js/status.js";
import { waitsForAnswers } from "#js/tool_calls.js";
import { Turns } from "#js/turns.js";
import { word } from "#js/words.js";

class Page {
  #state = new State(JSON.parse(element("state").textContent));
  #outbox = new Outbox(this.#state.user.username);
  #socket = new Socket("/ws/", { outbox: this.#outbox });
  #turns = new Turns(this.#state, this.#socket, this.#outbox);
  #answers = new AnswerActions(this.#socket);
  #navigation = new Navigation(this.#state, this.#socket);
  #listing = new Listing(this.#state, this.#socket);
  #messages = new Messages(element("log"));
  #end = new FollowEnd(element("log-scroller"), element("log"), element("jump"));
  #composer = new Composer();
  #picker = new ModelPicker();
  #quota = new QuotaMeter();
  #drawer = new Drawer();
  #connection = new ConnectionLine(() => this.#socket.open());
  #release = new ReleaseLine(this.#state.site.release);
  #frame = 0;

  start() {
    wireDialogs();
    placed(element("user-menu"), () => element("user-button"));
    this.#listenToState();
    this.#listenToSocket();
    this.#listenToReader();
    this.#arrived();
    this.#turns.resume();
    this.#draw();
    this.#socket.open();
    untilThereIsAModel(this.#state);
  }

  // Drawing

  #listenToState() {
    on(this.#state, "changed", () => this.#drawSoon());
    on(this.#state, "finished", (event) => say(event.detail.cause));
    on(this.#navigation, "arrived", () => this.#arrived());
    on(this.#navigation, "named", () => this.#composer.rename(this.#draftKey));
    on(this.#navigation, "failed", () => this.#composer.complain(word("load-failed")));
    on(this.#listing, "gone", ({ detail }) => this.#deleted(detail.id));
    on(this.#listing, "failed", ({ detail }) => this.#composer.complain(detail));
  }

  /** Many changes between two frames are drawn once. */
  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { branch, model, models, quota } = this.#state;
    const answering = this.#state.generation !== null;
    element("conversation").toggleAttribute("data-empty", branch.length === 0);
    element("title").textContent = this.#title;
    document.title = `${this.#title} · ${this.#state.site.name}`;
    this.#messages.draw(this.#state);
    this.#listing.draw();
    this.#picker.draw(models, model);
    this.#quota.draw(quota, model);
    showNotice(this.#state.conversation?.notice ?? this.#state.notice);
    this.#composer.update({ answering, canSend: model !== null });
    this.#end.keep();
  }

  get #title() {
    return this.#state.conversation?.title || word("untitled");
  }

  get #draftKey() {
    return `${this.#state.user.username}:${this.#state.conversation?.id ?? "new"}`;
  }

  /** The reader is at another conversation, or at a new one. */
  #arrived() {
    this.#composer.open(this.#draftKey);
    this.#drawer.closeOverPage();
    this.#end.toEnd();
    // A touch keyboard that opens by itself would cover what the reader came for.
    if (matchMedia("(hover: hover)").matches) this.#composer.focus();
  }

  // What the site says

  #listenToSocket() {
    const socket = this.#socket;
    on(socket, "connection", ({ detail }) => this.#connection.update(detail));
    on(socket, "hello", ({ detail }) => this.#release.update(detail.release));
    on(socket, "signed-out", () => location.reload());
    on(socket, "turn.started", ({ detail }) => this.#started(detail));
    on(socket, "generation.events", ({ detail }) => this.#state.receive(detail));
    on(socket, "conversation.changed", ({ detail }) => this.#navigation.changed(detail));
    on(socket, "conversation.listed", ({ detail }) => this.#state.list(detail.conversation));
    on(socket, "conversation.deleted", ({ detail }) => this.#deleted(detail.conversation_id));
    on(socket, "kept.changed", ({ detail }) => this.#state.keep(detail));
    on(socket, "quota.changed", ({ detail }) => this.#state.limit(detail.quota));
    on(socket, "error", ({ detail }) => this.#refused(detail));
  }

  /** @param {import("#js/socket.js").Frame} frame */
  #started(frame) {
    const asked = this.#turns.isPending(frame);
    if (asked) this.#turns.started(frame);
    this.#navigation.started(frame, asked);
  }

  /** @param {string} id */
  #deleted(id) {
    this.#navigation.deleted(id);
    say("deleted");
    this.#draw();
    // The row that had the focus is gone.
    if (document.activeElement === document.body) this.#composer.focus();
  }

  /** @param {import("#js/socket.js").Frame} frame */
  #refused(frame) {
    const refused = this.#turns.refused(frame);
    const reason = frame.standing ? refusalInWords(frame.standing) : frame.message;
    this.#composer.giveBack(reason, refused?.content ?? "");
    if (frame.code === "unknown_model") look(this.#state);
  }

  // What the reader does

  #listenToReader() {
    on(this.#composer, "send", ({ detail }) => this.#send(detail.text));
    on(this.#composer, "stop", () => this.#turns.stop());
    on(this.#picker, "choose", ({ detail }) => this.#state.chooseModel(detail.name));
    on(this.#messages, "action", ({ detail }) => this.#act(detail));
    on(this.#listing, "open", ({ detail }) => this.#navigation.open(detail.id));
    on(element("prompts"), "click", (event) => this.#tryPrompt(event.target));
    on(element("log"), "click", (event) => this.#released(event.target));
    on(element("log"), "code-copied", () => say("copied"));
    on(document, "click", (event) => this.#pressed(event));
    listenToKeys({
      newConversation: () => this.#navigation.open(null),
      toggleKeys,
      toggleSidebar: () => this.#drawer.toggle(),
      copyLastAnswer: () => this.#copy(this.#state.lastAnswer, null),
      escape: () => (this.#drawer.isOverPage ? this.#drawer.toggle() : this.#turns.stop()),
      focusComposer: () => this.#composer.focus(),
    });
  }

  /** @param {string} text */
  #send(text) {
    if (waitsForAnswers(this.#state.branch)) {
      return this.#composer.giveBack(word("calls-first"), text);
    }
    this.#turns.send(text);
    this.#asked();
  }

  /** A turn was asked for: the reader wants to see it. */
  #asked() {
    say("answering");
    this.#draw();
    this.#end.toEnd();
  }

  /** @param {{action: string, id: string, button: HTMLElement, article: any}} detail */
  #act({ action, id, button, article }) {
    const message = this.#state.message(id);
    if (message) this.#answers.act(action, message, button);
    if (action === "copy") this.#copy(this.#state.message(id), button);
    if (action === "previous") this.#state.step(id, -1);
    if (action === "next") this.#state.step(id, 1);
    if (action === "regenerate") this.#turns.regenerate(id);
    if (action === "continue") this.#turns.continue(id);
    if (action === "answer-tools") this.#turns.answerTools(id, article.toolAnswers);
    if (action === "mend") this.#turns.send(article.complaint);
    if (this.#state.pending) this.#asked();
  }

  /**
   * @param {import("#js/state.js").Message | undefined} message
   * @param {HTMLElement | null} button
   */
  async #copy(message, button) {
    if (!message) return;
    if (!(await copy(message.content))) return this.#composer.complain(word("copy-failed"));
    if (button) showCopied(button);
    say("copied");
  }

  /** @param {HTMLElement} target */
  #tryPrompt(target) {
    const prompt = target.closest(".prompt");
    if (prompt && this.#state.model !== null) this.#send(prompt.textContent.trim());
  }

  /** @param {HTMLElement} target */
  #released(target) {
    if (target.closest("summary")) this.#end.release();
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("[data-keys]")) toggleKeys();
    if (!target.closest("[data-new]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#navigation.open(null);
  }
}

new Page().start();
