// Single keys and the command palette. Everything they do is on the page as a link or a button too.
(() => {
  'use strict';
  const words = document.getElementById('key-words');
  if (!words) return;
  const say = (name) => words.dataset[name] || '';
  const single = document.body.dataset.shortcuts === 'on';
  const typing = (element) => element?.closest?.('input, textarea, select, [contenteditable]');

  // Rows: j and k move the focus to the next and the last title; Enter is the link's own.
  const rows = () => [...document.querySelectorAll('.queue tr.item a.title, [data-row] a')];
  const move = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))].focus();
    return true;
  };
  const press = (key) => {
    const row = document.activeElement?.closest?.('tr.item, [data-row]');
    const target = row?.querySelector(`[data-key="${key}"]`) || document.querySelector(`[data-key="${key}"]`);
    if (!target) return false;
    target.click();
    return true;
  };

  // The palette: a combobox in a dialog (ARIA Authoring Practices). Choices are the links and buttons of the page and of the rail.
  let dialog = null;
  let shown = [];
  let chosen = 0;
  const label = (element) => element.dataset.label || element.textContent.replace(/\s+/g, ' ').trim();
  const choices = () => {
    const list = [];
    document.querySelectorAll('.possible .btn, .possible button, .head .btn, [data-key]').forEach((element) => {
      if (!list.some((item) => item.element === element)) list.push({ element, text: label(element), where: say('here') });
    });
    document.querySelectorAll('.possible [data-refused]').forEach((element) => {
      list.push({ text: label(element), refused: element.dataset.refused });
    });
    document.querySelectorAll('.rail a').forEach((element) => list.push({ element, text: label(element), where: say('go') }));
    list.push({ text: say('keys'), where: say('go'), path: '/keys' });
    return list.filter((item) => item.text);
  };
  const reference = /^[A-Z]{2}-\d{4}-[A-Z]{3}-\d{6}-[0-9A-Z*]$/;
  const render = (input, box) => {
    const text = input.value.trim();
    const found = choices().filter((item) => item.text.toLowerCase().includes(text.toLowerCase()));
    if (text) {
      const upper = text.toUpperCase();
      if (reference.test(upper)) found.unshift({ text: upper, where: say('open'), path: `/files/${upper}` });
      found.push({ text, where: say('find'), path: `/queue?view=all&q=${encodeURIComponent(text)}` });
    }
    shown = found.slice(0, 12);
    chosen = Math.min(chosen, Math.max(0, shown.length - 1));
    box.replaceChildren(...shown.map((item, index) => {
      const option = document.createElement('div');
      option.id = `choice-${index}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', String(index === chosen));
      if (item.refused) option.setAttribute('aria-disabled', 'true');
      const name = document.createElement('span');
      name.textContent = item.text;
      const where = document.createElement('span');
      where.className = 'small quiet';
      where.textContent = item.refused || item.where;
      option.append(name, where);
      option.addEventListener('mousedown', (event) => { event.preventDefault(); run(item); });
      return option;
    }));
    if (shown.length) input.setAttribute('aria-activedescendant', `choice-${chosen}`);
    else input.removeAttribute('aria-activedescendant');
  };
  const run = (item) => {
    if (!item || item.refused) return;
    dialog.close();
    if (item.path) location.assign(item.path);
    else item.element.click();
  };
  const open = () => {
    if (dialog?.open) return;
    dialog = document.createElement('dialog');
    dialog.className = 'palette';
    dialog.setAttribute('aria-label', say('palette'));
    const input = document.createElement('input');
    input.type = 'text';
    for (const [name, value] of Object.entries({
      role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'choices', 'aria-label': say('palette'), autocomplete: 'off', spellcheck: 'false',
    })) input.setAttribute(name, value);
    const box = document.createElement('div');
    box.id = 'choices';
    box.setAttribute('role', 'listbox');
    box.setAttribute('aria-label', say('palette'));
    dialog.append(input, box);
    document.body.append(dialog);
    chosen = 0;
    input.addEventListener('input', () => { chosen = 0; render(input, box); });
    input.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (shown.length) chosen = (chosen + (event.key === 'ArrowDown' ? 1 : shown.length - 1)) % shown.length;
        render(input, box);
      } else if (event.key === 'Enter') {
        event.preventDefault();
        run(shown[chosen]);
      }
    });
    dialog.addEventListener('close', () => dialog.remove());
    render(input, box);
    dialog.showModal();
    input.focus();
  };

  let pending = '';
  let timer = 0;
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      open();
      return;
    }
    if (!single || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('dialog[open]')) return;
    const keys = pending + event.key;
    pending = '';
    clearTimeout(timer);
    let done = true;
    if (keys === 'gq') location.assign('/queue');
    else if (keys === 'gd') location.assign('/');
    else if (event.key === 'j') done = move(1);
    else if (event.key === 'k') done = move(-1);
    else if (event.key === '/') { const find = document.querySelector('.find input'); done = Boolean(find); find?.focus(); }
    else if (event.key === '?') location.assign('/keys');
    else if (event.key === 'g') { pending = 'g'; timer = setTimeout(() => { pending = ''; }, 1500); }
    else if (['a', 'c', 'r'].includes(event.key)) done = press(event.key);
    else done = false;
    if (done) event.preventDefault();
  });
})();
