// Puts a shop's widget on the page, just as the one line does, with the language and the colours that the address asks for.
(() => {
  const asked = new URLSearchParams(location.search);
  const root = document.documentElement;
  root.lang = asked.get('locale') ?? 'zh-Hans';
  root.dataset.theme = asked.get('theme') === 'dark' ? 'dark' : 'light';
  const words = document.querySelector('#words');
  if (words) words.textContent = asked.get('words') ?? '';
  const script = document.createElement('script');
  script.src = '/widget.js';
  script.dataset.shop = asked.get('shop') ?? '';
  script.dataset.locale = root.lang;
  script.addEventListener('load', () => /** @type {any} */ (window).Xiaoer?.open());
  document.body.append(script);
})();
