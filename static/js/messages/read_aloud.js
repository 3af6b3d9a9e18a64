/** Reads an answer aloud with the browser's speech synthesis; pressing again stops it. */

/** @type {HTMLElement | null} the button of the answer that is being read */
let reading = null;

/** @returns {boolean} */
export function canRead() {
  return "speechSynthesis" in window;
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
export function readAloud(button, text) {
  const was = reading;
  ended();
  speechSynthesis.cancel();
  if (was === button) return;
  const speech = new SpeechSynthesisUtterance(text);
  speech.onend = speech.onerror = () => reading === button && ended();
  reading = button;
  button.setAttribute("aria-pressed", "true");
  speechSynthesis.speak(speech);
}

function ended() {
  reading?.setAttribute("aria-pressed", "false");
  reading = null;
}
