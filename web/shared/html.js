// Elements from data: the whole template layer of these pages.
//
// Everything that comes from outside becomes a text node or an attribute, never markup; there is no way here
// to hand a string to the parser. Addresses pass `safeUrl`, which refuses every scheme but http and https.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Child | Child[]} Children */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. A key starting with `on` is an event listener, `class` and `dataset` are what they say,
 * `true` and `false` set and leave out a boolean attribute, anything else is an attribute.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...Children} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/**
 * As `h`, for SVG.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...Children} children
 * @returns {SVGElement}
 */
export function s(tag, attributes, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/**
 * Replaces everything inside an element.
 * @param {Element} parent
 * @param {...Children} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/**
 * @param {Element} element
 * @param {Record<string, any> | null} [attributes]
 */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * @param {Element} parent
 * @param {Children[]} children
 */
function append(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * The address if it is http or https once resolved, else nothing: data never becomes a `javascript:` link.
 * @param {unknown} address
 * @param {string} base
 * @returns {string | null}
 */
export function safeUrl(address, base) {
  if (typeof address !== 'string' || address === '') return null;
  try {
    const url = new URL(address, base);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * A list that is drawn again only where it changed: an item keeps its node as long as it is the same object
 * and the stamp that the view gives it is the same.
 * @template T
 */
export class KeyedList {
  /**
   * @param {Element} parent
   * @param {{ key: (item: T) => string, stamp?: (item: T) => string, draw: (item: T) => Node }} how
   */
  constructor(parent, how) {
    this.parent = parent;
    this.how = how;
    /** @type {Map<string, { item: T, stamp: string, node: Node }>} */
    this.drawn = new Map();
  }

  /** @param {T[]} items */
  update(items) {
    const before = this.drawn;
    this.drawn = new Map();
    for (const item of items) {
      const key = this.how.key(item);
      const stamp = this.how.stamp?.(item) ?? '';
      const old = before.get(key);
      const same = old && old.item === item && old.stamp === stamp;
      this.drawn.set(key, same ? old : { item, stamp, node: this.how.draw(item) });
    }
    const nodes = [...this.drawn.values()].map((entry) => entry.node);
    const kept = new Set(nodes);
    for (const child of [...this.parent.childNodes]) {
      if (!kept.has(child)) child.remove();
    }
    nodes.forEach((node, place) => {
      if (this.parent.childNodes[place] !== node) this.parent.insertBefore(node, this.parent.childNodes[place] ?? null);
    });
  }
}
