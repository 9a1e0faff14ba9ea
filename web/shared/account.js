// One's own account, in a dialog that any page for staff opens with one call: password, second step, sessions.
//
//   import { openAccount } from '../shared/account.js';
//   openAccount({ locale });
//
// It brings its own texts and style and asks the server itself.

import { ACCOUNT_TEXTS } from './account_texts.js';
import { clientName } from './client_name.js';
import { showDay } from './format.js';
import { fill, h } from './html.js';
import { icon } from './icons.js';
import { translator } from './i18n.js';
import { SIGNIN_TEXTS, request } from './signin.js';

/** @typedef {import('./i18n.js').Translate} Translate */
/** @typedef {import('./i18n.js').Locale} Locale */
/** @typedef {{ id: string, at: string, client: string, by: string, current: boolean }} Session */

const PATH = '/api/v1/session';

/**
 * Opens the dialog; it is gone once it is closed.
 * @param {{ locale: Locale }} setting
 * @returns {HTMLDialogElement}
 */
export function openAccount({ locale }) {
  return new Account(locale).dialog;
}

/** A style sheet of a shared part, linked once. @param {string} href */
export function linkStyle(href) {
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(h('link', { rel: 'stylesheet', href }));
}

/**
 * A dialog with a heading and a way out. Escape, the button and a click beside it close it, and it is removed then.
 * @param {string} title
 * @param {string} closeLabel
 * @param {...import('./html.js').Children} children
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, closeLabel, ...children) {
  linkStyle('/shared/account.css');
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const dialog = /** @type {HTMLDialogElement} */ (h('dialog', { class: 'account', 'aria-labelledby': id },
    h('div', { class: 'account-head' }, h('h2', { id, tabindex: '-1' }, title),
      h('button', { class: 'pill', type: 'button', 'aria-label': closeLabel, title: closeLabel, onclick: () => dialog.close() }, icon('close', 18))),
    ...children));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('mousedown', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  /** @type {HTMLElement} */ (dialog.querySelector('h2')).focus();
  return dialog;
}

/**
 * A form of labelled fields, a line for what went wrong, and a button.
 * @param {{ fields: { name: string, label: string, type?: string, autocomplete?: string, minlength?: number, inputmode?: string }[], go: string, line?: boolean, aside?: import('./html.js').Children }} how
 * @param {(given: Record<string, string>) => Promise<string>} send says what went wrong, or nothing
 */
export function smallForm({ fields, go, line = false, aside }, send) {
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const inputs = fields.map(({ name, type = 'password', autocomplete = 'off', minlength, inputmode }) => /** @type {HTMLInputElement} */ (h('input', {
    name, type, autocomplete, minlength, inputmode, required: true, autocapitalize: 'none', spellcheck: 'false',
  })));
  const button = /** @type {HTMLButtonElement} */ (h('button', { class: line ? 'button line small' : 'button small', type: 'submit' }, go));
  return h('form', {
    class: 'small-form',
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      button.disabled = true;
      const wrong = await send(Object.fromEntries(inputs.map((input) => [input.name, input.value])));
      button.disabled = false;
      problem.textContent = wrong;
      problem.hidden = wrong === '';
      if (wrong !== '') inputs[inputs.length - 1]?.select();
    },
  }, inputs.map((input, place) => h('label', { class: 'field' }, fields[place].label, input)), problem, h('div', { class: 'row' }, button, aside));
}

/**
 * A button that copies a text and says so.
 * @param {Translate} t
 * @param {string} text
 */
export function copyButton(t, text) {
  const button = h('button', {
    class: 'button line small', type: 'button',
    onclick: async () => {
      await navigator.clipboard?.writeText(text).then(() => { button.textContent = t('copied'); }, () => {});
    },
  }, t('copy'));
  return button;
}

/**
 * What went wrong, in words.
 * @param {Translate} t
 * @param {{ code: string, value: any }} answer
 */
