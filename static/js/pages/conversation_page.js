/** The conversation page: creates its parts and connects their events. */

import { Composer } from "#js/composer/composer.js";
import { dropArrivalNotice, ReleaseLine } from "#js/composer/lines.js";
import { QueuedList } from "#js/composer/queued_list.js";
import { describeRefusal } from "#js/composer/quota.js";
import { takeTexts } from "#js/composer/text_files.js";
import { Outbox } from "#js/connection/outbox.js";
import { Socket } from "#js/connection/socket.js";
import { cleanCopies } from "#js/copying/selection.js";
import { warmUp } from "#js/markdown/view.js";
import { Messages } from "#js/messages/messages.js";
import { waitsForAnswers } from "#js/messages/tool_calls.js";
import { Branches } from "#js/pages/branches.js";
import { listenToClicks } from "#js/pages/clicks.js";
import { Connectivity } from "#js/pages/connectivity.js";
import { Drawing } from "#js/pages/drawing.js";
import { Find } from "#js/pages/find.js";
import { listenToKeys } from "#js/pages/keys.js";
import { MessageActions } from "#js/pages/message_actions.js";
import { refreshModels, waitForModel } from "#js/pages/model_refresh.js";
import { Navigation } from "#js/pages/navigation.js";
import { offerPrompts } from "#js/pages/prompts.js";
import { QueueActions } from "#js/pages/queue_actions.js";
import { QueuedTurns } from "#js/pages/queued_turns.js";
import { Reading } from "#js/pages/reading.js";
import "#js/pages/sign_out.js";
import { Turns } from "#js/pages/turns.js";
import { ModelPicker } from "#js/settings/model_picker.js";
import { ParametersPanel } from "#js/settings/parameters_panel.js";
import { ShareButton } from "#js/share/button.js";
import { ConversationActions } from "#js/sidebar/conversation_actions.js";
import { Drawer } from "#js/sidebar/drawer.js";
import { forgetOthers } from "#js/state/browser_storage.js";
import { Queue } from "#js/state/queue.js";
import { State } from "#js/state/state.js";
import { hasFailed } from "#js/state/tree.js";
import { keepComposingKeys } from "#js/ui/composing.js";
import { toggleKeys, wireDialogs } from "#js/ui/dialogs.js";
import { growBoxes } from "#js/ui/growing.js";
import { limitBoxes } from "#js/ui/length_limit.js";
import { element } from "#js/ui/markup.js";
import { anchor } from "#js/ui/popover.js";
import { announce } from "#js/ui/status.js";
import { offerUndo, renameUndoLines, showUndoLines } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

