// A size chart as a table of texts, and what was changed in it as edits of the rows that are there. Nothing here draws.

/** @typedef {import('./draft.js').Edit} Edit */
/** @typedef {{ key: string, kind: 'range' | 'text' }} Column a range of bodies that fit, or a measure of the garment */
/** @typedef {{ was: number | null, cells: Record<string, string> }} Row `was`: its place in the file, unless it is new */
/** @typedef {{ columns: Column[], rows: Row[] }} Table */

/** Measures of bodies: what a new column of that name holds unless somebody says otherwise. */
const OF_BODIES = ['height', 'weight', 'foot'];
/** Measures that have a name in every language. */
export const MEASURES = ['height', 'weight', 'foot', 'bust', 'waist', 'hip', 'shoulder', 'length', 'sleeve', 'inner', 'age'];

const NUMBER = '\\d{1,3}(?:\\.\\d{1,3})?';
const RANGE = new RegExp(`^(${NUMBER})\\s*(?:-|–|—|~|～|至|到)\\s*(${NUMBER})$`);

/** @param {any} value */
const textOf = (value) => (Array.isArray(value) ? value.join('–') : value === undefined || value === null ? '' : String(value));

/** @param {string} key @returns {Column['kind']} */
export const usualKind = (key) => (OF_BODIES.includes(key) ? 'range' : 'text');

/** Bodies first, then what is measured; other names as they come. @param {string} key */
const order = (key) => (MEASURES.includes(key) ? MEASURES.indexOf(key) : MEASURES.length);

/** @param {any[]} sizes of the file @returns {Table} */
export function tableOf(sizes) {
  const keys = [...new Set(sizes.flatMap((row) => Object.keys(row ?? {})))].filter((key) => key !== 'size').sort((one, other) => order(one) - order(other));
  const columns = keys.map((key) => ({ key, kind: /** @type {Column['kind']} */ (sizes.some((row) => Array.isArray(row?.[key])) ? 'range' : 'text') }));
  return { columns, rows: sizes.map((row, was) => ({ was, cells: Object.fromEntries(['size', ...keys].map((key) => [key, textOf(row?.[key])])) })) };
}

/**
 * The value that a cell states; nothing where it is empty.
 * @param {string} text
 * @param {Column['kind']} kind
 */
export function valueOfCell(text, kind) {
  const written = text.trim();
  if (written === '') return null;
  const range = kind === 'range' ? RANGE.exec(written) : null;
  return range ? [Number(range[1]), Number(range[2])] : written;
}

/** Whether a cell is as its column wants it. @param {string} text @param {Column['kind']} kind */
export function cellFits(text, kind) {
  if (kind === 'text' || text.trim() === '') return true;
  const value = valueOfCell(text, kind);
  return Array.isArray(value) && value[0] < value[1];
}

/**
 * The edits that make one of the other; cells that were not touched stay as they are written.
 * @param {any[]} sizes of the file
 * @param {Table} table
 * @param {any[]} at the way to the rows
 * @returns {Edit[]}
 */
export function tableEdits(sizes, table, at) {
  const before = tableOf(sizes);
  const columns = [{ key: 'size', kind: /** @type {const} */ ('text') }, ...table.columns];
  const gone = before.columns.filter(({ key }) => !table.columns.some((column) => column.key === key));
  /** @type {Edit[]} */
  const edits = [];
  for (const { was, cells } of table.rows) {
    if (was === null) continue;
    for (const { key, kind } of columns) {
      if ((cells[key] ?? '').trim() !== (before.rows[was].cells[key] ?? '')) edits.push({ at: [...at, was, key], to: valueOfCell(cells[key] ?? '', kind) });
    }
    for (const { key } of gone) if (sizes[was]?.[key] !== undefined) edits.push({ at: [...at, was, key], to: null });
  }
  const kept = new Set(table.rows.map(({ was }) => was));
  const removed = sizes.map((_row, n) => n).filter((n) => !kept.has(n));
  // From the end, so that the places before stay what they were.
  for (const n of removed.reverse()) edits.push({ at: [...at, n], to: null });
  let end = sizes.length - removed.length;
  for (const { was, cells } of table.rows) {
    if (was !== null) continue;
    const [row] = rowsOf({ columns: table.columns, rows: [{ was, cells }] });
    if (!row) continue;
    // Cell by cell, so that the row is written in the order of its columns.
    const { size, ...rest } = row;
    edits.push({ at: [...at, end], to: { size } }, ...Object.entries(rest).map(([key, to]) => ({ at: [...at, end, key], to })));
    end += 1;
  }
  return edits;
}

/** The rows of a new chart. @param {Table} table */
export function rowsOf(table) {
  const columns = [{ key: 'size', kind: /** @type {const} */ ('text') }, ...table.columns];
  const rows = table.rows.map(({ cells }) => Object.fromEntries(columns.map(({ key, kind }) => [key, valueOfCell(cells[key] ?? '', kind)]).filter(([, value]) => value !== null)));
  return rows.filter(({ size }) => size !== undefined);
}
