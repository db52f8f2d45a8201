// The document's elements. Everything that comes from the queue is text, never markup.

/** The element of an identifier. */
export const $ = (id) => document.getElementById(id);

/** A new element with a text and a class. */
export function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
