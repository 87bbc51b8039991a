// After the first load everything comes from here: the site works offline. FILES and BUILD are written by site.py.
const BUILD = "__BUILD__";
const FILES = __FILES__;

addEventListener("install", (event) => event.waitUntil(caches.open(BUILD).then((cache) => cache.addAll(FILES)).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(caches.keys().then((names) =>
  Promise.all(names.filter((name) => name.startsWith("curfew-") && name !== BUILD).map((name) => caches.delete(name)))).then(() => clients.claim())));
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== location.origin) return;
  event.respondWith(caches.open(BUILD).then(async (cache) => await cache.match(event.request, { ignoreSearch: true }) || fetch(event.request)));
});
