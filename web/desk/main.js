// Puts the desk together: signing in, the line to the server, the lists and the open conversation.

import { Connection } from '../shared/connection.js';
import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { nearestLocale, translator } from '../shared/i18n.js';
import { PART_STYLE } from '../shared/part_style.js';
import { request, signIn, signOut } from '../shared/signin.js';
import { Storage } from '../shared/storage.js';
import { Board } from './board.js';
import { Lists } from './lists.js';
import { Pane } from './pane.js';
import { TEXTS } from './texts.js';

const TICK_MS = 1_000;

class Desk {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.storage = new Storage('desk');
    this.locale = nearestLocale(this.storage.get('locale') ?? navigator.language);
    this.sound = this.storage.get('sound') === true;
    this.drawnBar = '';
    /** @type {AudioContext | null} */
    this.audio = null;
    this.board = new Board({ id: () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
    this.connection = new Connection(`${location.origin.replace(/^http/, 'ws')}/ws/desk`, {
      opened: () => this.connection.send(this.board.hello()),
      frame: (frame) => this.#frame(frame),
      changed: (state) => {
        if (state !== 'online') this.board.offline();
        if (state === 'waiting') void this.#checkSession();
        this.draw();
      },
    });
    this.bar = h('header', { class: 'bar' });
    this.offline = h('p', { class: 'offline', role: 'status', hidden: true });
    this.lists = new Lists({ open: (conversation) => this.#open(conversation) });
    this.lists.changed = () => this.draw();
    const act = (/** @type {string} */ type) => () => this.#send([{ type, conversation: this.board.open }]);
    this.pane = new Pane({
      back: () => this.#open(null), take: act('take'), release: act('release'), close: act('close'), typing: act('typing'),
      earlier: () => this.#send(this.board.earlier()),
      write: (kind, text) => this.#send(this.board.write(kind, text, Date.now())),
      retry: (id) => this.#send(this.board.retry(id)),
    });
    this.frame = h('div', { class: 'desk' }, this.bar, this.offline, h('main', { class: 'columns' }, this.lists.root, this.pane.root));
  }

  get t() {
    return translator(TEXTS, this.locale);
  }

  async start() {
    document.documentElement.lang = this.locale;
    document.title = this.t('title');
    await signIn(this.place, { t: this.t, title: this.t('title') });
    fill(this.place, this.frame);
    this.draw();
    this.connection.start();
    addEventListener('online', () => this.connection.state === 'waiting' && this.connection.start());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.connection.state === 'waiting') this.connection.start();
      this.draw();
    });
    setInterval(() => this.draw(), TICK_MS);
  }

  draw() {
    if (!this.frame.isConnected) return;
    const { t, board, locale } = this;
    const waiting = board.lists.waiting.length;
    document.title = waiting > 0 ? `(${waiting}) ${t('title')}` : t('title');
    this.#drawBar();
    this.offline.hidden = this.connection.state === 'online' || this.connection.state === 'idle';
    this.offline.textContent = t('offline');
    this.frame.classList.toggle('talking', board.open !== null);
    const setting = { t, locale, now: Date.now() };
    this.lists.update(board, setting);
    this.pane.update(board, setting);
    if (!document.hidden) for (const frame of board.see()) this.connection.send(frame);
  }

  #drawBar() {
    const { t, board, locale, sound } = this;
    const stamp = JSON.stringify([locale, board.agent?.name, sound]);
    if (stamp === this.drawnBar) return;
    this.drawnBar = stamp;
    fill(this.bar,
      h('img', { src: '/shared/mascot.svg', alt: '', width: 34, height: 34 }), h('h1', null, t('title')),
      h('span', { class: 'agent' }, board.agent?.name ?? ''),
      h('button', { class: 'pill', type: 'button', 'aria-pressed': String(sound), 'aria-label': t('sound'), title: t('sound'), onclick: () => this.#toggleSound() }, icon('bell', 18)),
      h('button', { class: 'pill', type: 'button', 'aria-label': t('language_label'), onclick: () => this.#switchLanguage() }, t('language')),
      h('button', { class: 'pill', type: 'button', 'aria-label': t('sign_out'), title: t('sign_out'), onclick: () => void signOut() }, icon('out', 18)));
  }

  /** @param {string | null} conversation */
  #open(conversation) {
    this.#send(this.board.show(conversation));
  }

  /** @param {object[]} frames */
  #send(frames) {
    for (const frame of frames) this.connection.send(frame);
    this.draw();
  }

  /** @param {any} frame */
  #frame(frame) {
    this.connection.settled();
    const { board } = this;
    const before = new Set(board.lists.waiting.map(({ conversation }) => conversation));
    const wasMine = board.isMine;
    const frames = board.receive(frame, Date.now());
    const fresh = frame.type === 'board' && board.lists.waiting.some(({ conversation }) => !before.has(conversation));
    const spoken = frame.type === 'message' && frame.from === 'shopper' && document.hidden;
    if (fresh || spoken) this.#ring();
    if (!wasMine && board.isMine && this.lists.tab === 'waiting') this.lists.tab = 'mine';
    this.#send(frames);
  }

  /** A refused websocket looks like any lost line: only the session tells whether to sign in again. */
  async #checkSession() {
    const { status, value } = await request('GET', '/api/v1/session');
    if (status === 401 || value?.must_change) location.reload();
  }

  #switchLanguage() {
    this.locale = this.locale === 'en' ? 'zh-Hans' : 'en';
    this.storage.set('locale', this.locale);
    document.documentElement.lang = this.locale;
    this.draw();
  }

  #toggleSound() {
    this.sound = !this.sound;
    this.storage.set('sound', this.sound);
    this.#ring();
    this.draw();
  }

  /** Two soft notes, made here so that there is no file to load. */
  #ring() {
    if (!this.sound) return;
    this.audio ??= new AudioContext();
    const { audio } = this;
    [660, 880].forEach((pitch, place) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + place * 0.14;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.08, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  }
}

const parts = new CSSStyleSheet();
parts.replaceSync(PART_STYLE);
document.adoptedStyleSheets = [parts];
void new Desk(/** @type {HTMLElement} */ (document.querySelector('#desk'))).start();
