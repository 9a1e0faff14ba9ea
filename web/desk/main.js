// Puts the desk together: signing in, the line to the server, the views, the keyboard.

import { Connection } from '../shared/connection.js';
import { fill, h } from '../shared/html.js';
import { nearestLocale, translator } from '../shared/i18n.js';
import { PART_STYLE } from '../shared/part_style.js';
import { request, signIn, signOut } from '../shared/signin.js';
import { Storage } from '../shared/storage.js';
import { Badge } from './badge.js';
import { Bar, askSettings } from './bar.js';
import { Board } from './board.js';
import { CasePane } from './case.js';
import { tickClocks } from './clock.js';
import { Composer } from './composer.js';
import * as dialogs from './dialogs.js';
import { announcement, soundOf } from './happenings.js';
import { isWriting, shortcutOf } from './keys.js';
import { Kept } from './kept.js';
import { INBOXES, Lists } from './lists.js';
import { Log } from './log.js';
import { Pane } from './pane.js';
import { readRoute, writeRoute } from './route.js';
import { Search } from './search.js';
import { Bell } from './sound.js';
import { TEXTS } from './texts.js';

/** @typedef {import('./keys.js').ShortcutId} ShortcutId */
/** @typedef {import('./lists.js').InboxName} InboxName */

const TICK_MS = 1_000;
const PHONE = '(max-width: 759px)';

