// Draws the widget around the conversation: launcher, head, banner, forms, composer; and holds what belongs to the
// eye alone: open or closed, focus, what a screen reader hears.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { Composer } from './composer.js';
import { leaveMessageForm, ratingForm } from './forms.js';
import { Log } from './log.js';
import { lookRules } from './look.js';
import { styleSheet } from './style.js';

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('../shared/connection.js').ConnectionState} ConnectionState */
/**
 * @typedef {object} Actions
 * @property {() => void} open
 * @property {() => void} close
 * @property {(content: Record<string, string>, label: string) => void} say
 * @property {(id: string) => void} retry
 * @property {(id: string) => void} takeBack
 * @property {() => void} seen
 * @property {() => void} typing
 * @property {(picture: import('./conversation.js').Picture, label: string) => void} sayPicture
 * @property {(code: string) => void} problem something could not be taken
 * @property {() => void} leaveQueue
 * @property {(score: number, comment: string) => void} rate
 * @property {() => void} reconnect
 */
/** @typedef {import('./log.js').Setting & { open: boolean, line: ConnectionState, everOnline: boolean }} Setting */

const PHONE = '(max-width: 520px)';
const CHIPS = ['chip_tracking', 'chip_return', 'chip_offers', 'chip_person'];

export class Panel {
  /**
   * @param {ShadowRoot} root
   * @param {Actions} actions
   * @param {string} mascot
   */
  constructor(root, actions, mascot) {
    this.colors = new CSSStyleSheet();
    root.adoptedStyleSheets = [styleSheet(), this.colors];
    this.shadow = root;
    this.actions = actions;
    this.log = new Log(actions);
    this.composer = new Composer({
      send: (text) => actions.say({ text }, text),
      sendPicture: (picture) => actions.sayPicture(picture, this.t('picture_said')),
      sendSticker: ({ id, alt }) => actions.say({ sticker: id }, `[${alt}]`),
      typing: actions.typing, problem: actions.problem,
    });
    this.badge = h('span', { class: 'badge', hidden: true });
    this.launcher = h('button', { class: 'launcher', type: 'button', 'aria-expanded': 'false', onclick: actions.open }, h('img', { src: mascot, alt: '' }), this.badge);
    this.title = h('h2', { id: 'title' });
    this.subtitle = h('p');
    this.personWord = h('span');
    this.person = h('button', { class: 'person', type: 'button', onclick: () => this.#askPerson() }, icon('person', 17), this.personWord);
    this.shut = h('button', { class: 'shut', type: 'button', onclick: actions.close }, icon('close'));
    // A place in the queue that moves, and a line that is lost, are said as well as shown.
    this.banner = h('div', { class: 'banner', role: 'status', hidden: true });
    this.notice = h('div', { class: 'notice', role: 'alert', hidden: true });
    this.chips = h('div', { class: 'chips', role: 'group' });
    this.under = h('div');
    this.hears = h('div', { class: 'hush', role: 'status', 'aria-live': 'polite' });
    this.dropWord = h('span');
    this.drop = h('div', { class: 'drop', hidden: true }, icon('picture', 40), this.dropWord);
    this.panel = h('section', {
      class: 'panel', id: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1', hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      ondragover: (/** @type {DragEvent} */ event) => this.#dragged(event), ondragleave: (/** @type {DragEvent} */ event) => this.#left(event),
      ondrop: (/** @type {DragEvent} */ event) => this.#dropped(event),
    },
      h('div', { class: 'head' }, h('img', { src: mascot, alt: '' }), h('div', { class: 'names' }, this.title, this.subtitle), this.person, this.shut),
      this.banner, this.log.root,
      h('div', { class: 'dock' }, this.chips, this.notice, this.under, this.composer.root), this.drop);
    this.root = h('div', { class: 'root' }, this.launcher, this.panel, this.hears);
    root.append(this.root);
    this.phone = matchMedia(PHONE);
    /** @type {import('../shared/i18n.js').Translate} */
    this.t = (name) => name;
    this.heard = 0;
    /** What the banner, the chips and the form under the log were last drawn for. */
    this.drawn = { banner: '', chips: '', under: '' };
    visualViewport?.addEventListener('resize', () => this.#fitKeyboard());
  }

  /** The shop's own look. @param {import('./look.js').Look | null | undefined} look */
  look(look) {
    this.colors.replaceSync(lookRules(look));
    this.root.classList.toggle('left', look?.side === 'left');
  }

  /**
   * @param {Conversation} conversation
   * @param {Setting} setting
   */
  update(conversation, setting) {
    const { t } = setting;
    this.t = t;
    this.panel.setAttribute('lang', setting.locale);
    this.title.textContent = conversation.shop?.name ?? t('title');
    this.subtitle.textContent = conversation.agent ? t('agent_here', { name: conversation.agent.name || t('agent_fallback') }) : t('subtitle');
    this.subtitle.classList.toggle('live', conversation.agent !== null);
    this.shut.setAttribute('aria-label', t('close'));
    this.personWord.textContent = t('person_short');
    this.person.setAttribute('aria-label', t('person'));
    this.person.title = t('person');
    this.person.toggleAttribute('disabled', conversation.mode === 'queue' || conversation.mode === 'agent');
    this.log.update(conversation, setting);
    this.#drawLauncher(conversation, setting);
    this.#drawBanner(conversation, setting);
    this.#drawUnder(conversation, setting);
    this.dropWord.textContent = t('drop');
    this.composer.update({
      t,
      placeholder: conversation.agent ? t('placeholder_agent', { name: conversation.agent.name || t('agent_fallback') }) : t('placeholder'),
      stickers: conversation.shop?.stickers ?? [],
      origin: setting.origin,
    });
    this.#announce(conversation, setting);
  }

    /** @param {boolean} open @param {boolean} [focus] whether the keyboard goes with it */
  show(open, focus = true) {
    this.panel.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute('aria-expanded', String(open));
    this.panel.setAttribute('aria-modal', String(this.phone.matches));
    this.#holdPage(open && this.phone.matches);
    if (!open) {
      this.launcher.focus({ preventScroll: true });
      return;
    }
    this.#fitKeyboard();
        this.log.toEnd();
    if (!focus) return;
    // On a phone the keyboard would cover the conversation that one opened to read.
    if (this.phone.matches) this.panel.focus({ preventScroll: true });
    else this.composer.focus();
  }

  #askPerson() {
    const words = this.t('chip_person');
    this.actions.say({ text: words }, words);
    this.composer.focus();
  }

  /** @param {Conversation} conversation @param {Setting} setting */
  #drawLauncher({ unread }, { t, open }) {
    this.badge.hidden = unread === 0 || open;
    this.badge.textContent = unread > 99 ? '99+' : String(unread);
    this.launcher.setAttribute('aria-label', unread > 0 ? t('launcher_unread', { n: unread }) : t('launcher'));
  }

  /** @param {Conversation} conversation @param {Setting} setting */
  #drawBanner({ mode, queue }, { t, line, locale, everOnline }) {
    const offline = line === 'waiting' || line === 'connecting';
    const stamp = JSON.stringify([offline, everOnline, line === 'waiting', mode, queue, locale]);
    if (stamp === this.drawn.banner) return;
    this.drawn.banner = stamp;
    this.banner.hidden = !offline && mode !== 'queue';
    this.banner.className = `banner ${offline ? 'offline' : mode}`;
    const dot = h('span', { class: 'dot' });
    if (offline) {
      fill(this.banner, dot, h('div', null, t(everOnline || line === 'waiting' ? 'offline' : 'connecting')),
        line === 'waiting' && h('button', { class: 'line-button', type: 'button', onclick: this.actions.reconnect }, t('retry_now')));
    } else if (mode === 'queue') {
      const ahead = Math.max(0, (queue?.position ?? 1) - 1);
      const wait = typeof queue?.wait_seconds !== 'number' ? null : t('queue_wait', { time: queue.wait_seconds < 60 ? t('less_than_minute') : t('minutes', { n: Math.ceil(queue.wait_seconds / 60) }) });
      fill(this.banner, dot,
        h('div', null, h('b', null, t('queue_title')), h('small', null, [ahead === 0 ? t('queue_next') : t('queue_place', { n: ahead }), wait].filter(Boolean).join(' · '))),
        h('button', { class: 'line-button', type: 'button', onclick: this.actions.leaveQueue }, t('leave_queue')));
    }
  }

