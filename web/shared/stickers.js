// The stickers that come with these pages. A merchant may name others, which are shown by their words.

import { h } from './html.js';

const DRAWN = new Set(['hello', 'thanks', 'bye', 'ok', 'no', 'love', 'where-parcel', 'waiting']);

/**
 * @param {string} id
 * @param {string} words what it shows
 * @param {string} origin where our own files are
 * @param {number} size in CSS pixels
 * @returns {HTMLElement}
 */
export function sticker(id, words, origin, size) {
  return DRAWN.has(id)
    ? h('img', { class: 'sticker', src: `${origin}/stickers/${id}.svg`, alt: words, title: words, width: size, height: size, draggable: 'false' })
    : h('span', { class: 'sticker words', role: 'img', 'aria-label': words }, `[${words}]`);
}
