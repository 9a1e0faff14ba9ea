// Puts the widget together: the conversation, its line to the server, what is kept between visits, and the panel.

import { Connection } from '../shared/connection.js';
import { nearestLocale, translator } from '../shared/i18n.js';
import { Pictures, uploadAddress } from '../shared/pictures.js';
import { Storage, tabShelf } from '../shared/storage.js';
import { Conversation } from './conversation.js';
import { Panel } from './panel.js';
import { TEXTS } from './texts.js';
import { Upload } from './upload.js';

/** @typedef {{ shop: string, origin: string, locale?: string, trace: boolean }} Options */

const TICK_MS = 500;
const SHOPPER_WITHIN_MS = 6_000;

class XiaoerWidget extends HTMLElement {}

class Widget {
  /** @param {Options} options */
  constructor({ shop, origin, locale, trace }) {
    this.origin = origin;
    this.shop = shop;
    this.trace = trace || new URLSearchParams(location.search).get('trace') === '1';
    this.fixedLocale = locale;
    this.storage = new Storage(`shop/${shop}`);
    this.tab = new Storage(`shop/${shop}`, tabShelf());
    this.conversation = new Conversation({ id: newId, token: this.storage.get('token'), seen: this.storage.get('seq') ?? 0 });
    /** @type {string | null} */
    this.shopper = null;
    /** Someone who was signed in is waited for: their conversation is not a guest's to open. */
    this.awaitsShopper = this.storage.get('signed_in') === true;
    this.wanted = false;
    /** @type {object | null} */
    this.page = null;
    this.isOpen = false;
    this.everOnline = false;
    /** What storage holds now. */
    this.kept = { token: this.conversation.token, seq: this.conversation.seen };
    /** @type {Map<string, Set<(detail: any) => void>>} */
    this.listeners = new Map();
    /** Uploads under way, by the ids of what is said with them. @type {Map<string, Upload>} */
    this.uploads = new Map();
    this.pictures = new Pictures((address) => this.#readPicture(address));
    const socket = `${origin.replace(/^http/, 'ws')}/ws/chat?shop=${encodeURIComponent(shop)}`;
    this.connection = new Connection(socket, {
      opened: () => this.connection.send(this.conversation.hello({ locale: this.locale, page: this.page, shopper: this.shopper, trace: this.trace })),
      frame: (frame) => this.#frame(frame),
      changed: (state) => this.#lineChanged(state),
    });
    this.element = document.createElement('xiaoer-widget');
    const mascot = `${origin}/shared/mascot.svg`;
    this.mascot = mascot;
    this.panel = new Panel(this.element.attachShadow({ mode: 'open' }), this.#actions(), mascot);
  }

  /** The shop's own colour and side: what was known last time at once, what is true now as soon as it is here. */
  async #look() {
    this.panel.look(this.storage.get('look'));
    const answer = await fetch(`${this.origin}/api/v1/shops/${encodeURIComponent(this.shop)}/look`).catch(() => null);
    const look = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!look) return;
    this.storage.set('look', look);
    this.panel.look(look);
  }

