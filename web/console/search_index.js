// What the search looks through, and what it finds: pure, so that it is the same in a test as on the page.

/** @typedef {{ kind: string, title: string, text: string, page: string, rest: string, own?: boolean }} Entry */
/** @typedef {{ entry: Entry, score: number }} Hit */
/** @typedef {{ kind: string, hits: Hit[], more: number }} Found */

/** Kinds in the order in which they are shown. */
export const KINDS = ['settings', 'faq', 'promotions', 'replies', 'glossary', 'intents', 'sizes', 'files'];
const MOST_OF_A_KIND = 5;
const BEFORE = 14;
const AROUND = 70;

/** @param {string} words */
export const wordsOf = (words) => words.trim().toLowerCase().split(/\s+/).filter(Boolean);

/**
 * How well an entry fits: the lower, the better; nothing if a word is not in it.
 * @param {Entry} entry
 * @param {string[]} words
 * @returns {number | null}
 */
export function scoreOf({ title, text, own }, words) {
  const [name, body] = [title.toLowerCase(), text.toLowerCase()];
  let score = own ? 0 : 1;
  for (const word of words) {
    const at = name.indexOf(word);
    if (at < 0 && !body.includes(word)) return null;
    score += at === 0 ? (name.length === word.length ? 0 : 2) : at > 0 ? 4 : 8;
  }
  return score;
}

/**
 * @param {Entry[]} entries
 * @param {string} text what was typed
 * @param {number} [most] of a kind
 * @returns {Found[]}
 */
export function find(entries, text, most = MOST_OF_A_KIND) {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  /** @type {Map<string, Hit[]>} */
  const kinds = new Map();
  for (const entry of entries) {
    const score = scoreOf(entry, words);
    if (score === null) continue;
    const hits = kinds.get(entry.kind) ?? [];
    hits.push({ entry, score });
    kinds.set(entry.kind, hits);
  }
  return KINDS.filter((kind) => kinds.has(kind)).map((kind) => {
    const hits = /** @type {Hit[]} */ (kinds.get(kind)).sort((one, other) => one.score - other.score || one.entry.title.length - other.entry.title.length);
    return { kind, hits: hits.slice(0, most), more: Math.max(0, hits.length - most) };
  });
}

/** The part of a text around the first word that is in it: of its line, where it has several. @param {string} text @param {string[]} words */
export function around(text, words) {
  const lines = text.split('\n');
  const line = lines.find((one) => words.some((word) => one.toLowerCase().includes(word))) ?? lines[0];
  const flat = line.replace(/\s+/g, ' ').trim();
  const at = words.map((word) => flat.toLowerCase().indexOf(word)).filter((place) => place >= 0).sort((one, other) => one - other)[0] ?? 0;
  const from = Math.max(0, at - BEFORE);
  const part = flat.slice(from, from + AROUND);
  return `${from > 0 ? '…' : ''}${part}${from + AROUND < flat.length ? '…' : ''}`;
}

/** The first line, from 1, with a word in it; 0 if there is none. @param {string} text @param {string[]} words */
export function lineOf(text, words) {
  return text.split('\n').findIndex((line) => words.some((word) => line.toLowerCase().includes(word))) + 1;
}

/** A text in pieces, those that were looked for marked. @param {string} text @param {string[]} words @returns {{ text: string, hit: boolean }[]} */
export function marked(text, words) {
  const lower = text.toLowerCase();
  // Letters whose small form has another length would shift the places.
  if (lower.length !== text.length) return [{ text, hit: false }];
  /** @type {{ text: string, hit: boolean }[]} */
  const pieces = [];
  let from = 0;
  while (from < text.length) {
    const next = words.map((word) => ({ at: lower.indexOf(word, from), length: word.length })).filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at || other.length - one.length)[0];
    if (!next) break;
    if (next.at > from) pieces.push({ text: text.slice(from, next.at), hit: false });
    pieces.push({ text: text.slice(next.at, next.at + next.length), hit: true });
    from = next.at + next.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}
