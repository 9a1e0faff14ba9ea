// What a browser calls itself, in two words that people know.

/** @type {[RegExp, string][]} */
const BROWSERS = [
  [/MicroMessenger/, '微信'], [/Edg/, 'Edge'], [/OPR/, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'],
  [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS|Chromium/, 'Chrome'], [/Safari/, 'Safari'],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux'],
];

/**
 * @param {string} client a `User-Agent`
 * @returns {{ browser: string, system: string } | null} null for one that says neither
 */
export function clientName(client) {
  const find = (/** @type {[RegExp, string][]} */ table) => table.find(([pattern]) => pattern.test(client))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser && system ? { browser, system } : null;
}