  start() {
    void this.#look();
    document.body.append(this.element);
    new MutationObserver(() => this.#localeChanged()).observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
    addEventListener('online', () => this.#wake());
    document.addEventListener('visibilitychange', () => {
      this.#wake();
      this.#changed();
    });
    setInterval(() => this.#tick(), TICK_MS);
    // Somebody who was here before may have an answer waiting; a newcomer costs the server nothing until they open.
    if (this.conversation.token) this.#connect();
        if (this.awaitsShopper) this.#awaitShopper();
    this.#changed();
    // Beside the page it stays as it was over the page's links; over the whole of a small one it would hide where they led.
    if (this.tab.get('open') && !this.panel.phone.matches) this.#open(false);
  }

  #connect() {
    this.wanted = true;
    if (!this.awaitsShopper) this.connection.start();
  }

  /** Holds the line back until the page says who is there, and no longer than a moment. */
  #awaitShopper() {
    this.awaitsShopper = true;
    setTimeout(() => this.#shopperKnown(), SHOPPER_WITHIN_MS);
  }

  #shopperKnown() {
    if (!this.awaitsShopper) return;
    this.awaitsShopper = false;
    if (this.wanted) this.connection.start();
  }

  get locale() {
    return nearestLocale(this.fixedLocale ?? (document.documentElement.lang || navigator.language));
  }

  /** What the host page may call. */
  api() {
    return {
      open: () => this.#open(),
      close: () => this.#close(),
      identify: (/** @type {string | null} */ shopper) => this.#identify(shopper),
      page: (/** @type {object | null} */ page) => this.#page(page),
      on: (/** @type {string} */ event, /** @type {(detail: any) => void} */ run) => {
        const all = this.listeners.get(event) ?? new Set();
        this.listeners.set(event, all.add(run));
      },
    };
  }

  /** @returns {import('./panel.js').Actions} */
  #actions() {
    const { conversation } = this;
    return {
      open: () => this.#open(),
      close: () => this.#close(),
      say: (content, label) => {
        this.#connect();
        this.panel.log.atEnd = true;
        this.#run(conversation.say(content, label, Date.now()));
      },
      retry: (id) => {
        this.#connect();
        this.#run(conversation.retry(id, Date.now()));
      },
      takeBack: (id) => this.#run(conversation.takeBack(id)),
      seen: () => this.#changed(),
      typing: () => void this.connection.send({ type: 'typing' }),
      sayPicture: (picture, label) => {
        this.#connect();
        this.panel.log.atEnd = true;
        this.#run(conversation.sayPicture(picture, label, Date.now()));
      },
      problem: (code) => {
        conversation.notice = { code, retryMs: null };
        this.#changed();
      },
      leaveQueue: () => void this.connection.send({ type: 'leave_queue' }),
      rate: (score, comment) => {
        const commands = conversation.rate(score, comment);
        this.#run(commands);
        // What could not be sent is not thanked for, now or later.
        if (commands.length > 0) this.storage.set('rated', conversation.id);
      },
      reconnect: () => this.connection.restart(),
    };
  }

