// Printing by a button, and a warning before the session ends. Both only help; nothing depends on them.
(() => {
  'use strict';
  document.querySelectorAll('[data-print]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  });

  const form = document.getElementById('timeout');
  if (!form || !window.fetch) return;
  const warning = 120; // seconds before the end
  const key = 'comity-used';
  const row = form.querySelector('.row');
  const over = form.querySelector('.timeout-over');
  let end = Date.now() + Number(form.dataset.left) * 1000;
  let renewing = false;

  // Another tab of this desk may have been used meanwhile; it tells the later end.
  const share = () => { try { localStorage.setItem(key, String(end)); } catch { /* private mode */ } };
  const shared = () => { try { return Number(localStorage.getItem(key)) || 0; } catch { return 0; } };
  share();

  const look = () => {
    // An end that lies further away than a session can is that of somebody before.
    const later = shared();
    if (later > end && later < Date.now() + 31 * 60 * 1000) end = later;
    const left = (end - Date.now()) / 1000;
    form.hidden = left > warning;
    const isOver = left <= 0;
    row.hidden = isOver;
    over.hidden = !isOver;
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (renewing) return;
    renewing = true;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' });
      const type = answer.headers.get('Content-Type') || '';
      if (answer.ok && type.startsWith('application/json')) {
        end = Date.now() + (await answer.json()).left * 1000;
      } else end = Date.now();
      share();
    } catch { /* no connection: the banner stays, and so does the button */ }
    renewing = false;
    look();
  });
  window.setInterval(look, 5000);
  document.addEventListener('visibilitychange', look);
  look();
})();
