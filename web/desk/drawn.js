// A place that is drawn again when what it shows changes, and only then. Whoever stands in it with the keyboard keeps
// their place: the focus goes back to the element of the same `data-key`, or to where the owner says.

import { fill } from '../shared/html.js';

/** @typedef {import('../shared/html.js').Children} Children */

export class Drawn {
  /**
   * @param {HTMLElement} root
   * @param {() => HTMLElement | null} [fallback] where the focus goes when its element is gone
   */
  constructor(root, fallback = () => null) {
    this.root = root;
    this.fallback = fallback;
    this.stamp = '';
  }

  /**
   * @param {unknown} shown everything that decides what is seen
   * @param {() => Children} draw
   */
  update(shown, draw) {
    const stamp = JSON.stringify(shown);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    keepFocus(this.root, () => fill(this.root, draw()), this.fallback);
  }
}

/**
 * @param {HTMLElement} root
 * @param {() => void} change
 * @param {() => HTMLElement | null} [fallback]
 */
export function keepFocus(root, change, fallback = () => null) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const inside = active !== null && active !== document.body && root.contains(active);
  const key = inside ? active.dataset.key : undefined;
  change();
  if (!inside || active.isConnected) return;
  const again = key === undefined ? null : /** @type {HTMLElement | null} */ (root.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`));
  (again ?? fallback())?.focus({ preventScroll: true });
}
