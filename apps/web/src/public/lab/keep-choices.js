/** What the reader chose for the whole lab: its language, and the fault proxies. */
const CHOICES = ['lang', 'faults'];

/** The links to other pages of the lab, `a[data-in-lab]`, keep what the reader chose in the address of this one. */
export function keepChoices() {
  const given = new URLSearchParams(location.search);
  for (const link of document.querySelectorAll('a[data-in-lab]')) {
    const url = new URL(link.href);
    for (const name of CHOICES) if (given.has(name)) url.searchParams.set(name, given.get(name));
    link.href = url;
  }
}
