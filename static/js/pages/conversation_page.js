/** The conversation page: the state in the middle, around it what draws it and what changes it. */

import { Composer } from "#js/composer/composer.js";
import { ContextGauge } from "#js/composer/context_gauge.js";
import { ConnectionLine, dropArrivalNotice, ReleaseLine, showNotice } from "#js/composer/lines.js";
import { refusalInWords } from "#js/composer/quota.js";
import { QuotaMeter } from "#js/composer/quota_meter.js";
import { takeTextFiles } from "#js/composer/text_files.js";
import { Outbox } from "#js/connection/outbox.js";
import { Socket } from "#js/connection/socket.js";
import { RenderThrottle } from "#js/markdown/scheduling.js";
import { warmUp } from "#js/markdown/view.js";
import { Messages } from "#js/messages/messages.js";
import { FollowEnd } from "#js/messages/scroll.js";
import { waitsForAnswers } from "#js/messages/tool_calls.js";
import { Branches } from "#js/pages/branches.js";
import { listenToKeys } from "#js/pages/keys.js";
import { MessageActions } from "#js/pages/message_actions.js";
import { refreshModels, waitForModel } from "#js/pages/model_refresh.js";
import { Navigation } from "#js/pages/navigation.js";
import { Turns } from "#js/pages/turns.js";
import { ModelPicker } from "#js/settings/model_picker.js";
import { ParametersPanel } from "#js/settings/parameters_panel.js";
import { ShareButton } from "#js/share/button.js";
import { ConversationActions } from "#js/sidebar/conversation_actions.js";
import { Drawer } from "#js/sidebar/drawer.js";
import { State } from "#js/state/state.js";
import { toggleKeys, wireDialogs } from "#js/ui/dialogs.js";
import { element, on, write } from "#js/ui/markup.js";
import { placed } from "#js/ui/popover.js";
import { say } from "#js/ui/status.js";
import { offerUndo } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

