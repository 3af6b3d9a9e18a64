/** Keeps the log scrolled to its end while the user is there. */

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
   * @param {HTMLElement} content the element that grows inside it
   * @param {HTMLElement} jump holds the button that leads back to the end
   */
  constructor(scroller, content, jump) {
    this.#scroller = scroller;
    this.#jump = jump;
    this.#follow(true);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    // An observer is called after layout. Reading the height earlier would force another layout.
    const observer = new ResizeObserver(() => {
      this.#updateGutter();
      this.#checkPosition();
      this.#stick();
    });
    observer.observe(content);
    observer.observe(scroller);
  }

  /** Goes to the end and follows it from there. */
  toEnd() {
    this.#follow(true);
    this.#stick();
  }

  /** Stops following, because the user opened something that must not move. */
  release() {
    this.#follow(false);
  }

  /** @param {boolean} following if so, only the user moves the log away from its end */
  #follow(following) {
    if (following === this.#following) return;
    this.#following = following;
    this.#scroller.style.overflowAnchor = following ? "none" : "";
  }

  #stick() {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
    this.#drawJump();
  }

  // The dock below the scroller gets the width of the scroll bar, to stay in line with the log. The
  // property is set on the dock alone: on the page it would recompute the styles of everything.
  #updateGutter() {
    const gutter = (this.#scroller.offsetWidth - this.#scroller.clientWidth) / 2;
    if (gutter === this.#gutter) return;
    this.#gutter = gutter;
    this.#jump.parentElement?.style.setProperty("--gutter", `${gutter}px`);
  }

  /** Reads the position in a later task: reading it now would force a layout. */
  #scrolled() {
    this.#hasMoved = true;
    setTimeout(() => this.#checkPosition());
  }

  #checkPosition() {
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
