/** The character references that the tests use; a browser knows all. */

import { setReferences } from "#js/markdown/references.js";

setReferences({
  AElig: "Æ",
  amp: "&",
  auml: "ä",
  ClockwiseContourIntegral: "∲",
  copy: "©",
  Dcaron: "Ď",
  DifferentialD: "ⅆ",
  emsp: "\u2003",
  frac34: "¾",
  gt: ">",
  HilbertSpace: "ℋ",
  lt: "<",
  mdash: "—",
  nbsp: "\u00a0",
  ngE: "≧̸",
  ouml: "ö",
  quot: '"',
  shy: "\u00ad",
  zwj: "\u200d",
});
