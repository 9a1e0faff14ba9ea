import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHORTCUTS, ariaKeys, shortcutOf, shownKeys } from './keys.js';

const key = (extra) => ({ key: '', code: '', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, isComposing: false, keyCode: 0, ...extra });
const quiet = { writing: false, singles: true };

test('with Alt a shortcut works everywhere, a single letter only where nothing is written', () => {
  assert.equal(shortcutOf(key({ altKey: true, code: 'KeyT', key: '†' }), { writing: true, singles: false }), 'take');
  assert.equal(shortcutOf(key({ key: 't', code: 'KeyT' }), quiet), 'take');
  assert.equal(shortcutOf(key({ key: 't', code: 'KeyT' }), { writing: true, singles: true }), null);
  assert.equal(shortcutOf(key({ key: 't', code: 'KeyT' }), { writing: false, singles: false }), null);
  assert.equal(shortcutOf(key({ key: '?', code: 'Slash', shiftKey: true }), quiet), 'help');
  assert.equal(shortcutOf(key({ key: 'k', code: 'KeyK', ctrlKey: true }), { writing: true, singles: true }), 'search');
  assert.equal(shortcutOf(key({ key: 'k', code: 'KeyK', metaKey: true }), quiet), 'search');
});

test('a key of an input method is none', () => {
  assert.equal(shortcutOf(key({ key: 't', isComposing: true }), quiet), null);
  assert.equal(shortcutOf(key({ key: 'Process', keyCode: 229, altKey: true, code: 'KeyT' }), quiet), null);
});

test('AltGr, which writes letters on many keyboards, is none', () => {
  assert.equal(shortcutOf(key({ key: '€', code: 'KeyT', altKey: true, ctrlKey: true }), quiet), null);
});

test('no key means two things', () => {
  for (const field of ['alt', 'single', 'ctrl']) {
    const used = SHORTCUTS.map((one) => one[field]).filter(Boolean);
    assert.equal(new Set(used).size, used.length, field);
  }
});

test('keys are shown as they are printed', () => {
  const next = SHORTCUTS.find(({ id }) => id === 'next');
  assert.deepEqual(shownKeys(next, true), ['Alt ↓', 'J']);
  assert.deepEqual(shownKeys(next, false), ['Alt ↓']);
  assert.equal(ariaKeys('take'), 'Alt+T');
});
