// The shop's own colour: from one colour, those that text and buttons need to be read by anybody (WCAG 2.2, 1.4.3).

/** @typedef {{ color: string | null, side: 'left' | 'right' }} Look */

const READABLE = 4.5;
const [PAPER, DARK_PAPER] = ['#fffdf9', '#201b18'];

/** @param {string} color `#rrggbb` @returns {number[]} */
const parts = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

/** @param {number[]} rgb */
const text = (rgb) => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** Relative luminance, 0 to 1. @param {string} color */
function luminance(color) {
  const [red, green, blue] = parts(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} one @param {string} other */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The colour moved towards black or white until it is read on a ground. @param {string} color @param {string} ground @param {number} towards */
function readableOn(color, ground, towards) {
  const from = parts(color);
  for (let share = 0; share < 1; share += 0.05) {
    const moved = text(from.map((part) => part + (towards - part) * share));
    if (contrast(moved, ground) >= READABLE) return moved;
  }
  return text([towards, towards, towards]);
}

/**
 * Rules for the widget's root; nothing where the shop has no colour.
 * @param {Look | null | undefined} look
 */
export function lookRules(look) {
  const color = look?.color;
  if (!color || !/^#[0-9a-f]{6}$/i.test(color)) return '';
  const on = contrast(color, '#ffffff') >= contrast(color, '#000000') ? '#ffffff' : '#000000';
  const both = `--brand: ${color}; --mine: ${color}; --on-brand: ${on}; --on-mine: ${on};`;
  return `:host { ${both} --brand-deep: ${readableOn(color, PAPER, 0)}; }
@media (prefers-color-scheme: dark) { :host { ${both} --brand-deep: ${readableOn(color, DARK_PAPER, 255)}; } }`;
}
