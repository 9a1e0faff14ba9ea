// A picture as large as the window. A dialog of the browser's own: Escape closes it, nothing behind it can be reached,
// and the focus goes back to where it came from.

import { h } from './html.js';
import { icon } from './icons.js';

/**
 * @param {HTMLElement} from what was pressed; the dialog stands in the same tree, so that it has the same look
 * @param {{ src: string, alt: string, close: string }} picture
 */
export function openLarge(from, { src, alt, close }) {
  const root = from.getRootNode();
  const place = root instanceof ShadowRoot ? (root.querySelector('.root') ?? root) : document.body;
  const dialog = /** @type {HTMLDialogElement} */ (h('dialog', {
    class: 'viewer', 'aria-label': alt,
    onclick: () => dialog.close(),
    // Escape closes the picture, not what is behind it.
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.stopPropagation(),
    onclose: () => {
      dialog.remove();
      from.focus({ preventScroll: true });
    },
  }, h('img', { src, alt }), h('button', { class: 'viewer-close', type: 'button', 'aria-label': close }, icon('close', 24))));
  place.append(dialog);
  dialog.showModal();
}
