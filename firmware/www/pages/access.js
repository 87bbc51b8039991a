// Who may come in: log-in, access tokens, devices that are logged in.
import { again, ask, device } from "../device.js";
import { t } from "../texts.js";
import { $, button, h, title } from "../dom.js";
import { refusal } from "../refusals.js";

export function login(main) {
  const first = location.hash.split("#first=")[1]; // the password that a set-up over the cable made
  const input = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true,
    "aria-describedby": "why" });
  const why = h("p", { id: "why", class: "bad", role: "alert" });
  const enter = h("button", { class: "main", type: "submit" }, t("login"));
  const send = async (event) => {
    event.preventDefault();
    why.textContent = "";
    enter.disabled = true;
    const { code, body, wait_s } = await ask("POST", "/login", { password: input.value });
    enter.disabled = false;
    if (code === 200) {
      if (first) { location.replace("#network"); keep("first_title", first); }
      again();
      return;
    }
    why.textContent = code === 429 ? t("login_wait", wait_s) : refusal(body);
    input.select();
    input.focus();
  };
  main.append(title("login"), device.guarded() ? h("p", { class: "ended" }, t("login_ended")) : "",
    h("form", { onsubmit: send, novalidate: true }, h("input",
      { type: "text", name: "username", autocomplete: "username", value: "curfew", hidden: true }),
      h("div", { class: "field" }, h("label", { for: "password" }, t("password")), input), why,
      h("div", { class: "row" }, enter)), h("p", { class: "soft" }, t("login_about")));
  if (first) input.value = first;
}

/** Log out on purpose: the log-in page then explains nothing. */
export async function logout() {
  await ask("POST", "/logout");
  device.forget();
  again();
}

/** Show a secret that the controller sends only once: it stays, whatever happens to the page, until the user has it. */
export function keep(heading, secret) {
  const code = h("code", { class: "token", tabindex: 0 }, secret);
  const said = h("p", { role: "status", class: "small" });
  const copy = () => { // without https, a page may copy only what is selected
    getSelection().selectAllChildren(code);
    said.textContent = t(document.execCommand("copy") ? "copied" : "copy_by_hand");
  };
  const dialog = h("dialog", { "aria-labelledby": "keep-title", oncancel: (event) => event.preventDefault() },
    h("h2", { id: "keep-title" }, t(heading)), h("p", {}, t("token_new")), code, said,
    h("div", { class: "row" }, button(t("copy"), copy, "main"), button(t("have_it"), () => dialog.remove())));
  document.body.append(dialog);
  dialog.showModal();
}

/** Access tokens: made here in a scope and shown once; each can be revoked. */
export function programs() {
  const said = h("p", { role: "status", class: "said" });
  const list = h("ul", { class: "plain" });
  const name = h("input", { id: "token-name", maxlength: 20, autocomplete: "off" });
  const scope = h("select", { id: "token-scope" }, ...["read",
    "control"].map((word) => h("option", { value: word }, t("scope_" + word))));
  const put = async (body) => show(await ask("PUT", "/tokens", { ...body, confirm: $("f-confirm")?.value }));
  function show({ code, body }) {
    said.textContent = code === 200 ? "" : refusal(body);
    if (code !== 200) return;
    list.replaceChildren(...(body.tokens.length ? body.tokens.map((one) =>
      h("li", {}, (one.name || one.id) + " · " + t("scope_" + one.scope) + " ",
      button(t("revoke"), () => put({ revoke: one.id })))) : [h("li", { class: "soft" }, t("token_none"))]));
    if (body.token) keep("token_title", body.token);
  }
  ask("GET", "/tokens").then(show);
  return h("section", { id: "programs" }, h("h2", {}, t("token_title")), h("p", { class: "soft" }, t("token_about")),
    h("div", { class: "field" }, h("label", { for: "token-name" }, t("net.name")), name),
    h("div", { class: "field" }, h("label", { for: "token-scope" }, t("token_scope")), scope),
    h("div", { class: "row" }, button(t("token_make"), () => put({ make: scope.value, name: name.value }))), said,
      list);
}

/** The devices that are logged in; each can be logged out. */
export function sessions() {
  const said = h("p", { role: "status", class: "said" });
  const list = h("ul", { class: "plain" });
  const put = async (which) => show(await ask("PUT", "/sessions", { revoke: which }));
  function show({ code, body }) {
    said.textContent = code === 200 ? "" : refusal(body);
    if (code !== 200) return;
    list.replaceChildren(...body.sessions.map((one) => h("li", {},
      (one.this ? t("session_this") : t("session_other", one.id)) + " · " + lastDay(one.used) + " ",
      one.this ? null : button(t("revoke"), () => put(one.id)))));
  }
  ask("GET", "/sessions").then(show);
  return h("section", { id: "sessions" }, h("h2", {}, t("sessions_title")), list,
    h("div", { class: "row" }, button(t("revoke_others"), () => put("others"))), said);
}

/** Delete everything that is the owner's, with the password of the form above. */
export function forgetting() {
  const said = h("p", { role: "status", class: "said" });
  const send = async () => {
    const { code, body } = await ask("POST", "/forget", { confirm: $("f-confirm")?.value });
    said.textContent = code === 200 ? t("forgotten") : refusal(body);
  };
  return h("section", { id: "forget" }, h("h2", {}, t("forget_title")), h("p", { class: "soft" }, t("forget_about")),
    h("div", { class: "row" }, button(t("forget_title"), send)), said);
}
const lastDay = (when) => (when ? when.slice(0, 10) : t("no_date"));
