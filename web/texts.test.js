import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { TEXTS as DESK } from './desk/texts.js';
import { TEXTS as REPORT } from './report/texts.js';
import { TEXTS as WIDGET } from './widget/texts.js';

/** The names that the modules of a folder ask for in plain letters. */
function asked(folder) {
  const here = new URL(`./${folder}/`, import.meta.url);
  const files = readdirSync(here).filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'));
  return files.flatMap((name) => [...readFileSync(new URL(name, here), 'utf8').matchAll(/\bt\('(\w+)'/g)].map(([, text]) => text));
}

for (const [folder, table] of [['desk', DESK], ['report', REPORT], ['widget', WIDGET]]) {
  test(`every text of the ${folder} is there, in Chinese of both kinds and English, with the same places to fill`, () => {
    assert.deepEqual([...new Set(asked(folder))].filter((name) => !table[name]), []);
    const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join();
    for (const [name, { zh, hant = zh, en }] of Object.entries(table)) {
      assert.equal(typeof zh, 'string', name);
      assert.equal(typeof en, 'string', name);
      assert.deepEqual([places(hant), places(en)], [places(zh), places(zh)], name);
    }
  });
}
