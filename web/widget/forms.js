// The two small forms under a conversation: leaving a message out of hours, and rating what has ended.

import { fill, h } from '../shared/html.js';
import { star } from '../shared/icons.js';

/** @typedef {import('../shared/i18n.js').Translate} Translate */

/**
 * Contact and words go out as one message, so that they stand in the conversation like everything said.
 * @param {Translate} t
 * @param {(text: string) => void} send
 * @returns {HTMLElement}
 */
export function leaveMessageForm(t, send) {
  const contact = /** @type {HTMLInputElement} */ (h('input', { type: 'text', name: 'contact', maxlength: 120, autocomplete: 'email', required: true }));
  const text = /** @type {HTMLTextAreaElement} */ (h('textarea', { name: 'text', rows: 2, maxlength: 1500, required: true }));
  return h('form', {
    class: 'form',
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const values = { contact: contact.value.trim(), text: text.value.trim() };
      if (values.contact === '' || values.text === '') return;
      send(t('left_message', values));
      contact.value = text.value = '';
    },
  },
  h('h3', null, t('message_title')), h('p', null, t('message_hint')),
  h('label', null, t('contact'), contact), h('label', null, t('leave_text'), text),
  h('button', { class: 'solid', type: 'submit' }, t('leave_send')));
}

/** What people most often say about a service, by whether they liked it. */
const PRAISE = ['fast', 'solved', 'kind', 'clear'];
const BLAME = ['slow', 'unsolved', 'unkind', 'unclear'];
const GOOD_FROM = 4;

/**
 * A score first, then reasons to press and a few words; all but the score may be left out.
 * @param {Translate} t
 * @param {(score: number, comment: string) => void} rate
 * @returns {HTMLElement}
 */
export function ratingForm(t, rate) {
  let score = 0;
  /** @type {Set<string>} */
  const reasons = new Set();
  const submit = /** @type {HTMLButtonElement} */ (h('button', { class: 'solid', type: 'submit', disabled: true }, t('rate_send')));
  const comment = /** @type {HTMLTextAreaElement} */ (h('textarea', { rows: 1, maxlength: 400, placeholder: t('rate_comment'), 'aria-label': t('rate_comment'), hidden: true }));
  const chips = h('div', { class: 'reasons', role: 'group', 'aria-label': t('rate_why'), hidden: true });
  const labels = [1, 2, 3, 4, 5].map((value) => h('label', null,
    h('input', { type: 'radio', name: 'score', value, onchange: () => choose(value) }), star(), h('span', { class: 'hush' }, t('rate_star', { n: value }))));
  /** @param {string} reason */
  const chip = (reason) => h('button', {
    type: 'button', 'aria-pressed': 'false',
    onclick: (/** @type {Event} */ event) => {
      const on = !reasons.delete(reason);
      if (on) reasons.add(reason);
      /** @type {HTMLElement} */ (event.currentTarget).setAttribute('aria-pressed', String(on));
    },
  }, t(`rate_${reason}`));
  /** @param {number} value */
  const choose = (value) => {
    const turned = score === 0 || value >= GOOD_FROM !== score >= GOOD_FROM;
    score = value;
    submit.disabled = false;
    comment.hidden = chips.hidden = false;
    labels.forEach((label, place) => label.classList.toggle('on', place < value));
    if (!turned) return;
    reasons.clear();
    fill(chips, (value >= GOOD_FROM ? PRAISE : BLAME).map(chip));
  };
  return h('form', {
    class: 'form',
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const words = [[...reasons].map((reason) => t(`rate_${reason}`)).join(t('rate_and')), comment.value.trim()].filter(Boolean).join(t('rate_then'));
      if (score > 0) rate(score, words);
    },
  },
  h('p', null, t('closed_title')),
  h('fieldset', { class: 'stars' }, h('legend', { class: 'hush' }, t('rate_title')), labels), chips, comment, submit);
}
