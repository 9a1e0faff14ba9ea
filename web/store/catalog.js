// What the store shows: products and promotions, filtered and put into the reader's language. Knows no DOM.

/** @typedef {import('../shared/format.js').Money} Money */
/** @typedef {{ id: string, options: Record<string, string>, price: Money, stock: number }} Variant */
/** @typedef {{ title?: string, subtitle?: string, category?: string[], attributes?: Record<string, string>, options?: Record<string, string> }} English */
/**
 * @typedef {object} Product
 * @property {string} id
 * @property {string} title
 * @property {string} [subtitle]
 * @property {string} [brand]
 * @property {string[]} category from the widest to the narrowest
 * @property {Money} price
 * @property {Money} [list_price]
 * @property {string} [image]
 * @property {string} [url]
 * @property {{ name: string, value: string }[]} attributes
 * @property {Variant[]} variants
 * @property {number} [sales]
 * @property {English} [en]
 */
/** @typedef {{ id: string, title: string, kind: string, from: string, until: string, text: string, en?: { title?: string, text?: string } }} Promotion */

/** @typedef {string | { zh: string, en?: string | null }} Words a text in one language or two */

export class Catalog {
  /**
   * @param {any[]} products as the server sends them
   * @param {any[]} promotions
   */
  constructor(products, promotions) {
    this.products = products.map(readProduct);
    this.promotions = promotions.map(readPromotion);
    /** @type {Map<string, string>} what a search looks at */
    this.searched = new Map(this.products.map((product) => [product.id, searchedText(product)]));
  }

  /** @param {string} id */
  product(id) {
    return this.products.find((product) => product.id === id) ?? null;
  }

  /** The widest categories in the order of the catalog. @returns {string[]} */
  categories() {
    return [...new Set(this.products.map((product) => product.category[0]).filter(Boolean))];
  }

  /** @param {string} category best sellers first */
  within(category) {
    return this.products.filter((product) => product.category[0] === category).sort((a, b) => (b.sales ?? 0) - (a.sales ?? 0));
  }

  /**
   * Products that hold every word of the query, somewhere in what is known of them.
   * @param {string} query
   */
  search(query) {
    const words = folded(query).split(/\s+/).filter(Boolean);
    return this.products.filter((product) => {
      const text = this.searched.get(product.id) ?? '';
      return words.every((word) => text.includes(word));
    });
  }

  /** @param {Product} product others of its kind, its narrowest category first */
  related(product, most = 4) {
    const near = (/** @type {Product} */ other) => other.category.filter((name) => product.category.includes(name)).length;
    return this.within(product.category[0]).filter((other) => other !== product).sort((a, b) => near(b) - near(a)).slice(0, most);
  }

  /**
   * @param {string} category
   * @param {string} locale
   * @returns {string} its name in the reader's language
   */
  categoryName(category, locale) {
    if (locale !== 'en') return category;
    for (const product of this.products) {
      const place = product.category.indexOf(category);
      const name = place >= 0 ? product.en?.category?.[place] : undefined;
      if (name) return name;
    }
    return category;
  }
}

/** @param {Words | null | undefined} words */
function chinese(words) {
  return typeof words === 'string' ? words : (words?.zh ?? '');
}

/** @param {Words | null | undefined} words */
function english(words) {
  return typeof words === 'string' || !words?.en ? undefined : words.en;
}

/**
 * The server says every text in both languages, side by side; here one language is whole and the other beside it.
 * @param {any} raw
 * @returns {Product}
 */
function readProduct(raw) {
  /** @type {Words[]} */
  const category = raw.category ?? [];
  /** @type {{ name: Words, value: Words }[]} */
  const attributes = raw.attributes ?? [];
  const translated = attributes.every(({ name, value }) => english(name) && english(value));
  return {
    ...raw,
    title: chinese(raw.title),
    subtitle: chinese(raw.subtitle),
    category: category.map(chinese),
    attributes: attributes.map(({ name, value }) => ({ name: chinese(name), value: chinese(value) })),
    variants: raw.variants ?? [],
    en: {
      title: english(raw.title),
      subtitle: english(raw.subtitle),
      category: category.map((words) => english(words) ?? chinese(words)),
      attributes: translated ? Object.fromEntries(attributes.map(({ name, value }) => [english(name), english(value)])) : {},
      options: raw.option_words ?? {},
    },
  };
}

/**
 * @param {any} raw
 * @returns {Promotion}
 */
function readPromotion(raw) {
  return { ...raw, title: chinese(raw.title), text: chinese(raw.text), en: { title: english(raw.title), text: english(raw.text) } };
}

/**
 * @param {Product} product
 * @param {string} locale
 * @returns {Product} with its texts in English where they are wanted and there
 */
export function localized(product, locale) {
  const { en } = product;
  if (locale !== 'en' || !en) return product;
  const word = (/** @type {string} */ text) => en.options?.[text] ?? text;
  const inEnglish = Object.entries(en.attributes ?? {}).map(([name, value]) => ({ name, value }));
  return {
    ...product,
    title: en.title ?? product.title,
    subtitle: en.subtitle ?? product.subtitle,
    category: en.category ?? product.category,
    attributes: inEnglish.length > 0 ? inEnglish : product.attributes,
    variants: product.variants.map((variant) => ({
      ...variant,
      options: Object.fromEntries(Object.entries(variant.options).map(([name, value]) => [word(name), word(value)])),
    })),
  };
}

/**
 * What can be chosen, in the order in which the variants name it.
 * @param {Product} product
 * @returns {{ name: string, values: string[] }[]}
 */
export function optionGroups(product) {
  /** @type {Map<string, Set<string>>} */
  const groups = new Map();
  for (const variant of product.variants) {
    for (const [name, value] of Object.entries(variant.options)) groups.set(name, (groups.get(name) ?? new Set()).add(value));
  }
  return [...groups].map(([name, values]) => ({ name, values: [...values] }));
}

/**
 * @param {Product} product
 * @param {Record<string, string>} chosen
 * @returns {Variant | null} the one variant that is chosen, once every option is
 */
export function chosenVariant(product, chosen) {
  return product.variants.find((variant) => Object.entries(variant.options).every(([name, value]) => chosen[name] === value)) ?? null;
}

/**
 * Whether a value can still be had together with what is chosen otherwise.
 * @param {Product} product
 * @param {Record<string, string>} chosen
 * @param {string} name
 * @param {string} value
 */
export function available(product, chosen, name, value) {
  const wanted = { ...chosen, [name]: value };
  return product.variants.some((variant) => variant.stock > 0 && Object.entries(wanted).every(([key, one]) => variant.options[key] === one));
}

/** @param {Product} product */
function searchedText({ title, subtitle, brand, category, attributes, en }) {
  const inEnglish = en ? [en.title, en.subtitle, ...(en.category ?? []), ...Object.values(en.attributes ?? {})] : [];
  return folded([title, subtitle, brand, ...category, ...attributes.map(({ value }) => value), ...inEnglish].filter(Boolean).join('\n'));
}

/** @param {string} text */
function folded(text) {
  return text.normalize('NFKC').toLowerCase().trim();
}
