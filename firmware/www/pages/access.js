// Who may come in: log-in, access token.
import { again, ask, device } from "../device.js";
import { t } from "../texts.js";
import { $, button, h, title } from "../dom.js";
import { refusal } from "../refusals.js";

export function login(main) {
  const input = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true, "aria-describedby": "why" });
  const why = h("p", { id: "why", class: "bad", role: "alert" });
  const enter = h("button", { class: "main", type: "submit" }, t("login"));
  const send = async (event) => {
    event.preventDefault();
    why.textContent = "";
    enter.disabled = true;
    const { code, body, wait_s } = await ask("POST", "/login", { password: input.value });
    enter.disabled = false;
    if (code === 200) { again(); return; }
    why.textContent = code === 429 ? t("login_wait", wait_s) : refusal(body);
    input.select();
    input.focus();
  };
  main.append(title("login_title"), device.guarded() ? h("p", { class: "ended" }, t("login_ended")) : "",
    h("form", { onsubmit: send, novalidate: true }, h("input", { type: "text", name: "username", autocomplete: "username", value: "curfew", hidden: true }),
      h("div", { class: "field" }, h("label", { for: "password" }, t("password")), input), why,
      h("div", { class: "row" }, enter)), h("p", { class: "soft" }, t("login_about")));
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

/** The access token: made or removed here, and shown once. */
export function programs({ token }) {
  const said = h("p", { role: "status", class: "said" });
  const put = (wanted) => async () => {
    const { code, body } = await ask("PUT", "/network", { token: wanted, confirm: $("f-confirm")?.value });
    said.textContent = code !== 200 ? refusal(body) : wanted ? "" : t("token_removed");
    if (body.token) keep("token_title", body.token);
  };
  return h("section", { id: "programs" }, h("h2", {}, t("token_title")), h("p", { class: "soft" }, t(token && token.set ? "token_set" : "token_none")),
    h("div", { class: "row" }, button(t("token_make"), put(true)), token && token.set ? button(t("token_remove"), put(null)) : null), said);
}
