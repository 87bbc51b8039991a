// Elements, and the few that every page has.
import { has, t } from "./texts.js";

/** An element: h("p", {class: "soft"}, "text"); "svg:path" is one of SVG; null or false leaves an attribute out. */
export function h(name, attributes, ...children) {
  const node = name.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node[key] = value;
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== false));
  return node;
}
/** The heading of a page. */
export const title = (key) => h("h1", { tabindex: -1 }, t(key));
/** A button; kind "main" is the one to press next. */
export const button = (text, onclick, kind) => h("button", { type: "button", class: kind || null, onclick }, text);
/** The label of a key of the settings or the network, like mqtt.port; without one the key itself. */
export const label = (key) => t([key, "net." + key, "net." + key.split(".").pop()].find(has) || key);
export const $ = (id) => document.getElementById(id);
/** Change a text only where it differs: a live region would read it again. */
export const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };
