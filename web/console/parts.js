// What the workshop's pages share: confirming, problems, differences.

import { fill, h } from '../shared/html.js';
import { diffLines, hunks } from './diff.js';

/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {import('./standing.js').Problem} Problem */

/**
 * A button that asks once more before it does what can't be undone by a click.
 * @param {string} label
 * @param {string} sure
 * @param {() => void} run
 */
export function sureButton(label, sure, run) {
  const button = h('button', { class: 'button line small', type: 'button', onclick: () => {
    if (button.dataset.sure) return run();
    button.dataset.sure = 'yes';
    button.textContent = sure;
    setTimeout(() => { delete button.dataset.sure; button.textContent = label; }, 4000);
  } }, label);
  return button;
}

/** So many of one kind are shown; a spreadsheet may have the same to be said of every row. */
const SHOWN_OF_A_KIND = 5;

/**
 * @param {Problem[]} problems
 * @param {{ t: Translate, locale: string, toLine?: (problem: Problem) => void }} setting
 */
export function drawProblems(problems, { t, locale, toLine }) {
  const words = (/** @type {Problem} */ one) => (locale === 'en' ? one.message : (one.message_zh ?? one.message));
  const draw = (/** @type {Problem} */ one) => h('li', { class: one.severity },
    h('p', null, h('b', null, t(one.severity)), ' ', words(one)),
    toLine ? h('button', { class: 'link', type: 'button', onclick: () => toLine(one) }, h('code', null, `${one.path}:${one.line}`)) : h('code', null, `${one.path}:${one.line}:${one.column}`));
  /** @type {Map<string, Problem[]>} */
  const alike = new Map();
  for (const one of problems) alike.set(one.code, [...(alike.get(one.code) ?? []), one]);
  // Errors come first: they are what keeps a draft back.
  const groups = [...alike.values()].sort(([one], [other]) => Number(other.severity === 'error') - Number(one.severity === 'error'));
  return h('ul', { class: 'problems' }, groups.flatMap((group) => [
    ...group.slice(0, SHOWN_OF_A_KIND).map(draw),
    group.length > SHOWN_OF_A_KIND && h('li', { class: group[0].severity }, h('details', null, h('summary', null, t('problems_more', { n: group.length - SHOWN_OF_A_KIND })), h('ul', { class: 'problems' }, group.slice(SHOWN_OF_A_KIND).map(draw)))),
  ]));
}

/**
 * @param {{ path: string, before: string | null, after: string | null }} file
 * @param {Translate} t
 */
export function drawDifference({ path, before, after }, t) {
  const mark = before === null ? t('file_new') : after === null ? t('file_gone') : '';
  const shown = hunks(diffLines(before, after));
  return h('details', { class: 'difference', open: true },
    h('summary', null, h('code', null, path), mark && h('span', { class: 'state' }, mark)),
    h('div', { class: 'lines', tabindex: '0', role: 'region', 'aria-label': path }, shown.map(({ skipped, lines }) => [
      skipped > 0 && h('p', { class: 'skipped' }, t('lines_skipped', { n: skipped })),
      ...lines.map(({ kind, text, line }) => h('div', { class: kind === '+' ? 'come' : kind === '-' ? 'gone' : '' }, h('i', { 'aria-hidden': 'true' }, line), h('b', null, kind), h('span', null, text))),
    ]).flat()));
}

/** Text areas of one item a line. @param {string} text */
export const linesOf = (text) => [...new Set(text.split('\n').map((line) => line.trim()).filter(Boolean))];

/** A line that says how it went, and is read out. */
export class Said {
  constructor() {
    this.root = h('p', { class: 'said', role: 'status' });
  }

  /** @param {string} words @param {boolean} [bad] */
  say(words, bad = false) {
    this.root.className = bad ? 'said problem' : 'said';
    fill(this.root, words);
  }
}
