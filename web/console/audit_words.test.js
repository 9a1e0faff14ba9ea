import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translator } from '../shared/i18n.js';
import { GROUPS, auditWords } from './audit_words.js';
import { TEAM_TEXTS } from './team_texts.js';

const ENTRY = { id: 1, at: '', agent: { id: 'a', name: 'Mei' }, shop: null, conversation: null, action: '', detail: {} };

test('an entry is a sentence and a few facts', () => {
  const t = translator(TEAM_TEXTS, 'en');
  for (const [entry, did, facts] of [
    [{ action: 'session.begin', detail: { by: 'oidc' } }, 'signed in', ['sign-in service']],
    [{ action: 'session.fail', detail: { wrong: 'code' } }, 'failed to sign in', ['wrong code']],
    [{ action: 'member.add', detail: { member: 'Lei', id: 'x', role: 'agent', shops: [] } }, 'added Lei', ['Agent', 'All shops']],
    [{ action: 'member.change', detail: { member: 'Lei', id: 'x', was: 'L', shops: ['tea', 'demo'] } }, 'changed Lei', ['L → Lei', 'tea、demo']],
    [{ action: 'personal.reveal', conversation: 'abcdefghijk', detail: { field: 'phone' } }, 'looked at personal data', ['telephone', 'conversation abcdefgh']],
    [{ action: 'order.refund', detail: { amount: { amount: '9.00' } } }, 'order.refund', ['amount: {"amount":"9.00"}']],
  ]) {
    assert.deepEqual(auditWords({ ...ENTRY, ...entry }, t), { did, facts });
  }
});

test('every group and every action has words in three languages', () => {
  for (const group of GROUPS) assert.ok(TEAM_TEXTS[`group_${group}`], group);
  for (const [name, text] of Object.entries(TEAM_TEXTS)) assert.ok(text.zh && text.hant && text.en, name);
});
