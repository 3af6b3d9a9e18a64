import assert from "node:assert/strict";
import { test } from "node:test";

import { contentOf } from "#js/composer/clipboard_content.js";

const PICTURE = { name: "image.png" };
const NOTES = { name: "my notes.txt" };

/** What is pasted from a clipboard with this plain text and these files. */
function pasted(text, ...files) {
  const content = contentOf({ getData: () => text, files });
  return content.text || content.files.map((file) => file.name);
}

test("a text wins over the picture of it", () => {
  assert.equal(pasted("a\tb\n1\t2", PICTURE), "a\tb\n1\t2");
  assert.equal(pasted("A sentence from Word.", PICTURE), "A sentence from Word.");
  assert.equal(pasted("image", PICTURE), "image");
  assert.equal(pasted("my notes.txt\nand more", NOTES), "my notes.txt\nand more");
});

test("a picture alone is a file, and so is one beside blank text", () => {
  assert.deepEqual(pasted("", PICTURE), ["image.png"]);
  assert.deepEqual(pasted(" \r\n", PICTURE), ["image.png"]);
});

test("copied files are files, whatever way their manager writes their names", () => {
  assert.deepEqual(pasted("my notes.txt", NOTES), ["my notes.txt"]);
  assert.deepEqual(pasted("/home/alice/my notes.txt\n", NOTES), ["my notes.txt"]);
  assert.deepEqual(pasted("file:///home/alice/my%20notes.txt", NOTES), ["my notes.txt"]);
  assert.deepEqual(pasted("C:\\Users\\alice\\my notes.txt", NOTES), ["my notes.txt"]);
  assert.deepEqual(pasted("my notes.txt\nimage.png", NOTES, PICTURE), [
    "my notes.txt",
    "image.png",
  ]);
});

test("a text alone is a text", () => {
  assert.equal(pasted("Hello"), "Hello");
  assert.deepEqual(pasted(""), []);
});