    /** @param {boolean} [asked] the page keeps the keyboard unless somebody asked for the conversation */
  #open(asked = true) {
    if (this.isOpen) return;
    this.isOpen = true;
    this.tab.set('open', true);
    this.#connect();
    this.#changed();
    this.panel.show(true, asked);
    this.#emit('open', null);
  }

  #close() {
    if (!this.isOpen) return;
        this.isOpen = false;
    this.tab.set('open', null);
    this.#changed();
    this.panel.show(false);
    this.#emit('close', null);
  }

  /** @param {string | null} shopper a token that the shop signed, or nothing to sign out */
  #identify(shopper) {
    const same = shopper === this.shopper;
    this.shopper = shopper;
    this.storage.set('signed_in', shopper === null ? null : true);
    if (this.awaitsShopper) {
      this.#shopperKnown();
      return;
    }
    if (same) return;
    if (this.conversation.live) this.connection.send({ type: 'identify', shopper });
    else if (this.connection.state !== 'idle') this.connection.restart();
  }

  /** @param {object | null} page */
  #page(page) {
    const before = this.page;
    this.page = page;
    if (this.conversation.live && page) this.connection.send({ type: 'page', ...page });
    // A link in the conversation was followed: on a phone the page it leads to is behind the panel. A page that says for
    // the first time what it is, or says it again, leads nowhere: who opened the panel before it had loaded goes on.
    const moved = before !== null && JSON.stringify(before) !== JSON.stringify(page);
    if (moved && this.isOpen && this.panel.phone.matches) this.#close();
  }

  /** @param {any} frame */
  #frame(frame) {
    this.connection.settled();
    const before = this.conversation.lastSeq;
    const rated = this.conversation.rated;
    this.#run(this.conversation.receive(frame, Date.now()));
    if (frame.type === 'welcome') {
      this.everOnline = true;
      this.conversation.rated = rated || this.storage.get('rated') === this.conversation.id;
      this.#emit('ready', { conversation: this.conversation.id });
    }
    if (frame.type === 'state') {
      if (frame.mode !== 'closed') this.storage.set('rated', null);
      this.#emit('state', { mode: this.conversation.mode });
    }
    if (frame.type === 'message' && this.conversation.lastSeq > before) this.#emit('message', { seq: frame.seq, from: frame.from });
  }

  /** @param {import('./conversation.js').Command[]} commands */
  #run(commands) {
    for (const command of commands) {
      if (command.do === 'send') this.connection.send(command.frame);
      else if (command.do === 'reconnect') this.connection.restart();
      else if (command.do === 'stop') this.connection.stop();
      else if (command.do === 'give_back') this.panel.composer.giveBack(command.text);
      else if (command.do === 'fetch') void this.#fetch(command.after);
      else if (command.do === 'upload') void this.#upload(command.id, command.picture);
      else if (command.do === 'abort') this.uploads.get(command.id)?.stop();
      else if (command.do === 'give_back_picture') this.panel.composer.giveBackPicture(command.picture);
      else {
        this.shopper = null;
        this.connection.stop();
        this.#awaitShopper();
        this.#emit('sign_in_again', null);
      }
    }
    this.#changed();
  }

  /**
   * @param {string} id of what is said with it
   * @param {import('./conversation.js').Picture} picture
   */
  async #upload(id, picture) {
    this.uploads.get(id)?.stop();
    const upload = new Upload({
      origin: this.origin, headers: () => this.#bearer(), progress: (share) => this.panel.log.showProgress(id, share),
    });
    this.uploads.set(id, upload);
    try {
      const kept = await upload.send(picture.blob);
      if (upload.stopped) return;
      this.pictures.know(uploadAddress(kept), picture.url);
      this.#run(this.conversation.uploaded(id, kept, Date.now()));
    } catch (problem) {
      if (upload.stopped) return;
      this.conversation.notUploaded(id, /** @type {any} */ (problem)?.code ?? 'internal');
      this.#changed();
    } finally {
      if (this.uploads.get(id) === upload) this.uploads.delete(id);
    }
  }

  /** What a request speaks with: the conversation's token, and who the shopper is where the shop has said so. */
  #bearer() {
    /** @type {Record<string, string>} */
    const headers = { authorization: `Bearer ${this.conversation.token}` };
    if (this.shopper !== null) headers['xiaoer-shopper'] = this.shopper;
    return headers;
  }

  /** @param {string} address @returns {Promise<Blob>} */
  async #readPicture(address) {
    const answer = await fetch(this.origin + address, { headers: this.#bearer() });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.blob();
  }

  /** @param {number} after */
  async #fetch(after) {
    const { id } = this.conversation;
    try {
      const answer = await fetch(`${this.origin}/api/v1/conversations/${id}/messages?after=${after}`, { headers: this.#bearer() });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const { messages = [], more = false } = await answer.json();
      this.#run(this.conversation.fetched(messages, more));
    } catch {
      // The line is opened again and asks for the same messages.
      this.connection.restart();
    }
  }

  /** @param {import('../shared/connection.js').ConnectionState} state */
  #lineChanged(state) {
    if (state !== 'online') this.conversation.offline();
    this.#changed();
  }

  #wake() {
    if (!document.hidden && this.connection.state === 'waiting') this.#connect();
  }

  #localeChanged() {
    if (this.connection.state === 'online') this.connection.restart();
    this.#changed();
  }

  #tick() {
    const { changed, commands } = this.conversation.tick(Date.now());
    if (changed || commands.length > 0) this.#run(commands);
  }

  /** Draws what is, keeps what must outlive the page, and says what was seen. */
  #changed() {
    const { conversation, locale } = this;
    if (this.isOpen && !document.hidden && this.panel.log.atEnd) {
      for (const command of conversation.see()) if (command.do === 'send') this.connection.send(command.frame);
    }
    if (conversation.token !== this.kept.token || conversation.seen !== this.kept.seq) {
      this.kept = { token: conversation.token, seq: conversation.seen };
      this.storage.set('token', conversation.token);
      this.storage.set('seq', conversation.seen);
    }
    this.panel.update(conversation, {
      t: translator(TEXTS, locale), locale, origin: this.origin, mascot: this.mascot, trace: this.trace, find: (address) => this.pictures.find(address),
      open: this.isOpen, line: this.connection.state, everOnline: this.everOnline,
    });
  }

  /** @param {string} event @param {any} detail */
  #emit(event, detail) {
    for (const run of this.listeners.get(event) ?? []) run(detail);
  }
}

/** @returns {string} */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns {Promise<void>} when there is a body to stand in */
function bodyReady() {
  return document.body ? Promise.resolve() : new Promise((done) => addEventListener('DOMContentLoaded', () => done(), { once: true }));
}

/**
 * @param {Options} options
 * @returns {Record<string, (...values: any[]) => void>} what becomes `window.Xiaoer`
 */
export function start(options) {
  if (!customElements.get('xiaoer-widget')) customElements.define('xiaoer-widget', XiaoerWidget);
  const widget = new Widget(options);
  void bodyReady().then(() => widget.start());
  return widget.api();
}
