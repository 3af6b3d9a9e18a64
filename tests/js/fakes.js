/** A network, a clock, a browser window and a storage that a test controls. */

export class FakeClock {
  #now = 0;
  #timers = new Map();
  #next = 1;
  /** The result of `random`. */
  chance = 0.5;

  now = () => this.#now;
  random = () => this.chance;
  setTimeout = (callback, milliseconds) => {
    this.#timers.set(this.#next, { callback, at: this.#now + milliseconds });
    return this.#next++;
  };
  clearTimeout = (timer) => void this.#timers.delete(timer);

  /** Advances the time and runs the timers that are due, in their order. */
  pass(milliseconds) {
    const end = this.#now + milliseconds;
    for (let due = this.#due(end); due; due = this.#due(end)) {
      const [timer, { callback, at }] = due;
      this.#timers.delete(timer);
      this.#now = at;
      callback();
    }
    this.#now = end;
  }

  #due(end) {
    const due = [...this.#timers].filter(([, timer]) => timer.at <= end);
    return due.sort(([, one], [, other]) => one.at - other.at)[0];
  }
}

/** The websockets that were opened, oldest first, with the site's end of each. */
export class FakeNetwork {
  sockets = [];

  get WebSocket() {
    const { sockets } = this;
    return class {
      readyState = 0;
      sent = [];
      constructor(url) {
        this.url = url;
        sockets.push(this);
      }
      send(text) {
        this.sent.push(JSON.parse(text));
      }
      close(code) {
        this.readyState = 3;
        this.closedWith = code;
      }
    };
  }

  get last() {
    return this.sockets.at(-1);
  }

  accept() {
    this.last.readyState = 1;
    this.last.onopen?.({});
  }

  deliver(frame) {
    this.last.onmessage?.({ data: JSON.stringify(frame) });
  }

  drop(code = 1006) {
    this.last.readyState = 3;
    this.last.onclose?.({ code });
  }

  /** The frames of these types that were sent on the newest socket. */
  sent(...types) {
    return this.last.sent.filter(({ type }) => types.includes(type));
  }
}

export class FakeWindow extends EventTarget {
  document = { visibilityState: "visible" };

  fire(type) {
    this.dispatchEvent(new Event(type));
  }
}

export class FakeStorage {
  #items = new Map();
  full = false;

  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, text) {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.#items.set(key, String(text));
  }
  removeItem(key) {
    this.#items.delete(key);
  }
}
