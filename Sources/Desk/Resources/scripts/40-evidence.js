// Uploads with a bar for each file, and the progress of a task. Without this the same forms and pages work.
(() => {
  'use strict';
  const size = (bytes) => {
    const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
    let unit = 0;
    while (bytes >= 1000 && unit < 4) { bytes /= 1000; unit += 1; }
    return `${unit ? bytes.toFixed(bytes < 10 ? 2 : bytes < 100 ? 1 : 0) : bytes} ${units[unit]}`;
  };

  // One request for each file, one after the other, into the same upload: the first makes it, the others add to it.
  const send = (address, token, file, line) => new Promise((resolve, reject) => {
    const form = new FormData();
    form.append('csrf', token);
    form.append('files', file, file.name);
    const request = new XMLHttpRequest();
    line.stop = () => request.abort();
    request.upload.addEventListener('progress', (event) => line.show(event.loaded, event.total));
    request.addEventListener('load', () => (request.status < 300 ? resolve(request.responseURL) : reject(request)));
    ['error', 'abort'].forEach((name) => request.addEventListener(name, () => reject(null)));
    request.open('POST', address);
    request.send(form);
  });

  const lineFor = (list, file) => {
    const box = document.createElement('div');
    box.className = 'upload-file';
    const name = document.createElement('bdi');
    name.textContent = file.name;
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    const words = document.createElement('span');
    words.textContent = list.dataset.wordsWaits;
    box.append(name, bar, words);
    list.append(box);
    return {
      show(done, all) {
        bar.value = all ? done / all : 0;
        words.textContent = `${size(done)} ${list.dataset.wordsOf} ${size(all)}`;
      },
      end(word) { words.textContent = word; },
      stop() {},
    };
  };

  document.querySelectorAll('form[data-upload]').forEach((form) => {
    form.addEventListener('submit', async (event) => {
      const files = [...form.querySelector('input[type=file]').files];
      if (!files.length || form.dataset.busy) return;
      event.preventDefault();
      form.dataset.busy = 'yes';
      const list = form.querySelector('[data-upload-list]');
      list.hidden = false;
      list.replaceChildren();
      const button = form.querySelector('button[type=submit]');
      button.disabled = true;
      const lines = files.map((file) => lineFor(list, file));
      const stop = document.createElement('button');
      stop.type = 'button';
      stop.className = 'btn btn--sm';
      stop.textContent = list.dataset.wordsStop;
      list.append(stop);
      let address = form.action;
      let target = null;
      let current = null;
      let stopped = false;
      stop.addEventListener('click', () => { stopped = true; current?.stop(); });
      const token = form.querySelector('input[name=csrf]').value;
      for (const [index, file] of files.entries()) {
        if (stopped) break;
        current = lines[index];
        try {
          target = await send(address, token, file, current);
          if (!address.endsWith('/files')) address = `${target}/files`;
          current.end(list.dataset.wordsDone);
        } catch (refused) {
          current.end(list.dataset.wordsFailed);
          if (refused?.responseText) {
            const page = new DOMParser().parseFromString(refused.responseText, 'text/html');
            const why = page.querySelector('.summary li, .problem h1');
            if (why) current.end(`${list.dataset.wordsFailed}: ${why.textContent}`);
          }
          stopped = true;
        }
      }
      delete form.dataset.busy;
      button.disabled = false;
      stop.remove();
      if (target && !stopped) location.href = target;
      if (target && stopped) {
        const go = document.createElement('a');
        go.href = target;
        go.textContent = list.dataset.wordsGo;
        list.append(go);
      }
    });
  });

  // The page of a task is fetched anew while it runs; nothing else on it moves.
  const follow = async () => {
    const task = document.getElementById('task');
    if (task?.dataset.task !== 'running') return;
    try {
      const answer = await fetch(location.href, { credentials: 'same-origin', cache: 'no-store' });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const fresh = page.getElementById('task');
        if (fresh?.dataset.task === 'running') {
          const [from, to] = [fresh.querySelector('.progress'), task.querySelector('.progress')];
          if (from && to) to.replaceWith(from);
        } else if (fresh) {
          location.reload();
          return;
        }
      }
    } catch { /* the line is down: try again */ }
    setTimeout(follow, 1500);
  };
  setTimeout(follow, 1000);
})();
