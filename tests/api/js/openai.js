/** Typical calls with OpenAI's package: create, stream, list, tools complete and streamed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError } from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY });
const messages = [{ role: "user", content: "tokens=3" }];
const tools = [
  { type: "function", function: { name: "get_weather", parameters: { type: "object" } } },
];

test("creates a completion", async () => {
  const completion = await client.chat.completions.create({ model: "good", messages });
  assert.match(completion.choices[0].message.content, /^(<gen:\d+:\d{4}>){3}$/);
  assert.equal(completion.choices[0].finish_reason, "stop");
  assert.equal(completion.usage.completion_tokens, 3);
  assert.match(completion._request_id, /^req_/);
});

test("streams the same text, and the usage last", async () => {
  const options = { include_usage: true };
  const asked = { model: "good", messages, stream: true, stream_options: options };
  const stream = await client.chat.completions.create(asked);
  let text = "";
  let last;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    last = chunk;
  }
  assert.match(text, /^(<gen:\d+:\d{4}>){3}$/);
  assert.deepEqual([last.choices.length, last.usage.completion_tokens], [0, 3]);
});

test("gathers a stream with its helper", async () => {
  const asked = { model: "choices", messages, n: 2 };
  const completion = await client.chat.completions.stream(asked).finalChatCompletion();
  assert.deepEqual(
    completion.choices.map((choice) => choice.index),
    [0, 1],
  );
});

test("gives the calls of tools, whole and streamed", async () => {
  const asked = { model: "tools", messages, tools };
  const whole = await client.chat.completions.create(asked);
  const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
  for (const { choices } of [whole, streamed]) {
    assert.equal(choices[0].finish_reason, "tool_calls");
    const calls = choices[0].message.tool_calls;
    assert.ok(calls.length > 0);
    for (const call of calls) {
      assert.ok(call.id && call.function.name);
      JSON.parse(call.function.arguments);
    }
  }
});

test("runs a tool and gives its answer back", async () => {
  const run = { function: () => "12 °C", parse: JSON.parse, parameters: { type: "object" } };
  const described = { ...run, name: "get_weather", description: "The weather." };
  const asked = { model: "tools", messages, tools: [{ type: "function", function: described }] };
  const runner = client.chat.completions.runTools(asked, { maxChatCompletions: 2 });
  const results = [];
  runner.on("functionToolCallResult", (result) => results.push(result));
  await runner.done().catch(() => {});
  assert.ok(results.includes("12 °C"));
});

test("runs tools until the model has answered, whole and streamed", async () => {
  const town = { type: "object", properties: { town: { type: "string" } } };
  const run = ({ town }) => `12 °C in ${town}`;
  const described = { name: "weather", function: run, parse: JSON.parse, parameters: town };
  for (const stream of [false, true]) {
    const runner = client.chat.completions.runTools({
      model: "able",
      stream,
      messages: [{ role: "user", content: "The weather of 'Bern'" }],
      tools: [{ type: "function", function: described }],
    });
    assert.equal(await runner.finalContent(), "I was told: 12 °C in Bern");
  }
});

test("throws when an answer breaks off", async () => {
  const stream = client.chat.completions.stream({ model: "cut", messages });
  await assert.rejects(stream.finalChatCompletion(), APIError);
});

test("lists and retrieves models", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.ok(names.includes("Qwen/QwQ-32B"));
  assert.equal((await client.models.retrieve("Qwen/QwQ-32B")).id, "Qwen/QwQ-32B");
});

test("throws the class of each error", async () => {
  const ask = (/** @type {object} */ more) =>
    client.chat.completions.create({ model: "good", messages, ...more });
  await assert.rejects(ask({ temperature: -3 }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.equal(error.param, "temperature");
    return true;
  });
  await assert.rejects(ask({ model: "none" }), NotFoundError);
  const stranger = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "pk-parley-none" });
  await assert.rejects(stranger.models.list(), AuthenticationError);
});
