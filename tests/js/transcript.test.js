import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { apply, reasoningMs, start } from "#js/state/transcript.js";
import { logs } from "./generated_logs.js";

const VECTORS = JSON.parse(readFileSync(new URL("../transcripts.json", import.meta.url), "utf8"));
const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

for (const { name, start: begun, events, transcript } of VECTORS) {
  test(`the fold of a vector is its transcript: ${name}`, () => {
    assert.deepEqual(events.reduce(apply, structuredClone(begun) ?? start([])), transcript);
  });
}

test("there are enough vectors", () => assert.ok(VECTORS.length >= 15));

test("however a log is cut into frames, it folds to the same transcript", () => {
  for (const { log, below } of logs(300)) {
    const whole = log.reduce(apply, start([]));
    let transcript = start([]);
    for (let from = 0; from < log.length; ) {
      const to = from + 1 + below(5);
      transcript = log.slice(from, to).reduce(apply, transcript);
      from = to;
    }
    assert.deepEqual(transcript, whole);
  }
});

test("however text is cut into deltas, the transcript says the same", () => {
  for (const { log, below } of logs(300)) {
    const pieces = log.flatMap((event) => cut(event, below));
    assert.deepEqual(said(pieces.reduce(apply, start([]))), said(log.reduce(apply, start([]))));
  }
});

test("a log through JSON folds to the same transcript", () => {
  for (const { log } of logs(100)) {
    const copied = JSON.parse(JSON.stringify(log));
    assert.deepEqual(copied.reduce(apply, start([])), log.reduce(apply, start([])));
  }
});

test("folding does not change the events", () => {
  for (const { log } of logs(50)) {
    const before = structuredClone(log);
    log.reduce(apply, start([]));
    assert.deepEqual(log, before);
  }
});

test("a transcript starts from the messages of its generation", () => {
  const generation = {
    id: "g",
    status: "running",
    seq: 7,
    error: null,
    notices: ["n"],
    place: 2,
    usage: USAGE,
  };
  const call = { id: "a", type: "function", function: { name: "f", arguments: "{" } };
  const transcript = start([
    {
      choice: 0,
      content: "One",
      reasoning_content: "hm",
      reasoning_ms: 40,
      tool_calls: [call],
      finish_reason: null,
      generation,
    },
    {
      choice: 1,
      content: "Two",
      reasoning_content: "",
      reasoning_ms: null,
      tool_calls: null,
      finish_reason: "stop",
      generation,
    },
  ]);
  assert.deepEqual(transcript, {
    choices: {
      0: {
        content: "One",
        reasoning_content: "hm",
        reasoning_from_ms: 0,
        reasoning_to_ms: 40,
        tool_calls: [call],
        finish_reason: "",
      },
      1: {
        content: "Two",
        reasoning_content: "",
        reasoning_from_ms: null,
        reasoning_to_ms: null,
        tool_calls: [],
        finish_reason: "stop",
      },
    },
    usage: USAGE,
    notices: ["n"],
    place: 2,
    cause: null,
    error: null,
  });
});

test("a transcript that starts from a finished generation has its cause and error", () => {
  const error = { code: "unreachable", message: "Nobody answers." };
  const generation = { id: "g", status: "failed", seq: 2, error, notices: [], usage: null };
  const { cause, error: known } = start([{ generation }]);
  assert.deepEqual([cause, known], ["failed", error]);
});

test("folding does not change the messages it started from", () => {
  const call = { id: "a", type: "function", function: { name: "f", arguments: "{" } };
  const messages = [{ choice: 0, content: "So", tool_calls: [call] }];
  const before = structuredClone(messages);
  apply(start(messages), { type: "delta", tool_calls: [{ index: 0, arguments: "}" }] });
  assert.deepEqual(messages, before);
});

test("the reasoning took from its first delta to its last", () => {
  const transcript = start([]);
  apply(transcript, { type: "delta", at_ms: 400, reasoning_content: "a" });
  apply(transcript, { type: "delta", at_ms: 950, reasoning_content: "b" });
  apply(transcript, { type: "delta", at_ms: 2000, content: "c" });
  assert.equal(reasoningMs(transcript.choices[0]), 550);
});

test("an answer without reasoning took no time to reason", () => {
  const transcript = apply(start([]), { type: "delta", at_ms: 9, content: "c" });
  assert.equal(reasoningMs(transcript.choices[0]), null);
});

/** Splits one event into several with the same content. */
function cut(event, below) {
  const field = ["content", "reasoning_content"].find((name) => event[name]);
  if (event.type !== "delta" || !field) return [event];
  const characters = [...event[field]];
  const middle = below(characters.length);
  const parts = [characters.slice(0, middle), characters.slice(middle)].map((part) =>
    part.join(""),
  );
  return parts.filter(Boolean).map((part) => ({ ...event, [field]: part }));
}

/** Without the beginning of the reasoning: joined deltas have the time of their last part. */
function said(transcript) {
  for (const choice of Object.values(transcript.choices)) delete choice.reasoning_from_ms;
  return transcript;
}
