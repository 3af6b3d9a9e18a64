import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { curlOf } from "#js/messages/curl.js";

test("a request as curl reaches a shell as it is, whatever is in it", () => {
  const request = { model: "m", messages: [{ role: "user", content: "it's `$HOME` \"\\ \n'" }] };
  const command = curlOf("https://example.org", request);
  const show = 'curl() { printf "%s\\0" "$@"; }\n';
  const environment = { PARLEY_API_KEY: "secret" };
  const said = execFileSync("sh", ["-c", show + command], { env: environment, encoding: "utf8" });
  const [address, , key, , type, , body] = said.split("\0");
  assert.equal(address, "https://example.org/v1/chat/completions");
  assert.equal(key, "Authorization: Bearer secret");
  assert.equal(type, "Content-Type: application/json");
  assert.deepEqual(JSON.parse(body), request);
});
