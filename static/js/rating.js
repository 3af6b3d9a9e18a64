/** Thumbs on answers, with a note for those who want to say why. */

import { element } from "#js/markup.js";
import { say } from "#js/status.js";

/**
 * @typedef {import("#js/state.js").Message} Message
 * @typedef {import("#js/socket.js").Socket} Socket
 */

/**
 * Gives or takes back a thumb, and asks for a note where one was given.
 *
 * @param {Socket} socket
 * @param {Message} message
 * @param {1 | -1} value
 */
export async function rate(socket, message, value) {
  if (message.rating?.value === value) return send(socket, message.id, 0, "");
  await send(socket, message.id, value, "");
  const note = await askNote();
  if (note) await send(socket, message.id, value, note);
  return say("rating-saved");
}

/** @param {Socket} socket @param {string} id @param {0 | 1 | -1} value @param {string} note */
async function send(socket, id, value, note) {
  await socket.request({ type: "message.rate", message_id: id, value, note });
}

/** @returns {Promise<string>} empty when there is none */
function askNote() {
  const dialog = element("rating-dialog");
  element("rating-note").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = () => resolve(dialog.returnValue === "yes" ? element("rating-note").value.trim() : "");
    dialog.addEventListener("close", closed, { once: true });
  });
}
