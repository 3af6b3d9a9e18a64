/** The result of a tool call, in the log. */

import { nameOfCalled } from "#js/messages/tool_calls.js";
import { clone, part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

export class ToolArticle {
  element = clone("tool-message");

  /** @param {import("#js/messages/article.js").View} view */
  update({ message, branch }) {
    const name = nameOfCalled(branch, message);
    this.element.setAttribute("aria-label", word("tool-answer", { name }));
    if (!message.pending) this.element.dataset.messageId = message.id;
    part(this.element, "tool-line").textContent = word("tool-answer", { name });
    part(this.element, "content").textContent = message.content;
  }
}
