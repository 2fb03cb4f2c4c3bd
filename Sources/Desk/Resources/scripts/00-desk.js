// The desk without scripts is complete. What is here only makes it quicker.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');
  // Esc puts open menus and clock panels away and gives the focus back.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    document.querySelectorAll('details.menu[open], details.clock[open]').forEach((menu) => {
      menu.open = false;
      menu.querySelector('summary')?.focus();
    });
  });
})();
