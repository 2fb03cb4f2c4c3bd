// Saves a section of a request two seconds after the last change. The buttons do the same without it.
(() => {
  'use strict';
  const form = document.querySelector('form[data-autosave]');
  const place = document.getElementById('saved');
  if (!form || !place) return;
  let timer = 0;
  let running = false;
  let dirty = false;
  let leaving = false;
  const say = (text) => { place.textContent = text; };
  const save = async () => {
    if (running || leaving) return;
    running = true;
    dirty = false;
    say(place.dataset.saving);
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: 'POST', body, headers: { 'X-Autosave': '1' }, credentials: 'same-origin', redirect: 'error' });
      const told = await answer.json();
      say(told.says);
      if (answer.ok) {
        form.elements.version.value = told.version;
        form.elements.base.value = told.base;
      }
    } catch {
      // No connection, or the session has ended: the text is still in the form, and the button keeps it.
      say('');
    }
    running = false;
    if (dirty) plan();
  };
  const plan = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  };
  form.addEventListener('input', plan);
  form.addEventListener('change', plan);
  form.addEventListener('submit', () => { leaving = true; clearTimeout(timer); });
  // The browser may bring the page back as it was.
  window.addEventListener('pageshow', () => { leaving = false; });
})();
