import assert from "node:assert/strict";
import { test } from "node:test";

import { randomId } from "#js/connection/ids.js";

test("an id is a random UUID, also where the browser has no function for it", (context) => {
  context.mock.method(crypto, "randomUUID", () => assert.fail("not there on plain http"));
  const ids = Array.from({ length: 1000 }, randomId);
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.deepEqual(
    ids.filter((id) => !form.test(id)),
    [],
  );
  assert.equal(new Set(ids).size, ids.length);
});
