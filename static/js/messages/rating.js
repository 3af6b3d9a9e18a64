/** Ratings of answers: a thumb and an optional note. */

import { element } from "#js/ui/markup.js";
import { announce } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/connection/socket.js").Socket} Socket
 */

/**
 * Sets or removes a rating, and asks for a note to a new one. Rejected with the site's `error`
 * frame.
 *
 * @param {Socket} socket
 * @param {Message} message
 * @param {1 | -1} value
 */
export async function rate(socket, message, value) {
  if (message.rating?.value === value) return send(socket, message.id, 0, "");
  await send(socket, message.id, value, "");
  const note = await askNote(word(value === 1 ? "rating-up" : "rating-down"));
  if (note) await send(socket, message.id, value, note);
  return announce("rating-saved");
}

/** @param {Socket} socket @param {string} id @param {0 | 1 | -1} value @param {string} note */
async function send(socket, id, value, note) {
  await socket.request({ type: "message.rate", message_id: id, value, note });
}

/** @param {string} question @returns {Promise<string>} the note, empty when there is none */
function askNote(question) {
  const dialog = element("rating-dialog");
  element("rating-heading").textContent = question;
  element("rating-note").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = () =>
      resolve(dialog.returnValue === "yes" ? element("rating-note").value.trim() : "");
    dialog.addEventListener("close", closed, { once: true });
  });
}
