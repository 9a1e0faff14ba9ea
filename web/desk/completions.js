// What a few typed letters may become: `/` a canned reply, `@` a colleague. Pure; the composer shows the list.

/** @typedef {import('./board.js').Card} Card */
/** @typedef {import('./board.js').Shop} Shop */
/** @typedef {import('./board.js').Colleague} Colleague */
/** @typedef {{ key: string, label: string, detail: string, text: string }} Option */
/** @typedef {{ start: number, end: number, options: Option[] }} Completion what stands in the text from start to end gives way to an option's text */

const MOST = 8;

/**
 * A text that files may give in several languages, in the one that fits.
 * @param {any} value a string, or an object by language
 * @param {string} locale
 * @returns {string}
 */
export function localized(value, locale) {
  if (typeof value === 'string') return value;
  if (!value || typeof value !== 'object') return '';
  const names = locale === 'en' ? ['en', 'zh', 'hant'] : locale === 'zh-Hant' ? ['hant', 'zh_hant', 'zh', 'en'] : ['zh', 'hant', 'en'];
  return names.map((name) => value[name]).find((text) => typeof text === 'string' && text !== '') ?? '';
}

/**
 * A canned reply with its variables filled in; one that is not known stays to be seen and written over.
 * @param {string} text
 * @param {Record<string, string | null | undefined>} values
 */
export function fillIn(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] || whole);
}

/**
 * What the variables of canned replies stand for.
 * @param {Card} card
 * @param {{ agent: string, shop: string, guest: string }} names
 */
export function variables(card, { agent, shop, guest }) {
  return { shopper: card.shopper.name || guest, agent, shop, order: card.order ?? null };
}

/**
 * Canned replies for a `/` that begins the text or a word, as far as it is typed.
 * @param {string} text
 * @param {number} caret
 * @param {{ shop: Shop, locale: string, values: Record<string, string | null> }} about the shopper's language decides
 * @returns {Completion | null}
 */
export function cannedAt(text, caret, { shop, locale, values }) {
  const found = /(^|\s)\/([^\s/]*)$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const wanted = found[2].toLowerCase();
  const options = (shop.canned ?? []).map(({ id, ...words }) => {
    const full = fillIn(localized(words, locale), values);
    return { key: id, label: `/${id}`, detail: full, text: full };
  }).filter(({ key, text: words }) => key.toLowerCase().includes(wanted) || words.toLowerCase().includes(wanted));
  return { start: caret - found[2].length - 1, end: caret, options: options.slice(0, MOST) };
}

/**
 * Colleagues for an `@`, as far as it is typed.
 * @param {string} text
 * @param {number} caret
 * @param {Colleague[]} colleagues
 * @returns {Completion | null}
 */
export function mentionAt(text, caret, colleagues) {
  const found = /(^|[^\w])@([^\s@]{0,20})$/u.exec(text.slice(0, caret));
  if (!found) return null;
  const wanted = found[2].toLowerCase();
  const options = colleagues.filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ id, name, status }) => ({ key: id, label: name, detail: status, text: `@${name} ` }));
  return { start: caret - found[2].length - 1, end: caret, options: options.slice(0, MOST) };
}

/**
 * @param {string} text
 * @param {Completion} completion
 * @param {Option} option
 * @returns {{ text: string, caret: number }}
 */
export function complete(text, { start, end }, option) {
  return { text: text.slice(0, start) + option.text + text.slice(end), caret: start + option.text.length };
}

/**
 * A note's text in pieces, so that mentions of colleagues can be told apart.
 * @param {string} text
 * @param {string[]} names
 * @returns {{ text: string, mention: boolean }[]}
 */
export function mentionsIn(text, names) {
  const known = names.filter(Boolean).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).sort((a, b) => b.length - a.length);
  if (known.length === 0) return [{ text, mention: false }];
  return text.split(new RegExp(`(@(?:${known.join('|')}))`, 'u')).map((piece, place) => ({ text: piece, mention: place % 2 === 1 })).filter((piece) => piece.text !== '');
}