class Desk {
  /**
   * @param {HTMLElement} place
   * @param {import('../shared/signin.js').Agent} agent who is signed in
   */
  constructor(place, agent) {
    this.place = place;
    this.storage = new Storage('desk');
    this.locale = keptLocale(this.storage);
    this.singles = this.storage.get('single_keys') !== false;
    this.phone = matchMedia(PHONE);
    this.bell = new Bell(this.storage);
    /** @type {import('./route.js').View} */
    this.view = 'list';
    this.drawing = false;
    this.kept = new Kept(agent.id);
    this.kept.sweep(Date.now());
    const board = new Board({ id: () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, kept: this.kept, agent });
    this.board = board;
    this.badge = new Badge();
    this.connection = new Connection(`${location.origin.replace(/^http/, 'ws')}/ws/desk`, {
      opened: () => this.connection.send(board.hello()),
      frame: (frame) => this.#frame(frame),
      changed: (state) => {
        if (state !== 'online') board.offline();
        if (state === 'waiting') void this.#checkSession();
        this.draw();
      },
    });
    this.bar = new Bar({
      status: () => this.#run('status'), shortcuts: () => this.#run('help'), settings: () => this.#settings(), account: () => void this.#account(), signOut: () => void signOut(),
    });
    this.search = new Search({ open: (hit) => this.#openAt(hit), changed: () => this.draw(), find: findWords });
    this.lists = new Lists({ open: (conversation) => this.#open(conversation), choose: (name) => this.#choose(name), more: [this.search.box, this.search.results] });
    this.log = new Log({
      retry: (id) => this.#send(board.retry(id, Date.now())), takeBack: (id) => { board.takeBack(id, Date.now()); this.#happened(); this.draw(); },
      earlier: () => this.#send(board.earlier()), seen: () => this.draw(),
    });
    this.composer = new Composer({
      write: (kind, content, about) => { this.log.toEnd(); this.pane.tell(''); this.#send(board.write(kind, content, { ...about, now: Date.now() })); },
      typing: () => void (board.open !== null && this.connection.send({ type: 'typing', conversation: board.open })),
      stickers: () => void this.#sticker(), draw: () => this.draw(), tell: (code) => { this.pane.tell(code, board.open ?? ''); this.draw(); },
    });
    this.pane = new Pane({ back: () => this.#back(), info: () => this.#show('case'), run: (id) => void this.#run(id) }, { log: this.log, composer: this.composer });
    this.about = new CasePane({ back: () => this.#back(), tags: () => void this.#run('tags'), draw: () => this.draw(), words: () => this.words, open: (conversation) => this.#open(conversation) });
    this.offline = h('div', { class: 'lost', role: 'status', hidden: true });
    this.hears = h('div', { class: 'hush', role: 'status', 'aria-live': 'polite' });
    this.frame = h('div', { class: 'desk' },
      h('a', { class: 'skip', href: '#talk', onclick: (/** @type {Event} */ event) => { event.preventDefault(); this.composer.focus(); } }, this.t('skip')),
      this.bar.root, this.offline, h('div', { class: 'columns' }, this.lists.rail, h('main', null, this.lists.root, this.pane.root, this.about.root)), this.hears);
    this.lists.inbox = INBOXES.find((name) => name === this.storage.get('inbox')) ?? 'waiting';
    fill(this.place, this.frame);
  }

  get t() {
    return translator(TEXTS, this.locale);
  }

  get words() {
    return { t: this.t, locale: this.locale };
  }

  start() {
    this.#listen();
    this.#goTo(readRoute(location.hash), { push: false });
    this.connection.start();
    this.draw();
  }

  #listen() {
    addEventListener('online', () => this.connection.state === 'waiting' && this.connection.start());
    addEventListener('popstate', () => this.#goTo(readRoute(location.hash), { push: false }));
    addEventListener('keydown', (event) => this.#key(event));
    // A file that misses its place must not take the page away.
    addEventListener('dragover', (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault());
    addEventListener('drop', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      if (this.pane.root.contains(/** @type {Node} */ (event.target))) this.composer.attach(event.dataTransfer.files);
    });
    addEventListener('storage', ({ key }) => {
      const draft = this.kept.changed(key);
      if (draft) this.composer.draftChanged(draft);
      this.draw();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.connection.state === 'waiting') this.connection.start();
      this.draw();
    });
    addEventListener('focus', () => this.draw());
    setInterval(() => {
      const now = Date.now();
      this.board.tick(now);
      this.#lateClocks();
      tickClocks(this.frame, now);
      this.draw(true);
    }, TICK_MS);
  }

  /** Everything as it is now; what has not changed is not touched. @param {boolean} [whole] */
  draw(whole = false) {
    if (!this.frame.isConnected || this.drawing) return;
    this.drawing = true;
    const { t, board, locale } = this;
    const setting = { t, locale, now: Date.now() };
    this.badge.update(board.lists.waiting.length + this.lists.count('mine').hot, t('title'));
    this.bar.update(board, setting);
    this.#drawOffline();
    this.frame.dataset.view = board.open === null ? 'list' : this.view;
    this.search.update(setting);
    this.lists.root.classList.toggle('searching', this.search.active);
    this.lists.update(board, setting, whole);
    this.pane.update(board, setting);
    this.about.update(board, setting);
    if (!document.hidden && this.log.atEnd && this.frame.dataset.view !== 'list') for (const frame of board.see()) this.connection.send(frame);
    for (const frame of board.wantSuggestions()) this.connection.send(frame);
    this.drawing = false;
  }

  #drawOffline() {
    const { t } = this;
    const { state } = this.connection;
    const lost = state === 'waiting' || (state === 'connecting' && this.connection.failures > 0);
    this.offline.hidden = !lost;
    if (!lost || this.offline.dataset.locale === this.locale) return;
    this.offline.dataset.locale = this.locale;
    fill(this.offline, h('span', null, t('offline')), h('button', { type: 'button', onclick: () => this.connection.restart() }, t('retry_now')));
  }

  /** @param {string | null} conversation */
  #open(conversation) {
    this.#goTo({ conversation, view: conversation === null ? 'list' : 'talk' }, { push: this.phone.matches && this.board.open === null });
    if (conversation === null) this.lists.focus();
    else if (this.phone.matches) this.pane.root.focus();
    else if (this.board.isMine) this.composer.focus();
  }

  /** @param {import('./search.js').Hit} hit */
  #openAt({ conversation, seq, note }) {
    if (note) this.log.reveal(conversation, `note="${note}"`, 0);
    else if (seq) this.log.reveal(conversation, `seq="${seq}"`, seq);
    this.#goTo({ conversation, view: 'talk' }, { push: this.phone.matches && this.board.open === null });
  }

  /** @param {import('./route.js').View} view */
  #show(view) {
    if (this.board.open === null || view === 'list') return this.#open(null);
    this.#goTo({ conversation: this.board.open, view }, { push: this.phone.matches });
    if (view === 'case') this.about.focus();
    else this.pane.root.focus();
  }

  #back() {
    if (this.view === 'case') return this.#show('talk');
    this.#open(null);
  }

  /** @param {import('./route.js').Route} route @param {{ push: boolean }} how */
  #goTo(route, { push }) {
    this.view = route.view;
    const address = writeRoute(route);
    if (location.hash !== address) history[push ? 'pushState' : 'replaceState'](null, '', address);
    if (this.board.open !== route.conversation) this.pane.tell('');
    this.#send(this.board.show(route.conversation));
  }

  /** @param {InboxName} name */
  #setInbox(name) {
    this.lists.inbox = name;
    this.storage.set('inbox', name);
    if (this.search.active) this.search.clear();
    this.lists.scroll.scrollTop = 0;
  }

  /** @param {InboxName} name */
  #choose(name) {
    this.#setInbox(name);
    if (this.phone.matches && this.board.open !== null) this.#open(null);
    this.draw();
  }

  /** @param {object[]} frames */
  #send(frames) {
    for (const frame of frames) this.connection.send(frame);
    this.draw();
  }

