/** Random logs of generations, the same ones in every run. */

const TEXTS = ["a", " word", "\n\n", "👩‍👧", "e\u0301", "\u2028", "```", "\u0000", "𝄞 clef", "  "];

/** @param {number} count */
export function* logs(count) {
  for (let seed = 1; seed <= count; seed += 1) {
    const below = generator(seed);
    const log = Array.from({ length: below(40) }, (_, index) => event(below, index));
    const cause = ["completed", "stopped", "interrupted", "failed"][below(4)];
    log.push({ type: "finished", cause, finish_reasons: { [below(3)]: "stop" }, usage: null });
    yield { log, below };
  }
}

function event(below, index) {
  const delta = { type: "delta", choice: below(3), at_ms: index * 10 };
  const text = TEXTS[below(TEXTS.length)] + TEXTS[below(TEXTS.length)];
  switch (below(7)) {
    case 0:
      return {
        type: "usage",
        usage: { prompt_tokens: 1, completion_tokens: index, total_tokens: 1 },
      };
    case 1:
      return { type: "notice", code: "n", message: text };
    case 2: {
      const piece = { index: below(3), id: `call_${index}`, name: text, arguments: text };
      return { ...delta, tool_calls: [piece] };
    }
    case 3:
      return { type: "waiting", place: below(4) };
    case 4:
      return { ...delta, reasoning_content: text };
    default:
      return { ...delta, content: text };
  }
}

/** Whole numbers below a limit, by a linear congruential generator (Knuth's MMIX constants). */
function generator(seed) {
  let state = BigInt(seed);
  return (limit) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 33n) % limit;
  };
}
