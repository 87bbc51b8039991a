// After the first load everything comes from here: the site works offline. FILES and BUILD are written by site.py.
const BUILD = "__BUILD__";
const FILES = __FILES__;

async function install() {
  await (await caches.open(BUILD)).addAll(FILES);
  await skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("curfew-") && name !== BUILD);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function answer(request) {
  return await (await caches.open(BUILD)).match(request, { ignoreSearch: true }) || fetch(request);
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== location.origin) return;
  event.respondWith(answer(event.request));
});
