/** The bounds of colouring, and the grammars of highlight.js beside those of its common set. */

// Longer code stays plain.
export const LONGEST_CODE = 100_000;
/** The grammars that are added, by the names that are used for them. */
export const MORE_GRAMMARS = new Map([
  ["dart", "dart"],
  ["docker", "dockerfile"],
  ["dockerfile", "dockerfile"],
  ["elixir", "elixir"],
  ["haskell", "haskell"],
  ["hs", "haskell"],
  ["julia", "julia"],
  ["latex", "latex"],
  ["nginx", "nginx"],
  ["powershell", "powershell"],
  ["proto", "protobuf"],
  ["protobuf", "protobuf"],
  ["ps1", "powershell"],
  ["scala", "scala"],
  ["tex", "latex"],
]);
