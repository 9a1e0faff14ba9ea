// Which value each line of a file belongs to, so that a problem, which has a line, is shown at its field. It reads as
// much of TOML as that takes; what is right or wrong is the server's to say.

/** @typedef {{ entry: string, index: number, key: string }} Place the entry's list and number (none: '' and -1), and the dotted way to the value in it */

const PART = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))\s*/y;

/** The parts of a dotted key at the start of a text, and where it ends. @param {string} text @param {number} from */
function readKey(text, from) {
  const parts = [];
  let at = from;
  for (;;) {
    PART.lastIndex = at;
    const found = PART.exec(text);
    if (!found) return null;
    parts.push(found[1] ?? found[2] ?? found[3]);
    at = PART.lastIndex;
    if (text[at] !== '.') return { parts, at };
    at += 1;
  }
}

/**
 * How deep a line ends in brackets, and within which string of several lines.
 * @param {string} line
 * @param {{ depth: number, quote: string }} state
 */
function follow(line, state) {
  let { depth, quote } = state;
  for (let at = 0; at < line.length;) {
    if (quote !== '') {
      if (quote[0] === '"' && line[at] === '\\') at += 2;
      else if (line.startsWith(quote, at)) {
        at += quote.length;
        quote = '';
      } else at += 1;
      continue;
    }
    const sign = line[at];
    if (sign === '#') break;
    if (sign === '"' || sign === "'") quote = line.startsWith(sign.repeat(3), at) ? sign.repeat(3) : sign;
    else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth -= 1;
    at += quote === '' ? 1 : quote.length;
  }
  // A string of one line ends with it, whatever is wrong with it.
  return { depth: Math.max(0, depth), quote: quote.length === 3 ? quote : '' };
}

/** @param {string} text @returns {Place[]} the place of every line */
export function placesOf(text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  let head = { entry: '', index: -1, prefix: '' };
  let state = { depth: 0, quote: '' };
  /** @type {Place} */
  let place = { entry: '', index: -1, key: '' };
  return text.split('\n').map((line) => {
    if (state.depth > 0 || state.quote !== '') {
      state = follow(line, state);
      return place;
    }
    const header = /^\s*(\[\[?)/.exec(line);
    const key = readKey(line, header ? header[0].length : 0);
    if (header && key) {
      const name = key.parts.join('.');
      if (header[1] === '[[' && !name.startsWith(`${head.entry}.`)) {
        const index = (counts.get(name) ?? -1) + 1;
        counts.set(name, index);
        head = { entry: name, index, prefix: '' };
      } else if (head.entry !== '' && name.startsWith(`${head.entry}.`)) head = { ...head, prefix: `${name.slice(head.entry.length + 1)}.` };
      else head = { entry: '', index: -1, prefix: `${name}.` };
      place = { entry: head.entry, index: head.index, key: head.prefix.slice(0, -1) };
    } else if (key && line[key.at] === '=') {
      place = { entry: head.entry, index: head.index, key: head.prefix + key.parts.join('.') };
      state = follow(line.slice(key.at + 1), { depth: 0, quote: '' });
    }
    return place;
  });
}

/**
 * Problems with the place each is at.
 * @template {{ path: string, line: number }} T
 * @param {T[]} problems
 * @param {string} path
 * @param {string} text of the file
 * @returns {(Place & { problem: T })[]}
 */
export function placed(problems, path, text) {
  const mine = problems.filter((one) => one.path === path);
  if (mine.length === 0) return [];
  const places = placesOf(text);
  return mine.map((problem) => ({ ...(places[problem.line - 1] ?? { entry: '', index: -1, key: '' }), problem }));
}
