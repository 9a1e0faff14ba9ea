// What the assistant says, by key, out of files of replies in any form they may have. Nothing here draws anything.

/** @typedef {{ key: string, at: string[], say: string[] }} Reply `at`: the way to it in its file */

/** @param {any} value */
const variants = (value) => (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

/** @param {any} value of a file of replies @returns {Reply[]} in the file's order of keys */
export function repliesOf(value) {
  /** @type {Reply[]} */
  const replies = [];
  const enter = (/** @type {any} */ inner, /** @type {string[]} */ at) => {
    if (typeof inner === 'string' || Array.isArray(inner)) replies.push({ key: at.join('.'), at, say: variants(inner) });
    else if (inner && typeof inner === 'object') {
      if ('say' in inner) replies.push({ key: at.join('.'), at, say: variants(inner.say) });
      else for (const [key, next] of Object.entries(inner)) enter(next, [...at, key]);
    }
  };
  for (const [key, inner] of Object.entries(value ?? {})) if (key !== 'version') enter(inner, [key]);
  return replies;
}

/** The names in braces of texts, once each. @param {string[]} texts */
export function slotsOf(texts) {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name)))];
}

/**
 * What the parts of a file are called, by the first word of the keys that begin in each: its comments say so.
 * @param {string} text of a file with lines such as `# ---- 聊天 · Small talk ----`
 * @returns {Map<string, { zh: string, en: string }>}
 */
export function partsOf(text) {
  /** @type {Map<string, { zh: string, en: string }>} */
  const parts = new Map();
  let part = null;
  for (const line of text.split('\n')) {
    const title = /^#\s*-{3,}\s*(.+?)\s*-{3,}\s*$/.exec(line)?.[1];
    if (title) {
      const [zh, en = zh] = title.split(/\s+·\s+/);
      part = { zh, en };
    }
    const word = /^\[?\s*"?([\w-]+)[."\]]/.exec(line)?.[1];
    if (word && part && !line.startsWith('#') && !parts.has(word)) parts.set(word, part);
  }
  return parts;
}
