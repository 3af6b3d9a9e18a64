/** Follows the end of the log while the reader is there, and only then. */

const NEAR_PX = 48;

export class FollowEnd {
  #scroller;
  #jump;
  #following = true;
  #top = 0;
  #gutter = -1;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content what grows inside it
   * @param {HTMLElement} jump holds the button that leads back to the end
   */
  constructor(scroller, content, jump) {
    this.#scroller = scroller;
    this.#jump = jump;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    // Told after layout: whoever asks for the height earlier makes the page lay out once more.
    const grown = new ResizeObserver(() => {
      this.#tellGutter();
      this.#keep();
    });
    grown.observe(content);
    grown.observe(scroller);
  }

  /** Goes to the end and follows it from there. */
  toEnd() {
    this.#following = true;
    this.#keep();
  }

  /** The reader opened something: what they look at must stay where it is. */
  release() {
    this.#following = false;
  }

  #keep() {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
    this.#drawJump();
  }

  // What stands below the scroller keeps its edges in line with what is inside it.
  #tellGutter() {
    const gutter = (this.#scroller.offsetWidth - this.#scroller.clientWidth) / 2;
    if (gutter === this.#gutter) return;
    this.#gutter = gutter;
    document.documentElement.style.setProperty("--gutter", `${gutter}px`);
  }

  #scrolled() {
    const top = this.#scroller.scrollTop;
    if (this.#isAtEnd()) this.#following = true;
    else if (top < this.#top) this.#following = false;
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
