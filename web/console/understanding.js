// Draws what a sentence was understood as, and why.

import { h } from '../shared/html.js';

/**
 * @param {any} result the object of `xiaoer understand`
 * @param {import('../shared/i18n.js').Translate} t
 * @returns {HTMLElement}
 */
export function drawUnderstanding(result, t) {
  const { tokens = [], faq = [], products = [], intents = [], entities = [], why = {}, sentiment, oos, band, stated = [] } = result;
  const time = result.micros >= 1000 ? `${(result.micros / 1000).toFixed(1)} ms` : `${result.micros} µs`;
  /** @type {[string, string][]} */
  const facts = [[t('language_is'), result.language], [t('sentiment'), sentiment ? `${t(sentiment.label)} ${Number(sentiment.score).toFixed(2)}` : ''], [t('tier'), why.tier ?? ''], [t('time'), time]];
  return h('div', { class: 'understood' },
    h('p', { class: 'verdict' }, oos ? h('b', null, t('oos')) : stated.map((/** @type {string} */ one) => h('b', null, one)), ' ', h('span', { class: `band ${band}` }, t(`band_${band}`))),
    h('dl', { class: 'facts' }, facts.filter(([, value]) => value).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value)))),
    h('h3', null, t('confidence')),
    h('ol', { class: 'bars' }, intents.map((/** @type {{ id: string, confidence: number }} */ { id, confidence }) => h('li', null, h('code', null, id),
      h('div', { class: 'track', 'aria-hidden': 'true' }, h('i', { style: `width: ${(confidence * 100).toFixed(1)}%` })), h('span', null, `${(confidence * 100).toFixed(1)} %`)))),
    entities.length > 0 && [h('h3', null, t('entities')), h('ul', { class: 'entities' }, entities.map((/** @type {any} */ one) => h('li', null, h('code', null, one.type), ' ', one.text, ' → ', shown(one.value))))],
    why.nearest?.length > 0 && [h('h3', null, t('nearest')), h('ul', { class: 'nearest' }, why.nearest.map((/** @type {any} */ one) => h('li', null, `“${one.text}” `, h('code', null, one.intent), ` ${Number(one.score).toFixed(2)}`)))],
    tokens.length > 0 && [h('h3', null, t('tokens')), h('p', { class: 'tokens' }, tokens.map((/** @type {string} */ one) => h('span', { class: 'token' }, one)))],
    drawHits(t('found_faq'), faq), drawHits(t('found_products'), products));
}

/** What retrieval found, with what each of its legs gave. @param {string} title @param {{ id: string, title: string, score: number, legs: Record<string, number> }[]} hits */
function drawHits(title, hits) {
  return hits.length > 0 && [h('h3', null, title), h('ul', { class: 'nearest' }, hits.map((one) => h('li', null, `${one.title || one.id} `, h('b', null, one.score.toFixed(2)),
    h('small', { class: 'soft' }, ` ${Object.entries(one.legs).map(([leg, score]) => `${leg} ${score.toFixed(2)}`).join(' · ')}`))))];
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
