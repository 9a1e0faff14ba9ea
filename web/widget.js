// The one-line embed: `<script src="https://HOST/widget.js" data-shop="ID" async></script>`.
//
// A classic script, because a module can't see its own tag. It makes the one global, `window.Xiaoer`, which takes
// calls from the first moment on, and loads the rest from the place it came from itself.
(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  if (!script || /** @type {any} */ (window).Xiaoer) return;
  /** @type {[string, any[]][]} */
  const waiting = [];
  /** @type {Record<string, (...values: any[]) => void>} */
  const api = {};
  for (const name of ['open', 'close', 'identify', 'page', 'on']) {
    api[name] = (...values) => void waiting.push([name, values]);
  }
  /** @type {any} */ (window).Xiaoer = api;
  const { shop = '', locale, trace } = script.dataset;
  const origin = new URL(script.src).origin;
  import(new URL('/widget/main.js', origin).href)
    .then(({ start }) => {
      Object.assign(api, start({ shop, origin, locale, trace: trace !== undefined }));
      for (const [name, values] of waiting) api[name](...values);
    })
    .catch((problem) => console.warn('xiaoer: the assistant could not be loaded', problem));
})();
