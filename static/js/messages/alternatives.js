/** The answers of which one is to be kept, side by side at the end of the log. */

import { clone } from "#js/ui/markup.js";

export class Alternatives {
  element = clone("alternatives");

  /** @param {HTMLElement[]} articles in order */
  draw(articles) {
    this.element.style.setProperty("--answers", String(articles.length));
    articles.forEach((article, place) => {
      const there = this.element.children[place];
      if (there !== article) this.element.insertBefore(article, there ?? null);
    });
    while (this.element.children.length > articles.length) this.element.lastElementChild?.remove();
  }
}
