// The console's sections in groups: all of them in a column where there is room, a group at a time on a phone.

import { h } from '../shared/html.js';

/** @typedef {import('../shared/i18n.js').Translate} Translate */

/** @type {{ name: string, pages: string[] }[]} */
export const GROUPS = [
  { name: 'shop', pages: ['shops'] },
  { name: 'knowledge', pages: ['faq', 'intents', 'replies', 'glossary', 'learn'] },
  { name: 'rules', pages: ['promotions', 'policy', 'sizes', 'people', 'details'] },
  { name: 'look', pages: ['look'] },
  { name: 'insight', pages: ['insight', 'conversations'] },
  { name: 'tools', pages: ['try', 'tests', 'history', 'files'] },
  { name: 'manage', pages: ['team', 'audit', 'privacy'] },
];

/**
 * @param {{ open: string, seen: (page: string) => boolean, go: (page: string) => void, t: Translate, pick: HTMLElement | null }} how
 * @returns {HTMLElement}
 */
export function drawSections({ open, seen, go, t, pick }) {
  const groups = GROUPS.map(({ name, pages }) => ({ name, pages: pages.filter(seen) })).filter(({ pages }) => pages.length > 0);
  const opened = groups.find(({ pages }) => pages.includes(open));
  const page = (/** @type {string} */ name) => h('button', { type: 'button', 'aria-current': name === open ? 'page' : null, onclick: () => go(name) }, t(name));
  return h('nav', { class: 'tabs', 'aria-label': t('sections') },
    h('div', { class: 'nav-groups' }, groups.map((group) => h('button', { type: 'button', 'aria-expanded': String(group === opened), onclick: () => go(group.pages[0]) }, t(`nav_${group.name}`)))),
    pick,
    h('div', { class: 'nav-pages' }, groups.map((group) => h('div', { class: group === opened ? 'nav-group open' : 'nav-group', dataset: { pages: group.pages.length }, role: 'group', 'aria-label': t(`nav_${group.name}`) },
      h('p', { class: 'nav-title', 'aria-hidden': 'true' }, t(`nav_${group.name}`)), group.pages.map(page)))));
}