export function wordsOf(t, { code, value }) {
  const seconds = Math.ceil((value?.error?.retry_ms ?? 0) / 1000);
  if (code === 'too_fast' && seconds > 1) return t('problem_wait', { n: seconds });
  const words = t(`problem_${code === 'bad_credentials' ? 'bad_password' : code}`);
  return words.startsWith('problem_') ? t('problem_other') : words;
}

/**
 * @param {Translate} t
 * @param {string} client
 */
export function showClient(t, client) {
  const named = clientName(client);
  return named ? t('client_is', named) : client.slice(0, 40) || t('unknown_client');
}

class Account {
  /** @param {Locale} locale */
  constructor(locale) {
    this.locale = locale;
    /** @type {Translate} */
    this.t = translator({ ...SIGNIN_TEXTS, ...ACCOUNT_TEXTS }, locale);
    this.who = h('p', { class: 'soft' });
    this.password = h('section');
    this.step = h('section');
    this.sessions = h('section');
    this.said = h('p', { class: 'said', role: 'status', hidden: true });
    this.dialog = openDialog(this.t('account'), this.t('account_close'), this.who, this.said, this.step, this.password, this.sessions);
    void this.#load();
  }

  async #load() {
    const [session, step] = await Promise.all([request('GET', PATH), request('GET', `${PATH}/second-step`)]);
    if (session.status === 401) return location.reload();
    const { t } = this;
    if (session.ok) {
      const { agent } = session.value;
      fill(this.who, h('b', null, agent.name), ` · ${t(`role_${agent.role}`)} · ${agent.shops.length === 0 ? t('all_shops') : agent.shops.join('、')}`);
    }
    this.#drawPassword();
    if (step.ok) this.#drawStep(step.value);
    await this.#loadSessions();
  }

  /** @param {string} words */
  #say(words) {
    this.said.textContent = words;
    this.said.hidden = words === '';
    this.said.scrollIntoView({ block: 'nearest' });
  }

  #drawPassword() {
    const { t } = this;
    const fields = [
      { name: 'old', label: t('password_old'), autocomplete: 'current-password' },
      { name: 'new', label: t('password_new'), autocomplete: 'new-password', minlength: 10 },
      { name: 'again', label: t('password_again'), autocomplete: 'new-password', minlength: 10 },
    ];
    fill(this.password, h('h3', null, t('password_title')), h('details', null, h('summary', null, t('password_go')), h('p', { class: 'soft' }, t('password_hint')),
      smallForm({ fields, go: t('password_go') }, async (given) => {
        if (given.new !== given.again) return t('password_differs');
        const answer = await request('POST', `${PATH}/password`, { old: given.old, new: given.new });
        if (!answer.ok) return wordsOf(t, answer);
        this.#say(t('password_done'));
        this.#drawPassword();
        await this.#loadSessions();
        return '';
      })));
  }

  /** @param {{ on: boolean, recovery_left: number }} state */
  #drawStep({ on, recovery_left: left }) {
    const { t } = this;
    const head = h('div', { class: 'row apart' }, h('h3', null, t('step_title')), h('span', { class: on ? 'chip good' : 'chip' }, t(on ? 'step_on' : 'step_off')));
    const password = { name: 'password', label: t('password_old'), autocomplete: 'current-password' };
    if (on) {
      const fields = [password, { name: 'code', label: t('step_code_or'), type: 'text', autocomplete: 'one-time-code' }];
      fill(this.step, head, h('p', { class: 'soft' }, t('step_left', { n: left })), h('details', null, h('summary', null, t('step_remove')),
        smallForm({ fields, go: t('step_remove'), line: true }, async (given) => {
          const answer = await request('POST', `${PATH}/second-step/off`, given);
          if (!answer.ok) return wordsOf(t, answer);
          this.#say(t('step_removed'));
          this.#drawStep({ on: false, recovery_left: 0 });
          return '';
        })));
      return;
    }
    fill(this.step, head, h('p', { class: 'soft' }, t('step_why')), h('details', null, h('summary', null, t('step_begin')),
      smallForm({ fields: [password], go: t('step_begin') }, async (given) => {
        const answer = await request('POST', `${PATH}/second-step`, given);
        if (!answer.ok) return wordsOf(t, answer);
        this.#drawProposal(answer.value);
        return '';
      })));
  }

  /** @param {{ secret: string, qr: string }} proposal */
  #drawProposal({ secret, qr }) {
    const { t } = this;
    const fields = [{ name: 'code', label: t('step_code'), type: 'text', autocomplete: 'one-time-code', inputmode: 'numeric' }];
    const cancel = h('button', { class: 'button line small', type: 'button', onclick: () => this.#drawStep({ on: false, recovery_left: 0 }) }, t('step_cancel'));
    fill(this.step, h('h3', null, t('step_title')), h('p', { class: 'soft' }, t('step_scan')),
      h('div', { class: 'proposal' },
        qr !== '' && h('img', { class: 'qr', alt: t('step_qr'), width: 200, height: 200, src: `data:image/svg+xml;utf8,${encodeURIComponent(qr)}` }),
        h('div', { class: 'proposal-side' },
          h('p', { class: 'secret' }, h('span', { class: 'soft' }, t('step_secret')), h('code', null, secret.replace(/(.{4})(?=.)/g, '$1 ')), copyButton(t, secret)),
          smallForm({ fields, go: t('step_confirm'), aside: cancel }, async (given) => {
            const answer = await request('POST', `${PATH}/second-step/confirm`, given);
            if (!answer.ok) return wordsOf(t, answer);
            this.#drawRecovery(answer.value.recovery);
            return '';
          }))));
    /** @type {HTMLElement | null} */ (this.step.querySelector('input'))?.focus();
  }

  /** @param {string[]} codes */
  #drawRecovery(codes) {
    const { t } = this;
    const done = () => this.#drawStep({ on: true, recovery_left: codes.length });
    fill(this.step, h('h3', null, t('step_title')), h('p', { class: 'said', role: 'status' }, t('step_recovery')),
      h('ul', { class: 'codes' }, codes.map((code) => h('li', null, h('code', null, code)))),
      h('div', { class: 'row' }, h('button', { class: 'button small', type: 'button', onclick: done }, t('step_saved')), copyButton(t, codes.join('\n'))));
  }

  async #loadSessions() {
    const { ok, value } = await request('GET', `${PATH}/sessions`);
    if (!ok) return;
    const { t } = this;
    const others = value.sessions.filter((/** @type {Session} */ one) => !one.current);
    fill(this.sessions, h('h3', null, t('sessions_title')),
      drawSessions(value.sessions, { t, locale: this.locale }, (id) => this.#end(`${PATH}/sessions/${encodeURIComponent(id)}`)),
      others.length === 0 ? h('p', { class: 'soft' }, t('sessions_none'))
        : h('button', { class: 'button line small', type: 'button', onclick: () => this.#end(`${PATH}/sessions`) }, t('sessions_others')));
  }

  /** @param {string} path */
  async #end(path) {
    const answer = await request('DELETE', path);
    this.#say(answer.ok ? this.t('sessions_ended', { n: answer.value?.ended ?? 1 }) : wordsOf(this.t, answer));
    await this.#loadSessions();
  }
}

/**
 * Sessions as a list. The one that asks can't be ended here: that is signing out.
 * @param {Session[]} sessions
 * @param {{ t: Translate, locale: string }} setting
 * @param {(id: string) => void} end
 */
export function drawSessions(sessions, { t, locale }, end) {
  return h('ul', { class: 'sessions' }, sessions.map(({ id, at, client, by, current }) => {
    const name = showClient(t, client);
    return h('li', null,
      h('div', null, h('b', null, name), current && h('span', { class: 'chip good' }, t('sessions_this')),
        h('p', { class: 'soft' }, t('sessions_since', { at: showDay(locale, at) }), by === 'oidc' && ` · ${t('sessions_oidc')}`)),
      !current && h('button', { class: 'button line small', type: 'button', 'aria-label': t('sessions_end_of', { client: name }), onclick: () => end(id) }, t('sessions_end')));
  }));
}
