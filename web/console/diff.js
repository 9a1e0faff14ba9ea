// What two texts have otherwise, line by line. Pure.

/** @typedef {{ kind: ' ' | '-' | '+', text: string, line: number }} Line `line` is its number, from 1, in the text that has it: the new one unless it went */
/** @typedef {{ skipped: number, lines: Line[] }} Hunk lines that changed with some around them, and how many same ones were left out before */

/** Larger differences are shown as one text for the other: comparing grows with the product of both. */
const LARGEST = 4_000_000;

/**
 * @param {string | null} before
 * @param {string | null} after
 * @returns {Line[]}
 */
export function diffLines(before, after) {
  const [old, now] = [split(before), split(after)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  /** @type {Line[]} */
  const lines = now.slice(0, head).map((text, n) => ({ kind: ' ', text, line: n + 1 }));
  lines.push(...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail), head));
  const from = now.length - tail;
  lines.push(...now.slice(from).map((text, n) => /** @type {Line} */ ({ kind: ' ', text, line: from + n + 1 })));
  return lines;
}

/** @param {string | null} text @returns {string[]} */
function split(text) {
  if (text === null || text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

/**
 * By the longest common subsequence.
 * @param {string[]} old
 * @param {string[]} now
 * @param {number} offset lines before both
 * @returns {Line[]}
 */
function middle(old, now, offset) {
  /** @type {Line[]} */
  const lines = [];
  const gone = (/** @type {number} */ i) => lines.push({ kind: '-', text: old[i], line: offset + i + 1 });
  const come = (/** @type {number} */ j) => lines.push({ kind: '+', text: now[j], line: offset + j + 1 });
  if (old.length * now.length > LARGEST) {
    old.forEach((_, i) => gone(i));
    now.forEach((_, j) => come(j));
    return lines;
  }
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = old[i] === now[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: ' ', text: now[j], line: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (j === now.length || (i < old.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      gone(i);
      i += 1;
    } else {
      come(j);
      j += 1;
    }
  }
  return lines;
}

/**
 * @param {Line[]} lines
 * @param {number} [around] same lines shown before and after what changed
 * @returns {Hunk[]}
 */
export function hunks(lines, around = 2) {
  /** @type {Hunk[]} */
  const found = [];
  let skipped = 0;
  let after = 0;
  /** @type {Line[]} */
  let before = [];
  for (const line of lines) {
    if (line.kind !== ' ') {
      if (after === 0 && (found.length === 0 || skipped > 0)) found.push({ skipped, lines: [] });
      found.at(-1)?.lines.push(...before, line);
      [before, skipped, after] = [[], 0, around];
    } else if (after > 0) {
      found.at(-1)?.lines.push(line);
      after -= 1;
    } else {
      before.push(line);
      if (before.length > around) {
        before.shift();
        skipped += 1;
      }
    }
  }
  return found;
}
