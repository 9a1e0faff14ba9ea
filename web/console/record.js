// A conversation becomes a conversation test of the draft.

import { request } from '../shared/signin.js';

/** @typedef {import('./draft.js').Draft} Draft */

/**
 * Puts a test at the end of the recorded ones.
 * @param {Draft} draft
 * @param {{ name: string, conversation: string } | { name: string, said: object[], as: string | null }} what
 * @returns {Promise<string>} empty, or why it can't be
 */
export async function record(draft, what) {
  const { ok, code, value } = await request('POST', `${draft.path}/tests/record`, { ...what, files: [...draft.changes.values()] });
  return ok ? draft.write(value.path, value.text) : code;
}
