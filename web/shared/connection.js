// One websocket that comes back by itself. Knows frames and time, nothing of what the frames mean.
//
// It waits longer after every failure in a row, with jitter so that a restarted server is not met by everybody at
// once, and sends a ping again and again so that a dead line is noticed on both sides. It never queues: what can't be sent now is
// refused, and its owner decides what to say again after the next `open`.

/** @typedef {'idle' | 'connecting' | 'online' | 'waiting'} ConnectionState */
/**
 * @typedef {object} Surroundings what the connection needs from the outside, replaced in tests
 * @property {(url: string) => WebSocket} [socket]
 * @property {(run: () => void, ms: number) => any} [after]
 * @property {(timer: any) => void} [cancel]
 * @property {() => number} [random] 0 ≤ x < 1
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;

/**
 * How long to wait before the next attempt: doubling, capped, and anywhere in the upper half of that.
 * @param {number} failures in a row, 1 or more
 * @param {number} random
 */
export function waitBefore(failures, random) {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return most / 2 + (most / 2) * random;
}

export class Connection {
  /**
   * @param {string} url
   * @param {{ opened: () => void, frame: (frame: any) => void, changed: (state: ConnectionState) => void }} owner
   * @param {Surroundings} [surroundings]
   */
  constructor(url, owner, surroundings = {}) {
    this.url = url;
    this.owner = owner;
    this.makeSocket = surroundings.socket ?? ((address) => new WebSocket(address));
    this.after = surroundings.after ?? ((run, ms) => setTimeout(run, ms));
    this.cancel = surroundings.cancel ?? ((timer) => clearTimeout(timer));
    this.random = surroundings.random ?? Math.random;
    /** @type {ConnectionState} */
    this.state = 'idle';
    this.failures = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
        /** @type {any} */
    this.timer = null;
    /** Nothing has come since the last ping. */
    this.pinged = false;
  }

  /** Starts, or tries at once instead of waiting. Does nothing when a socket is there already. */
  start() {
    if (this.socket) return;
    this.cancel(this.timer);
    this.#become('connecting');
    const socket = this.makeSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.#become('online');
      this.#watch();
      this.owner.opened();
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#lost(socket);
    // A close always follows an error, and says as much.
    socket.onerror = () => {};
  }

  /** Ends for good, until `start`. */
  stop() {
    this.#drop();
    this.#become('idle');
  }

  /** Drops the line and opens a new one at once. */
  restart() {
    this.#drop();
    this.start();
  }

  /** What arrives is worth keeping the line for: the next failure is the first again. */
  settled() {
    this.failures = 0;
  }

  /**
   * @param {object} frame
   * @returns {boolean} whether it was handed to the socket
   */
  send(frame) {
    if (this.state !== 'online' || !this.socket) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** @param {unknown} data */
    #receive(data) {
    // The next ping goes out when it is due, however much comes in: the server counts what it hears from here.
    if (this.pinged) this.#watch();
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
    if (frame && typeof frame === 'object' && frame.type !== 'pong') this.owner.frame(frame);
  }

    /** A ping goes out again and again; any frame after it shows that the line lives, and silence is met by a new line. */
  #watch() {
    this.cancel(this.timer);
    this.pinged = false;
    this.timer = this.after(() => {
      this.pinged = true;
      this.send({ type: 'ping', t: Date.now() });
      this.timer = this.after(() => {
        const socket = this.socket;
        this.#drop();
        if (socket) this.#wait();
      }, PONG_WITHIN_MS);
    }, PING_EVERY_MS);
  }

  /** @param {WebSocket} socket */
  #lost(socket) {
    if (socket !== this.socket) return;
    this.#drop();
    this.#wait();
  }

  #wait() {
    this.failures += 1;
    this.#become('waiting');
    this.timer = this.after(() => this.start(), waitBefore(this.failures, this.random()));
  }

  #drop() {
    this.cancel(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {ConnectionState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.owner.changed(state);
  }
}
