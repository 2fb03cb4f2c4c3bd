// New things wait behind a bar; nothing on the page moves until it is asked for.
(() => {
  'use strict';
  const bar = document.getElementById('live');
  if (!bar || !window.EventSource) return;
  const since = Number(bar.dataset.since);
  const source = new EventSource('/events');
  source.addEventListener('head', async (event) => {
    if (Number(event.data) <= since) return;
    try {
      const answer = await fetch(`/changes?since=${since}`, { headers: { Accept: 'application/json' } });
      if (!answer.ok) return;
      const { acts } = await answer.json();
      if (!acts) return;
      bar.querySelector('.live-count').textContent = acts === 1 ? bar.dataset.one : bar.dataset.other.replace('{count}', String(acts));
      bar.hidden = false;
    } catch {
      // The connection comes back by itself; the bar then tells what was missed.
    }
  });
  addEventListener('pagehide', () => source.close());
})();
