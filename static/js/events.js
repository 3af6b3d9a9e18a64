/**
 * The events of every emitter: their names, each with its detail.
 *
 * This module has types only and is never run, so it may name types of all folders.
 *
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {import("#js/messages/messages.js").Pressed} Pressed
 * @typedef {import("#js/settings/definition_changes.js").Deleted} Deleted
 * @typedef {import("#js/settings/definition_changes.js").Saved} Saved
 * @typedef {import("#js/state/records.js").Library} Library
 * @typedef {import("#js/state/records.js").Settings} Settings
 * @typedef {import("#js/state/records.js").Standing} Standing
 *
 * pages/
 *
 * @typedef {{opened: void, created: void, failed: void}} NavigationEvents another conversation is
 *   shown; the new one has an address; a conversation could not be loaded
 * @typedef {{failed: void}} OlderMessagesEvents messages could not be loaded
 * @typedef {{branched: {id: string}, deleted: {id: string}, failed: string}} BranchesEvents the new
 *   conversation; the message; an error
 * @typedef {{sent: void}} QueuedTurnsEvents
 * @typedef {{requested: void, editing: void}} MessageActionsEvents a turn was requested; a message
 *   is being edited
 *
 * messages/
 *
 * @typedef {{action: Pressed, "focus-lost": void, empty: void}} MessagesEvents a button of a
 *   message was pressed; the button that had the focus is gone; no message is drawn yet
 * @typedef {{action: Pressed}} MessageMenuEvents
 * @typedef {{"to-end": void, moved: void, held: void}} LogPositionEvents the log is going to its
 *   end; it has been moved or laid out; the page has put it somewhere else
 *
 * composer/
 *
 * @typedef {{send: {text: string}, queue: {text: string}, stop: void, changed: void,
 *   back: void}} ComposerEvents `changed`: the text or the error; `back`: to the last message,
 *   with arrow up
 * @typedef {{changed: void, unfolded: {text: string}}} AttachmentsEvents
 * @typedef {{action: {action: string, id: string}}} QueuedListEvents
 *
 * @typedef {{retry: void, shown: {isShown: boolean}}} ConnectionLineEvents
 *
 * settings/
 *
 * @typedef {{choose: {names: string[]}}} ModelPickerEvents the model that answers next, and those
 *   compared with it
 * @typedef {{pick: {name: string}}} ModelListEvents
 * @typedef {{choose: {preset: Settings}, failed: string}} PresetsEvents `failed` with an error
 * @typedef {{refused: Frame}} SettingsEvents with the `error`
 * @typedef {{mended: {complaint: string}}} ParametersPanelEvents the reason why nothing could be
 *   sent is gone
 * @typedef {{change: {name: string, value: any}, faulty: void}} ParameterFieldEvents `faulty`: its
 *   text cannot be sent
 * @typedef {{slide: {value: number}}} SliderEvents
 * @typedef {{change: {value: any}, save: Saved, delete: Deleted}} DefinitionEditorEvents
 *
 * sidebar/
 *
 * @typedef {{open: {id: string}, rename: {id: string}, delete: {id: string}, older: void}}
 *   SidebarEvents
 * @typedef {{open: {id: string}, deleted: {id: string, title: string, wasOpen: boolean},
 *   gone: {id: string}, failed: string}} ConversationActionsEvents `gone`: it was deleted before
 *
 * share/
 *
 * @typedef {{changed: void}} ShareDialogEvents a link was created, changed or revoked
 * @typedef {{change: void}} SelectionEvents
 * @typedef {{change: void}} MasksEvents
 * @typedef {{added: {username: string | undefined}}} TermsEvents the last named user, if any
 * @typedef {{action: {action: string, id: string, button: HTMLElement}}} LinkCardsEvents
 *
 * state/
 *
 * @typedef {{changed: void, streamed: void, finished: {cause: string}}} StateEvents anything has
 *   changed; only running answers have grown; an answer on the page has ended
 *
 * @typedef {{changed: void}} QueueEvents
 *
 * connection/
 *
 * @typedef {{online: boolean, retryInSeconds: number, reason: "" | "offline" | "proxy" | "address" |
 *   "too-many-pages"}} ConnectionState
 * @typedef {{connection: ConnectionState, "signed-out": {code: number},
 *   hello: Frame, pong: Frame, error: Frame, "turn.started": Frame, "generation.events": Frame,
 *   "conversation.changed": Frame, "conversation.listed": Frame, "conversation.deleted": Frame,
 *   "conversations.answering": Frame & {conversation_ids: string[]},
 *   "kept.changed": Frame & Library, "quota.changed": Frame & {quota: Standing[]}}} SocketEvents
 *
 * ui/
 *
 * @typedef {{change: {texts: string[]}}} ChipsEvents
 */

export {};
