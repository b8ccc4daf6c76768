/** Finds what the page's markup promises to have. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element "${id}".`);
  return found as T;
}

export function part<T extends Element = HTMLElement>(within: ParentNode, selector: string): T {
  const found = within.querySelector<T>(selector);
  if (!found) throw new Error(`The page has no element "${selector}".`);
  return found;
}

/** A copy of the one element in a template. */
export function copyOf(template: HTMLTemplateElement): HTMLElement {
  const first = (template.content.cloneNode(true) as DocumentFragment).firstElementChild;
  if (!first) throw new Error(`The template "${template.id}" is empty.`);
  return first as HTMLElement;
}

/** Leaves an element alone that says so already: a reader's selection stays, and screen readers are not told again. */
export function showText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A row of short texts, none of which is broken in the middle. */
export function showTexts(element: HTMLElement, texts: readonly string[]): void {
  while (element.childElementCount > texts.length) element.lastElementChild?.remove();
  while (element.childElementCount < texts.length) element.append(document.createElement('span'));
  texts.forEach((text, position) => showText(element.children[position] as HTMLElement, text));
}

/**
 * Makes `wanted` the children, in this order, and moves only what is not in its place: an element that is taken out and
 * put back loses the focus and begins its animations anew.
 */
export function arrange(parent: HTMLElement, wanted: readonly HTMLElement[]): void {
  const kept = new Set<Element>(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let next: Element | null = null;
  for (const element of [...wanted].reverse()) {
    if (element.parentElement !== parent || element.nextElementSibling !== next) parent.insertBefore(element, next);
    next = element;
  }
}

/** Shows for a moment that the element has changed. */
export function flash(element: HTMLElement): void {
  element.classList.remove('changed');
  void element.offsetWidth;
  element.classList.add('changed');
  element.addEventListener('animationend', () => element.classList.remove('changed'), { once: true });
}
