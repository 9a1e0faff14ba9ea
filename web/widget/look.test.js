import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, lookRules } from './look.js';

const value = (/** @type {string} */ rules, /** @type {string} */ name) => [...rules.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6})`, 'gi'))].map((found) => found[1]);

test('whatever the colour, what is written in it and on it can be read', () => {
  for (const color of ['#c8362c', '#ffffff', '#000000', '#ffd400', '#777777', '#0a7cff', '#00ff88']) {
    const rules = lookRules({ color, side: 'right' });
    assert.ok(contrast(value(rules, 'brand')[0], value(rules, 'on-brand')[0]) >= 4.5, `on ${color}`);
    const [light, dark] = value(rules, 'brand-deep');
    assert.ok(contrast(light, '#fffdf9') >= 4.5 && contrast(dark, '#201b18') >= 4.5, `${color} ${light} ${dark}`);
  }
});

test('no colour and no colour at all change nothing', () => {
  for (const look of [null, undefined, { color: null, side: 'left' }, { color: 'red; } body { display: none', side: 'left' }]) assert.equal(lookRules(/** @type {any} */ (look)), '');
});
