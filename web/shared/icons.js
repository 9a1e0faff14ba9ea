// The few line icons of these pages, drawn with strokes of the text's colour.

import { s } from './html.js';

/** @type {Record<string, string>} */
const PATHS = {
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M12 19V5M6 11l6-6 6 6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.8 3.7-6 7.5-6s6.7 2.2 7.5 6',
  clock: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM12 7.500V12l3 2',
  mail: 'M3.500 6h17v12.500h-17zM4 7l8 6.500L20 7',
  people: 'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500c.6-3.500 3-5.500 6.500-5.500s5.900 2 6.500 5.500M15.500 4.800a3.500 3.500 0 0 1 0 6.400M18 14.500c2 .8 3.200 2.600 3.500 5',
  archive: 'M3.500 5h17v4h-17zM5 9v10.500h14V9M10 13h4',
  swap: 'M4 9h14M14 5l4 4-4 4M20 15H6M10 11l-4 4 4 4',
  robot: 'M5 9h14v10H5zM12 9V5M12 4.500h.01M9 13.500v1M15 13.500v1M2.500 12.500v3M21.500 12.500v3',
  image: 'M4 5h16v14H4zM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15.500 9h.01',
  smile: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM8.500 14c.8 1.500 2 2.200 3.500 2.200s2.700-.7 3.500-2.200M9 9.500v.5M15 9.500v.5',
  slash: 'M9 18.500L15 5.500',
  info: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM12 11v5M12 8h.01',
  gear: 'M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM9 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  eye: 'M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M8 14.500h8',
  refresh: 'M19 8a8 8 0 1 0 1 6M20 4v4.500h-4.500',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.500L20 20',
  back: 'M14.5 5.500L8 12l6.5 6.5',
  chat: 'M4 5h16v11H10l-4.5 4v-4H4z',
  down: 'M6 9.500l6 6 6-6',
  download: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  chart: 'M4 4v16h16M8.500 16v-5M13 16V8M17.500 16v-3',
  out: 'M14 5H5v14h9M10 12h10M16.5 8.500L20 12l-3.5 3.5',
  note: 'M5 4h14v16H5zM8.5 9h7M8.5 13h7',
  tag: 'M4 4h8l8 8-8 8-8-8zM8.5 8.500h.01',
  check: 'M5 12.500l4.5 4.500L19 7.5',
  picture: 'M4 5.500h16v13H4zM4.500 16.500l4.500-4.500 4 4 2.500-2.500 4 4M15.500 9.500h.01',
  face: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM8.500 14c1.800 2.400 5.200 2.400 7 0M9 9.500h.01M15 9.500h.01',
  again: 'M18.500 8a7 7 0 1 0 .5 6M19 4v4.500h-4.500',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.500h4',
};

/**
 * @param {string} name
 * @param {number} [size] in CSS pixels
 * @returns {SVGElement}
 */
export function icon(name, size = 20) {
  return s('svg', {
    viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor', 'stroke-width': 2,
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true',
  }, s('path', { d: PATHS[name] ?? '' }));
}

/** @returns {SVGElement} a star in the text's colour */
export function star() {
  return s('svg', { viewBox: '0 0 24 24', fill: 'currentColor', 'aria-hidden': 'true', 'stroke-linejoin': 'round' },
    s('path', { d: 'M12 2.800l2.9 5.9 6.5.9-4.7 4.6 1.1 6.500L12 17.600l-5.8 3.1 1.1-6.500L2.6 9.600l6.5-.9z' }));
}