  /** @param {any} frame */
  #frame(frame) {
    this.connection.settled();
    const wasMine = this.board.isMine;
    const frames = this.board.receive(frame, Date.now());
    if (!wasMine && this.board.isMine) {
      if (this.lists.inbox === 'waiting' || this.lists.inbox === 'messages') this.#setInbox('mine');
      this.draw();
      if (!this.phone.matches && frame.type !== 'conversation') this.composer.focus();
    }
    this.about.heard(frame);
    this.#happened();
    this.#send(frames);
  }

  /** What happened is heard: by a bell where it is on, by words for a screen reader. */
  #happened() {
    for (const happening of this.board.takeHappenings()) {
      const sound = soundOf(happening, { hidden: document.hidden, open: this.board.open });
      if (sound) this.bell.ring(sound);
      if (happening.kind === 'given_back') this.composer.givenBack(happening.conversation);
      const words = announcement(happening, this.t);
      if (words) this.hears.textContent = words;
    }
  }

  /** A clock of mine that turns red rings once. */
  #lateClocks() {
    const late = this.board.lists.mine.filter(({ due }) => due && Date.parse(due) < Date.now()).map(({ conversation, due }) => `${conversation} ${due}`);
    this.rang ??= new Set(late);
    const fresh = late.filter((one) => !this.rang?.has(one));
    if (fresh.length > 0) this.bell.ring('late');
    this.rang = new Set(late);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (document.querySelector('dialog[open]')) return;
    const shortcut = shortcutOf(event, { writing: isWriting(event.target), singles: this.singles });
    if (shortcut) {
      event.preventDefault();
      void this.#run(shortcut);
    } else if (event.key === 'Escape' && !event.isComposing && event.keyCode !== 229) {
      if (this.frame.dataset.view === 'case' && !matchMedia('(min-width: 1180px)').matches) this.#back();
      else if (isWriting(event.target)) this.lists.focus();
    }
  }

  /** @param {ShortcutId} id */
  async #run(id) {
    const { board, words } = this;
    const { card } = board;
    const inbox = /^inbox([1-5])$/.exec(id);
    if (inbox) {
      this.#choose(INBOXES[Number(inbox[1]) - 1]);
      return this.lists.focus();
    }
    switch (id) {
      case 'next': case 'previous': return this.#step(id === 'next' ? 1 : -1);
      case 'urgent': return this.#urgent();
      case 'reply': return this.composer.choose('say');
      case 'note': return this.composer.choose('note');
      case 'search': if (this.phone.matches && board.open !== null) this.#open(null); return this.search.focus();
      case 'list': return this.lists.focus();
      case 'case': return this.view === 'case' ? this.#back() : this.#show('case');
      case 'status': return this.#send(board.setStatus(board.status === 'here' ? 'away' : 'here'));
      case 'help': return void dialogs.showShortcuts(words, { singles: this.singles, setSingles: (on) => { this.singles = on; this.storage.set('single_keys', on); } });
      default: break;
    }
    if (!card || !board.live) return;
    const mine = board.isMine;
    const waits = card.mode === 'queue' || card.mode === 'message';
    if (id === 'take' && waits) return this.#send(board.ask('take'));
    if (id === 'take' && card.mode === 'agent' && !mine && board.isOwner) return this.#asked('take_over', await dialogs.askTakeOver(words, card.agent?.name ?? '') ? {} : null);
    if (id === 'transfer' && card.mode === 'agent' && (mine || board.isOwner)) return this.#asked('transfer', await dialogs.askTransfer(words, board, card));
    if (id === 'release' && mine) return this.#asked('release', await dialogs.askRelease(words, this.about.orders(this.t), card.order ?? null));
    if (id === 'close' && (mine || waits)) return this.#asked('close', await dialogs.askWrapUp(words, board.shop(card.shop)));
    if (id === 'tags') return this.#asked('tag', await dialogs.askTags(words, board.shop(card.shop), card.tags ?? []).then((tags) => tags && { tags }));
  }

  /** @param {string} type @param {object | null} fields */
  #asked(type, fields) {
    if (fields) this.#send(this.board.ask(type, fields));
  }

  /** @param {number} step */
  #step(step) {
    const { cards } = this.lists;
    if (cards.length === 0) return;
    const at = cards.findIndex(({ conversation }) => conversation === this.board.open);
    const next = at < 0 ? (step > 0 ? 0 : cards.length - 1) : (at + step + cards.length) % cards.length;
    this.#open(cards[next].conversation);
  }

  /** The conversation of mine that is due first, else the first of the queue. */
  #urgent() {
    const { mine, waiting } = this.board.lists;
    const due = mine.filter((card) => card.due ?? card.awaiting_since).sort((a, b) => Date.parse(a.due ?? a.awaiting_since ?? '') - Date.parse(b.due ?? b.awaiting_since ?? ''));
    const card = due[0] ?? mine.find(({ unread }) => unread > 0) ?? waiting[0];
    if (!card) return;
    this.#setInbox(card.mode === 'agent' ? 'mine' : 'waiting');
    this.#open(card.conversation);
  }

  async #sticker() {
    const { card } = this.board;
    if (!card) return;
    const sticker = await dialogs.askSticker(this.words, this.board.shop(card.shop));
    if (!sticker) return;
    this.log.toEnd();
    this.#send(this.board.write('say', { sticker: sticker.id }, { label: `[${sticker.alt}]`, now: Date.now() }));
    this.composer.focus();
  }

  #settings() {
    return void askSettings(this.words, {
      sound: this.bell.on, setSound: (on) => on !== this.bell.on && this.bell.toggle(),
      setLocale: (locale) => { this.locale = locale; this.storage.set('locale', locale); document.documentElement.lang = locale; this.draw(); },
      signOut: () => void signOut(),
    });
  }

  /** One's own account: a part of its own, loaded when it is wanted. */
  async #account() {
    const part = '/shared/account.js';
    try {
      const { openAccount } = await import(part);
      openAccount({ locale: this.locale });
    } catch {
      this.#settings();
    }
  }

  /** A refused websocket looks like any lost line: only the session tells whether to sign in again. */
  async #checkSession() {
    const { status, value } = await request('GET', '/api/v1/session');
    if (status === 401 || value?.must_change) location.reload();
  }
}

/** @param {Storage} storage */
const keptLocale = (storage) => nearestLocale(storage.get('locale') ?? navigator.language);

/** @param {HTMLElement} place */
async function start(place) {
  const locale = keptLocale(new Storage('desk'));
  const t = translator(TEXTS, locale);
  document.documentElement.lang = locale;
  document.title = t('title');
  const agent = await signIn(place, { t, title: t('title') });
  // Editors write what the bot says; they talk to nobody.
  if (agent.role === 'editor') fill(place, h('main', { class: 'signin' }, h('div', { class: 'stack' }, h('h1', null, t('no_desk')), h('a', { class: 'button', href: '/console' }, t('to_console')))));
  else new Desk(place, agent).start();
}

/** @param {string} query @param {AbortSignal} signal */
async function findWords(query, signal) {
  try {
    const answer = await fetch(`/api/v1/desk/search?q=${encodeURIComponent(query)}`, { credentials: 'same-origin', signal });
    const value = await answer.json().catch(() => null);
    return { ok: answer.ok, status: answer.status, hits: value?.hits ?? [], behind: value?.behind === true };
  } catch {
    return { ok: false, status: 0, hits: [], behind: false };
  }
}

const parts = new CSSStyleSheet();
parts.replaceSync(PART_STYLE);
document.adoptedStyleSheets = [parts];
void start(/** @type {HTMLElement} */ (document.querySelector('#desk')));
