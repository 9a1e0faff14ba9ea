// The choice between light, dark and automatic, made on one page and kept for all of them. theme.js carries it out.

import { Storage } from './storage.js';

/** @typedef {'auto' | 'light' | 'dark'} Theme */

/** @type {Theme[]} */
export const THEMES = ['auto', 'light', 'dark'];

const storage = new Storage('appearance');

/** @returns {Theme} */
export function theme() {
  const kept = storage.get('theme');
  return THEMES.includes(kept) ? kept : 'auto';
}

/** @param {Theme} chosen */
export function chooseTheme(chosen) {
  storage.set('theme', chosen === 'auto' ? null : chosen);
  dispatchEvent(new CustomEvent('xiaoer:theme', { detail: chosen }));
}
