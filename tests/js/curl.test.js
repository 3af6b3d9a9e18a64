import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { jsonIn } from "#js/json/reader.js";
import { curlOf } from "#js/messages/curl.js";

test("a request as curl reaches a shell as it is, whatever is in it", () => {
  const request = { model: "m", messages: [{ role: "user", content: "it's `$HOME` \"\\ \n'" }] };
  const command = curlOf("https://example.org", jsonIn(JSON.stringify(request)).node, "ours");
  const show = 'curl() { printf "%s\\0" "$@"; }\n';
  const environment = { PARLEY_API_KEY: "secret" };
  const said = execFileSync("sh", ["-c", show + command], { env: environment, encoding: "utf8" });
  const [address, , key, , type, , body] = said.split("\0");
  assert.equal(address, "https://example.org/v1/chat/completions");
  assert.equal(key, "Authorization: Bearer secret");
  assert.equal(type, "Content-Type: application/json");
  assert.deepEqual(JSON.parse(body), { ...request, model: "ours" });
});

test("numbers of a request stay as they were sent", () => {
  const request = '{"model": "m", "seed": 2512292042121000001, "top_p": 1.0}';
  const command = curlOf("https://example.org", jsonIn(request).node, "m");
  assert.match(command, /"seed": 2512292042121000001,\n {2}"top_p": 1\.0\n/);
});
