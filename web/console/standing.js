// How a shop stands, in one word for its badge and a sentence where there is something to say.

/** @typedef {{ path: string, line: number, column: number, severity: string, code: string, message: string, message_zh?: string }} Problem */
/** @typedef {{ id: string, name: string | null, version: string | null, problems: Problem[], intents: number, faq: number, products: number, promotions: number, open: boolean, ready: boolean }} Shop */

/**
 * @param {Shop} shop
 * @returns {{ state: 'shut' | 'stale' | 'ready' | 'preparing', tone: 'bad' | 'good' | '', words: string | null }}
 */
export function standing(shop) {
  const broken = shop.problems.some(({ severity }) => severity === 'error');
  if (!shop.open) return { state: 'shut', tone: 'bad', words: 'shut_hint' };
  if (broken) return { state: 'stale', tone: 'bad', words: 'stale_hint' };
  return shop.ready ? { state: 'ready', tone: 'good', words: null } : { state: 'preparing', tone: '', words: 'preparing_hint' };
}
