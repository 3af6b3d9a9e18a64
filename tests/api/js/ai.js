/** Typical calls with the package `ai`: generate, stream, tools, objects. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const site = createOpenAICompatible({
  name: "parley",
  baseURL: process.env.BASE_URL ?? "",
  apiKey: process.env.API_KEY,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const prompt = "tokens=3";
const getWeather = tool({
  description: "The weather.",
  inputSchema: z.looseObject({}),
  execute: async () => "12 °C",
});

test("generates a text", async () => {
  const { text, finishReason, usage } = await generateText({ model: site("good"), prompt });
  assert.match(text, /^(<gen:\d+:\d{4}>){3}$/);
  assert.deepEqual([finishReason, usage.outputTokens], ["stop", 3]);
});

test("streams a text with its usage", async () => {
  const streamed = streamText({ model: site("good"), prompt });
  let text = "";
  for await (const part of streamed.textStream) text += part;
  assert.match(text, /^(<gen:\d+:\d{4}>){3}$/);
  assert.equal((await streamed.usage).outputTokens, 3);
});

test("streams reasoning apart from the text", async () => {
  const { reasoningText, text } = await generateText({ model: site("reasoning"), prompt });
  assert.ok(reasoningText && text);
  const streamed = streamText({ model: site("reasoning"), prompt });
  assert.ok((await streamed.reasoningText) && (await streamed.text));
});

test("calls tools, whole and streamed, and sends back what they gave", async () => {
  const asked = {
    model: site("tools"),
    prompt,
    tools: { get_weather: getWeather, get_time: getWeather },
    stopWhen: stepCountIs(2),
  };
  const whole = await generateText(asked);
  const streamed = streamText(asked);
  await streamed.consumeStream();
  for (const steps of [whole.steps, await streamed.steps]) {
    assert.equal(steps[0].finishReason, "tool-calls");
    assert.deepEqual(steps[0].toolResults.map((result) => result.output)[0], "12 °C");
    assert.equal(steps.length, 2);
  }
});

test("goes on until the model has answered, with two tools at once", async () => {
  const weather = { ...getWeather, inputSchema: z.object({ town: z.string() }) };
  const asked = {
    model: site("able"),
    prompt: "The weather and the time of 'Bern', both",
    tools: { get_weather: weather, get_time: weather },
    stopWhen: stepCountIs(5),
  };
  const streamed = streamText(asked);
  await streamed.consumeStream();
  for (const steps of [(await generateText(asked)).steps, await streamed.steps]) {
    assert.deepEqual(
      steps[0].toolCalls.map((call) => [call.toolName, call.input]),
      [
        ["get_weather", { town: "Bern" }],
        ["get_time", { town: "Bern" }],
      ],
    );
    assert.match(steps[1].text, /^I was told: .*12 °C/);
    assert.equal(steps.length, 2);
  }
});

test("gives an object of the asked form, whole and streamed", async () => {
  const schema = z.object({ name: z.string(), people: z.number() });
  const asked = {
    model: site("able"),
    prompt: "'Bern' has 133000 people",
    output: Output.object({ schema }),
  };
  const expected = { name: "Bern", people: 133000 };
  assert.deepEqual((await generateText(asked)).output, expected);
  assert.deepEqual(await streamText(asked).output, expected);
});

test("tells an answer that broke off", async () => {
  const streamed = streamText({ model: site("cut"), prompt, maxRetries: 0, onError: () => {} });
  const parts = [];
  for await (const part of streamed.fullStream) parts.push(part);
  assert.ok(parts.some((part) => part.type === "error"));
  assert.match(parts.map((part) => part.text ?? "").join(""), /^<gen/);
  assert.equal(await streamed.finishReason, "error");
});

test("throws what the site says", async () => {
  const asked = { model: site("none"), prompt, maxRetries: 0 };
  await assert.rejects(generateText(asked), (error) => {
    assert.ok(APICallError.isInstance(error));
    assert.equal(error.statusCode, 404);
    assert.match(error.message, /not available to you/);
    return true;
  });
});
