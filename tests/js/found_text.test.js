import assert from "node:assert/strict";
import test from "node:test";
import { folded } from "#js/messages/found_text.js";

test("Letters are compared without case and accents, as the site does", () => {
  for (const [one, other] of [
    ["Café", "CAFE"],
    ["cafe\u0301", "café"],
    ["İstanbul", "istanbul"],
    ["ılık", "ILIK"],
    ["STRAẞE", "strasse"],
    ["Straße", "STRASSE"],
    ["οδός", "ΟΔΟΣ"],
    ["Привет", "ПРИВЕТ"],
  ]) {
    assert.equal(folded(one), folded(other), one);
  }
});

test("A word is the sum of its letters, so that each has its place", () => {
  for (const word of ["οδός", "Straße", "İstanbul", "각", "が"]) {
    assert.equal(Array.from(word, folded).join(""), folded(word), word);
  }
});

test("Letters of other scripts that differ stay different", () => {
  for (const [one, other] of [
    ["が", "か"],
    ["각", "가"],
    ["茶", "荼"],
  ]) {
    assert.notEqual(folded(one), folded(other), one);
  }
});
