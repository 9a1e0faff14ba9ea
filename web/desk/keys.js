// The keyboard of the desk: one table that the shortcuts, the list of them (`?`) and the hints on buttons are read from.
//
// With Alt they work everywhere, in the middle of a sentence too. Without it, a single letter works where nothing is
// written in, and whoever is disturbed by that switches it off (WCAG 2.1.4). A key of an input method is never one.

/** @typedef {'next' | 'previous' | 'urgent' | 'take' | 'reply' | 'note' | 'accept' | 'transfer' | 'release' | 'close' | 'tags' | 'case' | 'search' | 'status' | 'list' | 'help' | 'escape'
 *   | 'inbox1' | 'inbox2' | 'inbox3' | 'inbox4' | 'inbox5'} ShortcutId */
/** @typedef {{ id: ShortcutId, alt?: string, single?: string, ctrl?: string, shown?: string }} Shortcut `alt` and `ctrl` are `KeyboardEvent.code`, `single` is `KeyboardEvent.key` */

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { id: 'next', alt: 'ArrowDown', single: 'j' },
  { id: 'previous', alt: 'ArrowUp', single: 'k' },
  { id: 'urgent', alt: 'KeyU', single: 'u' },
  { id: 'take', alt: 'KeyT', single: 't' },
  { id: 'reply', alt: 'KeyR', single: 'r' },
  { id: 'note', alt: 'KeyN', single: 'n' },
  { id: 'accept', shown: 'Tab' },
  { id: 'transfer', alt: 'KeyG', single: 'g' },
  { id: 'release', alt: 'KeyB', single: 'b' },
  { id: 'close', alt: 'KeyC', single: 'c' },
  { id: 'tags', alt: 'KeyL', single: 'l' },
  { id: 'case', alt: 'KeyI', single: 'i' },
  { id: 'list', alt: 'KeyO', single: 'o' },
  { id: 'search', ctrl: 'KeyK', alt: 'KeyS', single: 's' },
  { id: 'status', alt: 'KeyA', single: 'a' },
  { id: 'inbox1', single: '1' },
  { id: 'inbox2', single: '2' },
  { id: 'inbox3', single: '3' },
  { id: 'inbox4', single: '4' },
  { id: 'inbox5', single: '5' },
  { id: 'help', alt: 'Slash', single: '?' },
];

/** @typedef {{ key: string, code: string, altKey: boolean, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean, isComposing: boolean, keyCode: number }} Key */

/**
 * @param {Key} event
 * @param {{ writing: boolean, singles: boolean }} where whether something is written in, and whether single letters count
 * @returns {ShortcutId | null}
 */
export function shortcutOf(event, { writing, singles }) {
  if (event.isComposing || event.keyCode === 229) return null;
  const { altKey, ctrlKey, metaKey } = event;
  if (ctrlKey !== metaKey && !altKey) return SHORTCUTS.find(({ ctrl }) => ctrl === event.code)?.id ?? null;
  if (ctrlKey || metaKey) return null;
  if (altKey) return SHORTCUTS.find(({ alt }) => alt === event.code)?.id ?? null;
  if (writing || !singles) return null;
  return SHORTCUTS.find(({ single }) => single === event.key.toLowerCase())?.id ?? null;
}

/**
 * The keys of a shortcut as they are printed.
 * @param {Shortcut} shortcut
 * @param {boolean} singles
 * @returns {string[]}
 */
export function shownKeys({ alt, single, ctrl, shown }, singles) {
  const plain = (/** @type {string} */ code) => ({ ArrowDown: '↓', ArrowUp: '↑', Slash: '/' })[code] ?? code.replace(/^Key/, '');
  return [shown, ctrl && `Ctrl ${plain(ctrl)}`, alt && `Alt ${plain(alt)}`, singles && single && single.toUpperCase()].filter((one) => typeof one === 'string' && one !== '').map(String);
}

/** What `aria-keyshortcuts` says of a button. @param {ShortcutId} id */
export function ariaKeys(id) {
  const alt = SHORTCUTS.find((one) => one.id === id)?.alt;
  return alt ? `Alt+${alt.replace(/^Key/, '')}` : null;
}

/** Whether something is written in. @param {EventTarget | null} target */
export function isWriting(target) {
  const element = /** @type {HTMLElement | null} */ (target);
  if (!element || typeof element.closest !== 'function') return false;
  return element.closest('textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button])') !== null;
}
