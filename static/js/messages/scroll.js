/** Follows the end of the log while the reader is there, and only then. */

const NEAR_PX = 48;

export class FollowEnd {
  #scroller;
  #jump;
  #following = false;
  #top = 0;
  #hasMoved = false;
  #gutter = -1;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content what grows inside it
   * @param {HTMLElement} jump holds the button that leads back to the end
   */
  constructor(scroller, content, jump) {
    this.#scroller = scroller;
    this.#jump = jump;
    this.#follow(true);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    // Told after layout: whoever asks for the height earlier makes the page lay out once more.
    const grown = new ResizeObserver(() => {
      this.#tellGutter();
      this.#look();
      this.#keep();
    });
    grown.observe(content);
    grown.observe(scroller);
  }

  /** Goes to the end and follows it from there. */
  toEnd() {
    this.#follow(true);
    this.#keep();
  }

  /** The reader opened something: what they look at must stay where it is. */
  release() {
    this.#follow(false);
  }

  /** @param {boolean} following so that nothing but the reader moves the log back from its end */
  #follow(following) {
    if (following === this.#following) return;
    this.#following = following;
    this.#scroller.style.overflowAnchor = following ? "none" : "";
  }

  #keep() {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
    this.#drawJump();
  }

  // What stands below the scroller keeps its edges in line with what is inside it. It alone is
  // told: what the whole page inherits makes it look at all of itself.
  #tellGutter() {
    const gutter = (this.#scroller.offsetWidth - this.#scroller.clientWidth) / 2;
    if (gutter === this.#gutter) return;
    this.#gutter = gutter;
    this.#jump.parentElement?.style.setProperty("--gutter", `${gutter}px`);
  }

  /** The page is asked where it is once it is laid out: earlier, it would be laid out for that. */
  #scrolled() {
    this.#hasMoved = true;
    setTimeout(() => this.#look());
  }

  #look() {
    if (!this.#hasMoved) return;
    this.#hasMoved = false;
    const top = this.#scroller.scrollTop;
    if (this.#isAtEnd()) this.#follow(true);
    else if (top < this.#top) this.#follow(false);
    this.#top = top;
    this.#drawJump();
  }

  #drawJump() {
    const isHidden = this.#following || this.#isAtEnd();
    if (this.#jump.hidden !== isHidden) this.#jump.hidden = isHidden;
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }
}
