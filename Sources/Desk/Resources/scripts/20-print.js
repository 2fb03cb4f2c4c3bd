// A button that prints the page stands only where a script can do it.
(() => {
  'use strict';
  document.querySelectorAll('button[data-print]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  });
})();
