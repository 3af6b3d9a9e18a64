/** The answers of one turn, side by side at the end of the log until the user keeps one. */

import { clone } from "#js/ui/markup.js";

export class Alternatives {
  element = clone("alternatives");

  /** @param {HTMLElement[]} articles in order */
  draw(articles) {
    this.element.style.setProperty("--answers", String(articles.length));
    articles.forEach((article, index) => {
      const current = this.element.children[index];
      if (current !== article) this.element.insertBefore(article, current ?? null);
    });
    while (this.element.children.length > articles.length) this.element.lastElementChild?.remove();
  }
}
