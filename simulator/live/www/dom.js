// Small helpers of the page: elements, and what a browser keeps.
export const find = (selector) => document.querySelector(selector);

/** An element; attributes that are no text are set as properties. */
export const make = (tag, attributes = {}, ...inside) => {
  const one = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in one && typeof value !== "string") one[key] = value;
    else one.setAttribute(key, value);
  }
  one.append(...inside);
  return one;
};

/** Read or write what this browser keeps; null where it keeps nothing. */
export const kept = (key, value) => {
  try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); } catch {
    return null; }
};