class Page {
  #state = new State(JSON.parse(element("state").textContent));
  #outbox = new Outbox(this.#state.user.username);
  #socket = new Socket("/ws/", { outbox: this.#outbox });
  #turns = new Turns(this.#state, this.#socket, this.#outbox);
  #navigation = new Navigation(this.#state, this.#socket);
  #conversations = new ConversationActions(this.#state, this.#socket);
  #messages = new Messages(element("log"));
  #branches = new Branches(this.#state, this.#socket);
  #end = new FollowEnd(element("log-scroller"), element("log"), element("jump"));
  #composer = new Composer();
  #picker = new ModelPicker();
  #parameters = new ParametersPanel(this.#state, this.#socket);
  #quota = new QuotaMeter();
  #gauge = new ContextGauge();
  #share = new ShareButton(this.#state);
  #drawer = new Drawer();
  #actions = new MessageActions({
    state: this.#state,
    socket: this.#socket,
    turns: this.#turns,
    branches: this.#branches,
    composer: this.#composer,
    share: this.#share,
    isSettable: () => this.#parameters.check(),
  });
  #connection = new ConnectionLine(() => this.#socket.open());
  #release = new ReleaseLine(this.#state.site.release);
  #throttle = new RenderThrottle(() => this.#drawWritten());
  /** How an answer has ended, until its last words are on the page and it is said. */
  #ending = "";
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
    waitForModel(this.#state);
    warmUp();
  }

  // Drawing

  #listenToState() {
    this.#state.on("changed", () => this.#drawSoon());
    this.#state.on("written", () => this.#throttle.request());
    this.#state.on("finished", ({ cause }) => (this.#ending = cause));
    this.#navigation.on("arrived", () => this.#arrived());
    this.#navigation.on("arrived", dropArrivalNotice);
    this.#navigation.on("named", () => this.#composer.rename(this.#draftKey));
    this.#navigation.on("failed", () => this.#composer.complain(word("load-failed")));
    this.#conversations.on("gone", ({ id }) => this.#deleted(id));
    this.#conversations.on("deleted", (detail) => this.#deletedHere(detail));
    this.#branches.on("branched", ({ id }) => this.#navigation.open(id));
    this.#branches.on("deleted", ({ id }) => this.#messageDeleted(id));
    this.#branches.on("failed", (detail) => this.#composer.complain(detail));
    this.#conversations.on("failed", (detail) => this.#composer.complain(detail));
  }

  /** Many changes between two frames are drawn once, behind the frame as all else is. */
  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => setTimeout(() => this.#draw()));
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { branch, model, models, compared, quota } = this.#state;
    const answering = this.#state.generation !== null;
    element("conversation").toggleAttribute("data-empty", branch.length === 0);
    write(element("title"), this.#title);
    document.title = `${this.#title} · ${this.#state.site.name}`;
    this.#conversations.draw();
    this.#picker.draw(models, model === null ? [] : [model, ...compared]);
    this.#parameters.draw();
    this.#share.draw();
    this.#quota.draw(quota, model);
    showNotice(this.#state.conversation?.notice ?? this.#state.notice);
    this.#composer.update({ answering, canSend: model !== null });
    this.#drawWritten();
    if (this.#ending) say(this.#ending);
    this.#ending = "";
  }

  /** What changes while an answer is being written, many times a second. */
  #drawWritten() {
    this.#messages.draw(this.#state);
    this.#drawGauge();
  }

  #drawGauge() {
    const { branch, models, settings } = this.#state;
    const model = models.find((each) => each.name === this.#state.model);
    const talk = model && {
      messages: branch,
      draft: this.#composer.text,
      model,
      maxTokens: settings.parameters.max_tokens,
      systemMessage: settings.system_message,
    };
    this.#gauge.draw(talk ?? null);
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
    this.#parameters.arrived();
    this.#drawer.closeOverPage();
    this.#end.toEnd();
    this.#composer.offer();
  }

  // What the site says

  #listenToSocket() {
    const socket = this.#socket;
    socket.on("connection", (detail) => this.#connection.update(detail));
    socket.on("hello", ({ release }) => this.#release.update(release));
    socket.on("signed-out", () => location.reload());
    socket.on("turn.started", (detail) => this.#started(detail));
    socket.on("generation.events", (detail) => this.#state.receive(detail));
    socket.on("conversation.changed", (detail) => this.#navigation.changed(detail));
    socket.on("conversation.listed", ({ conversation }) => this.#state.list(conversation));
    socket.on("conversation.deleted", ({ conversation_id }) => this.#deleted(conversation_id));
    socket.on("kept.changed", (detail) => this.#state.setSaved(detail));
    socket.on("quota.changed", ({ quota }) => this.#state.setQuota(quota));
    socket.on("error", (detail) => this.#refused(detail));
  }

  /** @param {import("#js/connection/frame.js").Frame} frame */
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

  /** @param {{id: string, title: string, wasOpen: boolean}} deleted */
  #deletedHere({ id, title, wasOpen }) {
    // Before the site tells all tabs: what could be undone is not on the page any more.
    this.#navigation.deleted(id);
    offerUndo(word("conversation-deleted", { title }), async () => {
      const isBack = await this.#conversations.restore(id);
      if (isBack && wasOpen) this.#navigation.open(id);
      return isBack;
    });
  }

  /** @param {string} id */
  #messageDeleted(id) {
    say("deleted");
    offerUndo(word("message-deleted"), () => this.#branches.restore(id));
  }

  /** @param {import("#js/connection/frame.js").Frame} frame */
  #refused(frame) {
    const refused = this.#turns.refused(frame);
    const reason = frame.standing ? refusalInWords(frame.standing) : frame.message;
    this.#composer.giveBack(reason, refused?.content ?? "");
    if (frame.code === "unknown_model") refreshModels(this.#state);
  }

  // What the reader does

  #listenToReader() {
    this.#composer.on("send", ({ text }) => this.#send(text));
    this.#composer.on("written", () => this.#drawGauge());
    takeTextFiles(
      (text) => this.#composer.add(text),
      (sentence) => this.#composer.complain(sentence),
    );
    this.#composer.on("stop", () => this.#turns.stop());
    this.#picker.on("choose", ({ names }) => this.#state.chooseModels(names));
    this.#messages.on("action", (detail) => this.#actions.act(detail));
    this.#messages.on("focus-lost", () => this.#composer.offer());
    this.#actions.on("asked", () => this.#asked());
    this.#actions.on("editing", () => this.#end.release());
    this.#conversations.on("open", ({ id }) => this.#navigation.open(id));
    on(element("prompts"), "click", (event) => this.#tryPrompt(event.target));
    on(element("log"), "click", (event) => this.#released(event.target));
    on(document, "click", (event) => this.#pressed(event));
    listenToKeys({
      newConversation: () => this.#navigation.open(null),
      toggleKeys,
      toggleSidebar: () => this.#drawer.toggle(),
      copyLastAnswer: () => this.#copyLastAnswer(),
      escape: () => (this.#drawer.isOverPage ? this.#drawer.toggle() : this.#turns.stop()),
      focusComposer: () => this.#composer.focus(),
    });
  }

  /** @param {string} text */
  #send(text) {
    if (waitsForAnswers(this.#state.branch)) {
      return this.#composer.giveBack(word("calls-first"), text);
    }
    if (this.#state.alternatives.length) {
      return this.#composer.giveBack(word("keep-first"), text);
    }
    if (!this.#parameters.check()) return this.#composer.giveBack(word("fix-first"), text);
    if (!this.#turns.send(text)) return this.#composer.giveBack(word("wait-first"), text);
    this.#asked();
  }

  /** A turn was asked for: the reader wants to see it. */
  #asked() {
    say("answering");
    this.#draw();
    if (document.activeElement === document.body) this.#composer.offer();
    this.#end.toEnd();
  }

  #copyLastAnswer() {
    const { lastAnswer } = this.#state;
    if (lastAnswer) this.#actions.copy(lastAnswer, null);
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

  /** @param {HTMLElement} target */
  #dismiss(target) {
    target.closest(".composer-line")?.remove();
    this.#composer.focus();
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("[data-keys]")) toggleKeys();
    if (target.closest("[data-dismiss]")) this.#dismiss(target);
    if (!target.closest("[data-new]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#navigation.open(null);
  }
}

new Page().start();
