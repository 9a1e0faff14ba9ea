// What an edit would change: the questions asked lately, answered by what is live and by the draft; and its tests.

import { fill, h } from '../shared/html.js';
import { request } from '../shared/signin.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

/**
 * @param {Draft} draft
 * @param {World} world
 * @returns {HTMLElement}
 */
export function drawTrials(draft, { t }) {
  const result = h('div', { class: 'trials', role: 'status' });
  const files = () => [...draft.changes.values()];
  const run = async (/** @type {string} */ path, /** @type {(value: any) => import('../shared/html.js').Children[]} */ draw) => {
    fill(result, h('p', { class: 'soft' }, t('trial_running')));
    const { ok, code, value } = await request('POST', `${draft.path}/${path}`, { files: files() });
    if (ok) fill(result, ...draw(value));
    else fill(result, h('p', { class: 'problem' }, t(code === 'has_errors' ? 'try_broken' : 'failed')));
  };
  return h('div', { class: 'card' }, h('div', { class: 'acts' },
    h('button', { class: 'button line small', type: 'button', onclick: () => void run('compare', (value) => drawCompared(value, t)) }, t('trial_compare')),
    h('button', { class: 'button line small', type: 'button', onclick: () => void run('tests', (value) => drawTested(value, t)) }, t('trial_tests'))), result);
}

/** @param {any} value @param {import('../shared/i18n.js').Translate} t */
function drawCompared(value, t) {
  const side = (/** @type {string} */ label, /** @type {any} */ answer) => h('div', { class: 'side' }, h('small', { class: 'soft' }, label, ' ', h('code', null, [answer.intent, answer.source].filter(Boolean).join(' · '))), h('p', null, answer.text));
  return [h('p', null, value.asked === 0 ? t('compare_nothing') : value.changed === 0 ? t('compare_same', { n: value.asked }) : t('compare_changed', { n: value.asked, m: value.changed })),
    h('ul', { class: 'compared' }, value.answers.map((/** @type {any} */ one) => h('li', { class: one.change },
      h('div', { class: 'compared-head' }, h('b', null, one.question), h('span', { class: 'state' }, t(`change_${one.change}`)), one.count > 1 && h('span', { class: 'soft' }, t('compare_times', { n: one.count }))),
      h('div', { class: 'sides' }, side(t('compare_now'), one.now), side(t('compare_then'), one.then)))))];
}

/** @param {any} value @param {import('../shared/i18n.js').Translate} t */
function drawTested(value, t) {
  return [h('p', { class: value.failures.length === 0 ? 'fine' : 'problem' }, t('tests_result', { n: value.passed, m: value.failures.length })),
    h('ul', { class: 'failures' }, value.failures.map((/** @type {any} */ one) => h('li', null, h('b', null, one.name), ' ', h('code', null, `${one.path}:${one.line}`), h('pre', null, one.difference))))];
}
