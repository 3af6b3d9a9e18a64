/**
 * The fold that makes messages from the events of their generation, the twin of
 * conversations/transcript.py. docs/protocol.md describes the events;
 * tests/transcripts.json tests both for the same results.
 *
 * @typedef {{id: string, type: "function", function: {name: string, arguments: string},
 *   [key: string]: any}} ToolCall other keys are the provider's own
 * @typedef {{index: number, id?: string, name?: string, arguments?: string,
 *   extra?: Record<string, any>}} ToolCallPiece
 * @typedef {{prompt_tokens: number, completion_tokens: number, total_tokens: number}} TokenCounts
 * @typedef {{code: string, message: string}} Failure
 * @typedef {"completed" | "stopped" | "interrupted" | "failed"} Cause
 *
 * @typedef {object} Choice one choice of an answer so far; times are in milliseconds since
 *   the generation was created
 * @property {string} content
 * @property {string} reasoning_content
 * @property {number | null} reasoning_from_ms
 * @property {number | null} reasoning_to_ms
 * @property {ToolCall[]} tool_calls
 * @property {string} finish_reason empty until it is known
 *
 * @typedef {object} Transcript the text of a generation so far
 * @property {Record<string, Choice>} choices by number
 * @property {TokenCounts | null} usage
 * @property {string[]} notices
 * @property {number | null} place in the line before its provider, while it waits there
 * @property {Cause | null} cause null while the generation runs
 * @property {Failure | null} error
 *
 * @typedef {{type: "delta", choice?: number, at_ms?: number, content?: string,
 *   reasoning_content?: string, tool_calls?: ToolCallPiece[]}} Delta
 * @typedef {{type: "usage", usage: TokenCounts}} UsageReported
 * @typedef {{type: "notice", code: string, message: string}} Notice
 * @typedef {{type: "finished", cause: Cause, finish_reasons?: Record<string, string>,
 *   usage?: TokenCounts | null, error?: Failure | null}} Finished
 * @typedef {{type: "waiting", place: number}} Waiting 1 is next, 0 is out of the line
 * @typedef {Delta | UsageReported | Notice | Waiting | Finished} GenerationEvent
 *
 * @typedef {object} Generation the GENERATION of docs/protocol.md
 * @property {string} id
 * @property {"running" | Cause} status
 * @property {number} seq
 * @property {Failure | null} error
 * @property {string[]} notices
 * @property {number | null} place
 * @property {TokenCounts | null} usage
 *
 * @typedef {object} Message the fields of a MESSAGE of docs/protocol.md that the fold starts from
 * @property {number} [choice]
 * @property {string} [content]
 * @property {string} [reasoning_content]
 * @property {number | null} [reasoning_ms]
 * @property {ToolCall[] | null} [tool_calls]
 * @property {string | null} [finish_reason]
 * @property {Generation | null} [generation]
 */

/**
 * The transcript that a generation's messages already contain: empty for a new answer, the text
 * before the cut for a continued one, the log up to `generation.seq` for a running one.
 *
 * A message has the duration of its reasoning and not its beginning, so the reasoning of a running
 * answer counts from the creation of its generation until the finished message arrives.
 *
 * @param {Message[]} messages one a choice
 * @returns {Transcript}
 */
export function start(messages) {
  const generation = messages[0]?.generation;
  return {
    choices: Object.fromEntries(messages.map((each) => [each.choice ?? 0, choiceOf(each)])),
    usage: generation?.usage ?? null,
    notices: [...(generation?.notices ?? [])],
    place: generation?.place ?? null,
    cause: !generation || generation.status === "running" ? null : generation.status,
    error: generation?.error ?? null,
  };
}

/**
 * `transcript` with `event` added to it, in place.
 *
 * @param {Transcript} transcript
 * @param {GenerationEvent} event
 * @returns {Transcript}
 */
export function apply(transcript, event) {
  switch (event.type) {
    case "delta":
      transcript.place = null;
      applyDelta(choiceNumbered(transcript, event.choice ?? 0), event);
      break;
    case "usage":
      transcript.usage = event.usage;
      break;
    case "notice":
      transcript.notices.push(event.message);
      break;
    case "waiting":
      transcript.place = event.place || null;
      break;
    case "finished":
      applyFinished(transcript, event);
      break;
  }
  return transcript;
}

/**
 * How long the reasoning took, from its first delta to its last; null if there was none.
 *
 * @param {Choice} choice
 * @returns {number | null} milliseconds
 */
export function reasoningMs(choice) {
  if (choice.reasoning_from_ms === null || choice.reasoning_to_ms === null) return null;
  return choice.reasoning_to_ms - choice.reasoning_from_ms;
}

/** @param {Message} message @returns {Choice} */
function choiceOf(message) {
  const reasoned = message.reasoning_ms ?? null;
  return {
    content: message.content ?? "",
    reasoning_content: message.reasoning_content ?? "",
    reasoning_from_ms: reasoned === null ? null : 0,
    reasoning_to_ms: reasoned,
    tool_calls: structuredClone(message.tool_calls ?? []),
    finish_reason: message.finish_reason ?? "",
  };
}

/** @param {Transcript} transcript @param {number | string} number @returns {Choice} */
function choiceNumbered(transcript, number) {
  transcript.choices[number] ??= choiceOf({});
  return transcript.choices[number];
}

/** @param {Choice} choice @param {Delta} delta */
function applyDelta(choice, delta) {
  choice.content += delta.content ?? "";
  if (delta.reasoning_content) {
    choice.reasoning_content += delta.reasoning_content;
    choice.reasoning_from_ms ??= delta.at_ms ?? 0;
    choice.reasoning_to_ms = delta.at_ms ?? 0;
  }
  for (const piece of delta.tool_calls ?? []) applyPiece(choice.tool_calls, piece);
}

/** @param {ToolCall[]} calls @param {ToolCallPiece} piece */
function applyPiece(calls, piece) {
  while (calls.length <= piece.index) {
    calls.push({ id: "", type: "function", function: { name: "", arguments: "" } });
  }
  const call = calls[piece.index];
  const { id, type, function: own } = call;
  Object.assign(call, piece.extra, { id, type, function: own });
  call.id ||= piece.id ?? "";
  call.function.name ||= piece.name ?? "";
  call.function.arguments += piece.arguments ?? "";
}

/** @param {Transcript} transcript @param {Finished} event */
function applyFinished(transcript, event) {
  for (const [number, reason] of Object.entries(event.finish_reasons ?? {})) {
    choiceNumbered(transcript, number).finish_reason = reason;
  }
  transcript.usage = event.usage ?? transcript.usage;
  transcript.place = null;
  transcript.cause = event.cause;
  transcript.error = event.error ?? null;
}
