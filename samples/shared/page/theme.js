// Runs before the page is drawn, so that it never flashes in the wrong colours.
(() => {
  const KEY = 'vaquero.theme';
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');

  const apply = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  };
  apply(localStorage.getItem(KEY));

  addEventListener('DOMContentLoaded', () => {
    for (const button of document.querySelectorAll('[data-theme-toggle]')) {
      button.addEventListener('click', () => {
        const current = root.dataset.theme ?? (system.matches ? 'dark' : 'light');
        const next = current === 'dark' ? 'light' : 'dark';
        localStorage.setItem(KEY, next);
        apply(next);
        dispatchEvent(new Event('themechange'));
      });
    }
  });
  system.addEventListener('change', () => dispatchEvent(new Event('themechange')));
})();
