// Interface texts in three languages. A table has one entry for each text; a missing language falls back
// to simplified Chinese, so a text is always shown.

/** @typedef {'zh-Hans' | 'zh-Hant' | 'en'} Locale */
/** @typedef {{ zh: string, hant?: string, en: string }} Text */
/** @typedef {(name: string, values?: Record<string, string | number>) => string} Translate */

/**
 * The nearest of our three locales: `zh-TW`, `zh-HK`, `zh-MO` and `zh-Hant` are traditional, any other Chinese
 * is simplified, everything else is English.
 * @param {string | null | undefined} tag a BCP 47 language tag
 * @returns {Locale}
 */
export function nearestLocale(tag) {
  const lower = (tag ?? '').toLowerCase();
  if (!lower.startsWith('zh')) return lower === '' ? 'zh-Hans' : 'en';
  return /-(hant|tw|hk|mo)\b/.test(lower) && !/-hans\b/.test(lower) ? 'zh-Hant' : 'zh-Hans';
}

/**
 * @param {Record<string, Text>} table
 * @param {Locale} locale
 * @returns {Translate} texts by name with `{placeholders}` filled in; an unknown name is shown as it is
 */
export function translator(table, locale) {
  return (name, values = {}) => {
    const entry = table[name];
    if (!entry) return name;
    const text = locale === 'en' ? entry.en : locale === 'zh-Hant' ? (entry.hant ?? entry.zh) : entry.zh;
    return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
  };
}
