import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellFits, rowsOf, tableEdits, tableOf, valueOfCell } from './size_table.js';

const SIZES = [
  { size: 'S', height: [153, 160], bust: '84' },
  { size: 'M', height: [158, 165], bust: '88' },
  { size: 'L', height: [163.5, 170], bust: '92', age: '3 至 4 岁' },
];

test('a table shows what the rows hold, and saving it untouched changes nothing', () => {
  const table = tableOf(SIZES);
  assert.deepEqual(table.columns, [{ key: 'height', kind: 'range' }, { key: 'bust', kind: 'text' }, { key: 'age', kind: 'text' }]);
  assert.deepEqual(table.rows[2].cells, { size: 'L', height: '163.5–170', bust: '92', age: '3 至 4 岁' });
  assert.deepEqual(tableEdits(SIZES, table, ['sizes']), []);
});

test('cells state ranges or texts', () => {
  assert.deepEqual(valueOfCell('155 - 162.5', 'range'), [155, 162.5]);
  assert.deepEqual(valueOfCell('155至162', 'range'), [155, 162]);
  assert.equal(valueOfCell('84-88', 'text'), '84-88');
  assert.equal(valueOfCell(' ', 'range'), null);
  assert.deepEqual([cellFits('160-155', 'range'), cellFits('big', 'range'), cellFits('', 'range'), cellFits('big', 'text')], [false, false, true, true]);
});

test('one cell is one edit; rows go from the end and come at the end', () => {
  const table = tableOf(SIZES);
  table.rows[1].cells.height = '158-166';
  table.rows[2].cells.age = '';
  assert.deepEqual(tableEdits(SIZES, table, ['sizes']), [{ at: ['sizes', 1, 'height'], to: [158, 166] }, { at: ['sizes', 2, 'age'], to: null }]);
  const other = tableOf(SIZES);
  other.rows = [other.rows[1], { was: null, cells: { size: 'XL', height: '168~175' } }, { was: null, cells: { size: ' ' } }];
  assert.deepEqual(tableEdits(SIZES, other, ['sizes']), [{ at: ['sizes', 2], to: null }, { at: ['sizes', 0], to: null }, { at: ['sizes', 1], to: { size: 'XL' } }, { at: ['sizes', 1, 'height'], to: [168, 175] }]);
});

test('a column goes from every row that has it, and a new one comes where it is filled in', () => {
  const table = tableOf(SIZES);
  table.columns = [table.columns[0], table.columns[1], { key: 'waist', kind: 'text' }];
  table.rows[0].cells.waist = '66';
  assert.deepEqual(tableEdits(SIZES, table, ['sizes']), [{ at: ['sizes', 0, 'waist'], to: '66' }, { at: ['sizes', 2, 'age'], to: null }]);
});

test('a new chart has its rows whole', () => {
  const rows = [{ was: null, cells: { size: 'S', foot: '22-22.5' } }, { was: null, cells: { size: '' } }];
  assert.deepEqual(rowsOf({ columns: [{ key: 'foot', kind: 'range' }], rows }), [{ size: 'S', foot: [22, 22.5] }]);
});
