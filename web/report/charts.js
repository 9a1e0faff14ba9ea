// Charts as small SVG: stacked bars and lines over one axis. Each is drawn for the width there is, shows what a place
// stands for under the pointer, and is an image with one sentence to a screen reader, which finds the figures in the
// table below it.

import { fill, h, s } from '../shared/html.js';

/**
 * @typedef {{ name: string, tone: string, values: (number | null)[] }} Series
 * @typedef {{ labels: string[], titles: string[], series: Series[], kind: 'bars' | 'lines', marks: number[], show: (value: number | null) => string,
 *   sentence: string, target?: number, narrow?: boolean }} Chart
 */

const HEIGHT = 210;
const [TOP, RIGHT, BOTTOM] = [12, 8, 26];

/**
 * A chart that is drawn again when there is more or less room.
 * @param {Chart} chart
 * @returns {HTMLElement}
 */
export function drawChart(chart) {
  const canvas = h('div', { class: 'canvas' });
  const tip = h('div', { class: 'tip', hidden: true });
  const place = h('div', { class: 'chart' }, canvas, tip);
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(canvas.clientWidth);
    if (width === drawn || width === 0) return;
    drawn = width;
    fill(canvas, draw(chart, width, tip));
  }).observe(canvas);
  return place;
}

/**
 * @param {Chart} chart
 * @param {number} width
 * @param {HTMLElement} tip
 */
function draw(chart, width, tip) {
  const { labels, series, marks, show, kind } = chart;
  const most = marks[marks.length - 1];
  const left = 14 + Math.max(...marks.map((mark) => wide(show(mark)))) * 6.6;
  const [inner, tall] = [width - left - RIGHT, HEIGHT - TOP - BOTTOM];
  const each = inner / Math.max(1, labels.length);
  const y = (/** @type {number} */ value) => TOP + tall - (Math.min(value, most) / most) * tall;
  const middle = (/** @type {number} */ place) => left + each * (place + 0.5);
  const every = Math.max(1, Math.ceil((Math.max(...labels.map(wide)) * 7 + 12) / each));
  const shade = s('rect', { class: 'shade', x: 0, y: TOP, width: each, height: tall, hidden: true });
  const picture = s('svg', { class: 'picture', role: 'img', 'aria-label': chart.sentence, width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
    shade,
    marks.map((mark) => s('g', { class: 'mark' }, s('line', { x1: left, x2: width - RIGHT, y1: y(mark), y2: y(mark) }), s('text', { x: left - 7, y: y(mark) + 4, 'text-anchor': 'end' }, show(mark)))),
    kind === 'bars' ? bars(series, { each, middle, y, narrow: labels.length > 24 }) : lines(series, { middle, y }),
    labels.map((label, place) => place % every === 0 && s('text', { class: 'label', x: middle(place), y: HEIGHT - 8, 'text-anchor': 'middle' }, label)));
  picture.addEventListener('pointerleave', () => {
    tip.hidden = true;
    shade.setAttribute('hidden', '');
  });
  picture.addEventListener('pointermove', (event) => {
    const place = Math.floor((/** @type {PointerEvent} */ (event).offsetX - left) / each);
    if (place < 0 || place >= labels.length) return;
    shade.removeAttribute('hidden');
    shade.setAttribute('x', String(left + each * place));
    tip.hidden = false;
    fill(tip, h('b', null, chart.titles[place]), series.map((one) => h('span', { class: `key ${one.tone}` }, `${one.name} ${show(one.values[place])}`)));
    // Beside its place, where it hides nothing of it.
    const [right, wide] = [left + each * (place + 1) + 6, tip.offsetWidth];
    tip.style.left = `${right + wide <= width ? right : Math.max(0, left + each * place - 6 - wide)}px`;
  });
  return picture;
}

/**
 * Bars on top of each other; the topmost one is round.
 * @param {Series[]} series
 * @param {{ each: number, middle: (place: number) => number, y: (value: number) => number, narrow: boolean }} how
 */
function bars(series, { each, middle, y, narrow }) {
  const wide = Math.max(2, Math.min(34, each * (narrow ? 0.72 : 0.6)));
  const bottom = y(0);
  return (series[0]?.values ?? []).map((_, place) => {
    let base = 0;
    return s('g', null, series.map(({ tone, values }) => {
      const value = values[place] ?? 0;
      if (value <= 0) return null;
      const [low, high] = [y(base), y(base + value)];
      const over = series.slice(series.findIndex((one) => one.values === values) + 1).some((one) => (one.values[place] ?? 0) > 0);
      const x = middle(place) - wide / 2;
      const round = over ? 0 : Math.min(3.5, wide / 2, bottom - high);
      base += value;
      return s('path', { class: `column ${tone}`, d: `M${x} ${low}V${high + round}q0 ${-round} ${round} ${-round}h${wide - 2 * round}q${round} 0 ${round} ${round}V${low}z` });
    }));
  });
}

/**
 * Lines with a dot for each value, broken where there is none.
 * @param {Series[]} series
 * @param {{ middle: (place: number) => number, y: (value: number) => number }} how
 */
function lines(series, { middle, y }) {
  return series.map(({ tone, values }) => {
    let path = '';
    values.forEach((value, place) => {
      if (value === null) return;
      const begins = place === 0 || values[place - 1] === null;
      path += `${begins ? 'M' : 'L'}${middle(place).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    return s('g', { class: `line ${tone}` }, s('path', { d: path }), values.map((value, place) => value !== null && s('circle', { cx: middle(place), cy: y(value), r: values.length > 20 ? 2.2 : 3.2 })));
  });
}

/** About how many Latin letters wide a text is. @param {string} text */
function wide(text) {
  return [...text].reduce((sum, letter) => sum + (/[⺀-￿]/.test(letter) ? 1.75 : 1), 0);
}

/**
 * What the colours mean.
 * @param {Series[]} series
 */
export function drawLegend(series) {
  return h('p', { class: 'legend', 'aria-hidden': 'true' }, series.map(({ name, tone }) => h('span', { class: `key ${tone}` }, name)));
}
