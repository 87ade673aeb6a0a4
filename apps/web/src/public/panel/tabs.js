/** On a phone the panels lie side by side: the tabs scroll to one, and show which one is in view. */
export function followTabs(tabs) {
  const links = new Map([...tabs.querySelectorAll('a')].map((link) => [link.hash.slice(1), link]));
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        links.get(target.id).toggleAttribute('data-in-view', isIntersecting);
      }
    },
    { root: document.querySelector('.panels'), threshold: 0.6 },
  );
  for (const [id, link] of links) {
    const panel = document.getElementById(id);
    observer.observe(panel);
    link.addEventListener('click', (event) => {
      event.preventDefault(); // the address keeps its fragment
      panel.scrollIntoView({ block: 'nearest', inline: 'start' });
    });
  }
}
