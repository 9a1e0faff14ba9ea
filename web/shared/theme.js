// Light, dark, or what the system prefers. A classic script that stands before the page's first paint, so that nobody
// who chose the dark is met by a flash of white. Another tab that changes its mind changes this one too.
(() => {
  const KEY = 'xiaoer:appearance:theme';
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY) ?? 'null');
    } catch {
      return null;
    }
  };
  const apply = (theme = kept()) => {
    document.documentElement.dataset.theme = theme === 'dark' || theme === 'light' ? theme : 'auto';
  };
  apply();
  addEventListener('storage', (event) => (event.key === KEY || event.key === null) && apply());
  addEventListener('xiaoer:theme', (event) => apply(/** @type {CustomEvent} */ (event).detail));
})();
