// The tabs beside the stove. On a phone they are a bar at the bottom, and each opens a sheet over the stove.
import { find, kept } from "./dom.js";

const sheet = matchMedia("(max-width: 900px)");
const tabs = () => [...document.querySelectorAll("[role=tab]")].filter((one) => !one.hidden);

/** Open one (its id without "tab-"), or close the sheet with null. Calls opened(name). */
function open(name, opened) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen || (!name && tab === tabs()[0]) ? 0 : -1;
    find("#" + tab.getAttribute("aria-controls")).hidden = !chosen;
  }
  document.body.classList.toggle("sheet", Boolean(name) && sheet.matches);
  opened(name);
}

/** Make the tabs work; absent: the names of those that there is nothing for. */
export function beginTabs(absent, opened) {
  for (const name of absent) find(`#tab-${name}`).hidden = true;
  const shown = (name) => tabs().some((tab) => tab.id === `tab-${name}`);
  const first = () => (shown(kept("tab")) ? kept("tab") : tabs()[0].id.slice(4));
  const arrange = () => open(sheet.matches ? null : first(), opened);
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.onclick = () => {
      const name = tab.id.slice(4);
      kept("tab", name);
      open(sheet.matches && tab.getAttribute("aria-selected") === "true" ? null : name, opened);
    };
    tab.onkeydown = (event) => {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!way) return;
      const all = tabs(), next = all[(all.indexOf(tab) + way + all.length) % all.length];
      next.focus();
      next.click();
      event.preventDefault();
    };
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape" && sheet.matches) open(null, opened); });
  sheet.onchange = arrange;
  arrange();
}