  /** @param {Conversation} conversation @param {Setting} setting */
  #drawUnder(conversation, { t, locale }) {
    const empty = conversation.messages.every((one) => one.from !== 'shopper') && conversation.pending.length === 0;
    const chips = `${empty && conversation.mode === 'bot'} ${locale}`;
    if (chips !== this.drawn.chips) {
      this.drawn.chips = chips;
      this.chips.hidden = !chips.startsWith('true');
      this.chips.setAttribute('aria-label', t('chips'));
      fill(this.chips, CHIPS.map((name) => h('button', { type: 'button', onclick: () => this.actions.say({ text: t(name) }, t(name)) }, t(name))));
    }
    const what = conversation.mode === 'message' ? 'message' : conversation.mode === 'closed' && conversation.id ? (conversation.rated ? 'thanks' : 'rating') : '';
    if (`${what} ${locale}` !== this.drawn.under) {
      this.drawn.under = `${what} ${locale}`;
      fill(this.under,
        what === 'message' && leaveMessageForm(t, (text) => this.actions.say({ text }, text)),
        what === 'rating' && ratingForm(t, this.actions.rate),
        what === 'thanks' && h('div', { class: 'form' }, h('p', { role: 'status' }, t('rate_thanks'))));
    }
    const { notice } = conversation;
    const words = notice && (t(`error_${notice.code}`) === `error_${notice.code}` ? t('error_other') : t(`error_${notice.code}`));
    this.notice.hidden = !words;
    if (words && this.notice.textContent !== words) this.notice.textContent = words;
  }

  /** Tells a screen reader what came from the other side, once. @param {Conversation} conversation @param {Setting} setting */
  #announce(conversation, { t, open }) {
    const last = conversation.messages.at(-1);
    if (!last) this.heard = 0;
    const first = this.heard === 0;
    if (!last || last.seq <= this.heard) return;
    this.heard = last.seq;
    if (first || !open || last.from === 'shopper') return;
    const words = last.parts.map((part) => part.text).filter(Boolean).join('，');
    this.hears.textContent = last.from === 'system' ? words : t(`from_${last.from}`) + words;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation();
      this.actions.close();
    }
    if (event.key !== 'Tab' || !this.phone.matches) return;
    const stops = [...this.panel.querySelectorAll('button, textarea, input, a[href], summary, [tabindex="0"]')]
      .filter((stop) => /** @type {HTMLElement} */ (stop).offsetParent !== null && !stop.hasAttribute('disabled'));
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (this.shadow.activeElement !== edge && !(event.shiftKey && this.shadow.activeElement === this.panel)) return;
    event.preventDefault();
    /** @type {HTMLElement | undefined} */ (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  /** @param {DragEvent} event */
  #dragged(event) {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.drop.hidden = false;
  }

  /** @param {DragEvent} event */
  #left(event) {
    if (!(event.relatedTarget instanceof Node) || !this.panel.contains(event.relatedTarget)) this.drop.hidden = true;
  }

  /** @param {DragEvent} event */
  #dropped(event) {
    this.drop.hidden = true;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void this.composer.attach(files);
  }

  /** The page behind a full-screen conversation does not scroll. @param {boolean} hold */
  #holdPage(hold) {
    const { style } = document.documentElement;
    if (hold && this.held === undefined) {
      this.held = style.overflow;
      style.overflow = 'hidden';
    } else if (!hold && this.held !== undefined) {
      style.overflow = this.held;
      this.held = undefined;
    }
  }

  /** On a phone the panel ends where the keyboard begins. */
  #fitKeyboard() {
    if (visualViewport) this.panel.style.setProperty('--viewport', `${Math.round(visualViewport.height)}px`);
  }
}
