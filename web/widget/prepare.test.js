import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LARGE, goesAsItIs, scaled } from './prepare.js';

test('what is small and known goes as it is', () => {
  for (const [type, size, expected] of [
    ['image/jpeg', LARGE, true], ['image/jpeg', LARGE + 1, false], ['image/png', 10, true], ['image/webp', 10, true],
    ['image/gif', 10, false], ['image/svg+xml', 10, false], ['image/heic', 10, false], ['', 10, false],
  ]) assert.equal(goesAsItIs({ type, size }), expected, `${type} ${size}`);
});

test('a photo keeps its proportions', () => {
  for (const [[width, height], expected] of [
    [[800, 600], { width: 800, height: 600 }],
    [[4096, 3072], { width: 2048, height: 1536 }],
    [[1000, 5000], { width: 410, height: 2048 }],
    [[1, 9000], { width: 1, height: 2048 }],
  ]) assert.deepEqual(scaled(width, height), expected);
});