class Page {
  #state = new State(JSON.parse(element("state").textContent));
  #outbox = new Outbox(this.#state.user.username);
  #socket = new Socket("/ws/", { outbox: this.#outbox });
  #turns = new Turns(this.#state, this.#socket, this.#outbox);
  #queue = new Queue(this.#state.user.username);
  #queued = new QueuedTurns(this.#state, this.#turns, this.#queue);
  #queuedList = new QueuedList();
  #navigation = new Navigation(this.#state, this.#socket);
  #conversations = new ConversationActions(this.#state, this.#socket);
  #messages = new Messages(element("log"));
  #branches = new Branches(this.#state, this.#socket);
  #composer = new Composer();
  #picker = new ModelPicker();
  #parameters = new ParametersPanel(this.#state, this.#socket);
  #share = new ShareButton(this.#state);
  #drawer = new Drawer();
  #reading = new Reading({
    state: this.#state,
    messages: this.#messages,
    branches: this.#branches,
    draw: () => this.#drawing.draw(),
  });
  #find = new Find({
    state: this.#state,
    socket: this.#socket,
    messages: this.#messages,
    reading: this.#reading,
  });
  #actions = new MessageActions({
    state: this.#state,
    socket: this.#socket,
    turns: this.#turns,
    branches: this.#branches,
    composer: this.#composer,
    share: this.#share,
    picker: this.#picker,
    reading: this.#reading,
    complaint: () => this.#parameters.complain(),
  });
  #writing = {
    state: this.#state,
    socket: this.#socket,
    turns: this.#turns,
    queue: this.#queue,
    queued: this.#queued,
    composer: this.#composer,
    messages: this.#messages,
  };
  #queueActions = new QueueActions(this.#writing);
  #connectivity = new Connectivity(this.#writing);
  #release = new ReleaseLine(this.#state.site.release);
  #drawing = new Drawing(this.#state, {
    conversations: this.#conversations,
    composer: this.#composer,
    messages: this.#messages,
    parameters: this.#parameters,
    picker: this.#picker,
    queued: this.#queued,
    queuedList: this.#queuedList,
    share: this.#share,
    find: this.#find,
  });

  start() {
    keepComposingKeys();
    growBoxes();
    limitBoxes();
    forgetOthers(this.#state.user.username);
    wireDialogs();
    anchor(element("user-menu"), () => element("user-button"));
    this.#listenToSocket();
    this.#listenToNavigation();
    this.#listenToUser();
    this.#opened();
    this.#turns.resume();
    this.#drawing.draw();
    this.#socket.open();
    waitForModel(this.#state);
    cleanCopies(element("log"), () => announce("copied"));
    warmUp();
  }

  // Navigation

  #listenToNavigation() {
    this.#navigation.on("opened", dropArrivalNotice);
    this.#navigation.on("opened", () => this.#opened());
    this.#navigation.on("created", () => this.#created());
    this.#reading.older.on("failed", () => this.#composer.showError(word("load-failed")));
    this.#navigation.on("failed", () => this.#composer.showError(word("load-failed")));
    this.#conversations.on("gone", ({ id }) => this.#deleted(id));
    this.#conversations.on("deleted", (detail) => this.#deletedHere(detail));
    this.#branches.on("branched", ({ id }) => this.#navigation.open(id));
    this.#branches.on("deleted", ({ id }) => this.#messageDeleted(id));
    this.#branches.on("failed", (detail) => this.#composer.showError(detail));
    this.#conversations.on("failed", (detail) => this.#composer.showError(detail));
  }

  get #draftKey() {
    return `${this.#state.user.username}:${this.#state.conversation?.id ?? "new"}`;
  }

  /** The new conversation has an id: what was written for it belongs to it. */
  #created() {
    this.#reading.created();
    this.#composer.rename(this.#draftKey);
    this.#queue.rename(this.#state.conversation?.id ?? "");
    renameUndoLines(this.#queue.conversation ?? "");
  }

  /** Prepares the page for another conversation, or a new one. */
  #opened() {
    this.#composer.open(this.#draftKey);
    this.#queueActions.forgetEdits();
    this.#queued.open();
    showUndoLines(this.#queue.conversation);
    this.#parameters.reset();
    this.#drawer.closeOverPage();
    this.#find.close();
    this.#reading.open();
    this.#composer.focusUnlessTouch();
  }

  // Frames of the site

  #listenToSocket() {
    const socket = this.#socket;
    socket.on("hello", ({ release }) => this.#release.update(release));
    socket.on("signed-out", () => location.reload());
    socket.on("turn.started", (detail) => this.#started(detail));
    socket.on("generation.events", (detail) => this.#state.receive(detail));
    socket.on("conversation.changed", (detail) => this.#navigation.changed(detail));
    socket.on("conversation.listed", ({ conversation }) => this.#state.list(conversation));
    socket.on("conversation.deleted", ({ conversation_id }) => this.#deleted(conversation_id));
    socket.on("conversations.answering", (detail) => this.#state.setAnswering(detail));
    socket.on("kept.changed", (detail) => this.#state.setSaved(detail));
    socket.on("quota.changed", ({ quota }) => this.#state.setQuota(quota));
    socket.on("error", (detail) => this.#refused(detail));
  }

  /** @param {import("#js/connection/frame.js").Frame} frame */
  #started(frame) {
    const isPending = this.#turns.isPending(frame);
    if (isPending) this.#turns.started(frame);
    this.#queued.started(frame);
    this.#navigation.started(frame, isPending);
  }

  /** @param {string} id */
  #deleted(id) {
    this.#navigation.deleted(id);
    announce("deleted");
    this.#drawing.draw();
    // The row that had the focus was removed.
    if (document.activeElement === document.body) this.#composer.focus();
  }

  /** @param {{id: string, title: string, wasOpen: boolean}} deleted */
  #deletedHere({ id, title, wasOpen }) {
    // At once: a page that still showed the conversation while Undo is offered would be wrong.
    this.#navigation.deleted(id);
    offerUndo(word("conversation-deleted", { title }), async () => {
      const isRestored = await this.#conversations.restore(id);
      if (isRestored && wasOpen) this.#navigation.open(id);
      return isRestored;
    });
  }

  /** @param {string} id */
  #messageDeleted(id) {
    announce("deleted");
    const undo = () => this.#branches.restore(id);
    offerUndo(word("message-deleted"), undo, { of: this.#queue.conversation });
  }

  /** @param {import("#js/connection/frame.js").Frame} frame */
  #refused(frame) {
    const refused = this.#turns.refused(frame);
    const reason = frame.standing ? describeRefusal(frame.standing) : frame.message;
    const isQueued = refused !== null && this.#queued.refused(refused, reason);
    if (!isQueued) this.#composer.returnText(reason, refused?.content ?? "");
    this.#parameters.turnRefused(frame);
    if (frame.code === "unknown_model") refreshModels(this.#state);
  }

  // Actions of the user

  #listenToUser() {
    this.#composer.on("send", ({ text }) => this.#send(text));
    takeTexts(this.#composer);
    this.#composer.on("stop", () => this.#connectivity.stop());
    this.#parameters.on("mended", ({ complaint }) => this.#composer.withdraw(complaint));
    this.#composer.on("queue", ({ text }) => this.#queue.add(text));
    this.#composer.on("back", () => this.#queueActions.editLast());
    this.#queue.on("changed", () => this.#state.changed());
    this.#queuedList.on("action", (pressed) => this.#queueActions.act(pressed));
    this.#queued.on("sent", () => this.#announceTurn());
    this.#picker.on("choose", ({ names }) => this.#state.chooseModels(names));
    this.#messages.on("action", (detail) => this.#actions.act(detail));
    this.#messages.on("focus-lost", () => this.#composer.focusUnlessTouch());
    this.#actions.on("requested", () => this.#requested());
    this.#actions.on("editing", () => this.#reading.release());
    this.#conversations.on("open", ({ id }) => this.#navigation.open(id));
    offerPrompts({
      state: this.#state,
      parameters: this.#parameters,
      send: (text) => this.#send(text),
    });
    const newConversation = () => this.#navigation.open(null);
    listenToClicks({ newConversation, dismissed: () => this.#composer.focus() });
    listenToKeys({
      newConversation,
      toggleKeys,
      toggleSidebar: () => this.#drawer.toggle(),
      copyLastAnswer: () => this.#actions.copyLastAnswer(),
      copyLastCode: () => this.#actions.copyLastCode(),
      escape: () => (this.#drawer.isOverPage ? this.#drawer.toggle() : this.#connectivity.stop()),
      find: () => this.#find.command,
      focusComposer: () => this.#composer.focus(),
    });
  }

  /** @param {string} text */
  #send(text) {
    if (waitsForAnswers(this.#state.branch)) {
      return this.#composer.returnText(word("calls-first"), text);
    }
    if (this.#state.alternatives.length) {
      const isHopeless = this.#state.alternatives.every(hasFailed);
      return this.#composer.returnText(word(isHopeless ? "retry-first" : "keep-first"), text);
    }
    const complaint = this.#parameters.complain();
    if (complaint) return this.#composer.returnText(complaint, text);
    if (!this.#turns.send(text)) return this.#composer.returnText(word("wait-first"), text);
    this.#requested();
  }

  /** Scrolls to a turn that was just requested. */
  #requested() {
    this.#announceTurn();
    if (document.activeElement === document.body) this.#composer.focusUnlessTouch();
    this.#reading.toEnd();
  }

  /** Announces a turn, which may be one of the queue, after the answer that it waited for. */
  #announceTurn() {
    this.#drawing.draw();
    announce("answering");
  }
}

new Page().start();
