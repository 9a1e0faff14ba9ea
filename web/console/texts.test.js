import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { DETAILS_TOPICS } from './details.js';
import { EDITOR_TEXTS } from './editor_texts.js';
import { KNOWLEDGE_TEXTS } from './knowledge_texts.js';
import { PEOPLE_TOPICS } from './people.js';
import { PEOPLE_TEXTS } from './people_texts.js';
import { POLICY_TOPICS } from './policy_fields.js';
import { POLICY_TEXTS } from './policy_texts.js';
import { PRIVACY_TEXTS } from './privacy_texts.js';
import { FOR_WHAT, ID, KINDS, STACK, TOLD, WHEN } from './promotion_fields.js';
import { PROMOTION_TEXTS } from './promotion_texts.js';
import { GROUPS } from './sections.js';
import { TEAM_TEXTS } from './team_texts.js';
import { TEXTS } from './texts.js';
import { WORKSHOP_TEXTS } from './workshop_texts.js';

const TABLES = [WORKSHOP_TEXTS, TEAM_TEXTS, EDITOR_TEXTS, PROMOTION_TEXTS, POLICY_TEXTS, PRIVACY_TEXTS, PEOPLE_TEXTS, KNOWLEDGE_TEXTS];

test('every text that is asked for in plain letters is there', () => {
  const here = new URL('./', import.meta.url);
  const files = readdirSync(here).filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'));
  const asked = files.flatMap((name) => [...readFileSync(new URL(name, here), 'utf8').matchAll(/\bt\('(\w+)'/g)].map(([, text]) => text));
  assert.deepEqual([...new Set(asked)].filter((name) => !TEXTS[name]), []);
});

test('no table takes the name of another’s text, and every language has the same places to fill', () => {
  const names = TABLES.flatMap((table) => Object.keys(table));
  assert.deepEqual(names.filter((name, n) => names.indexOf(name) !== n), []);
  for (const table of TABLES) for (const name of Object.keys(table)) assert.deepEqual(TEXTS[name], table[name], name);
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join();
  // A percentage is said from the other end in English.
  for (const [name, { zh, hant = zh, en }] of Object.entries(TEXTS)) if (name !== 's_percent') assert.deepEqual([places(hant), places(en)], [places(zh), places(zh)], name);
});

test('every field, topic, kind and section has words', () => {
  const leaves = (field) => [field, ...(field.columns ?? []), ...(field.either ?? []).flatMap(({ fields = [] }) => fields.flatMap(leaves))];
  const topics = [...POLICY_TOPICS, ...PEOPLE_TOPICS, ...DETAILS_TOPICS];
  const fields = [...topics.flatMap(({ fields: own = [], entries }) => [...own, ...(entries?.fields ?? [])]), ...Object.values(KINDS).flat(), ...FOR_WHAT, ...TOLD, ...WHEN, STACK, ID].flatMap(leaves);
  const wanted = [
    ...fields.map(({ name }) => `f_${name}`), ...fields.flatMap(({ either = [] }) => either.map(({ name }) => `o_${name}`)), ...fields.flatMap(({ unit }) => (unit ? [`unit_${unit}`] : [])),
    ...fields.flatMap(({ options = [] }) => options.map(({ label }) => label)).filter((label) => /^\w+$/.test(label)),
    ...topics.flatMap(({ id }) => [`topic_${id}`, `topic_${id}_hint`]), ...topics.flatMap(({ links = [] }) => links.map(({ words }) => words)),
    ...Object.keys(KINDS).flatMap((kind) => [`k_${kind}`, `k_${kind}_hint`]), ...GROUPS.flatMap(({ name, pages }) => [`nav_${name}`, ...pages]),
  ];
  assert.deepEqual([...new Set(wanted)].filter((name) => !TEXTS[name] && !['定金', '订金'].includes(name)), []);
});
