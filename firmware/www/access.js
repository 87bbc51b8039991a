// Who may come in: log-in, access token.
import { again, ask } from "./device.js";
import { t } from "./texts.js";
import { button, h, title } from "./dom.js";

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
    why.textContent = code === 401 ? t("login_wrong") : code === 429 ? t("login_wait", wait_s) : body.error || t("failed");
    input.select();
    input.focus();
  };
  main.append(title("login_title"), h("form", { onsubmit: send, novalidate: true }, h("input", { type: "text", name: "username", autocomplete: "username", value: "curfew", hidden: true }),
    h("div", { class: "field" }, h("label", { for: "password" }, t("password")), input), why,
    h("div", { class: "row" }, enter)), h("p", { class: "soft" }, t("login_about")));
}

/** The access token: made or removed here, and shown once. */
export function programs({ token }) {
  const said = h("p", { role: "status", class: "said" });
  const put = (wanted) => async () => {
    const { code, body } = await ask("PUT", "/network", { token: wanted, confirm: document.getElementById("f-confirm")?.value });
    if (code !== 200) said.textContent = body.error ? t("refused", body.error) : t("failed");
    else said.replaceChildren(...(body.token ? [t("token_new"), h("code", { class: "token" }, body.token)] : [t("saved")]));
  };
  return h("section", { id: "programs" }, h("h2", {}, t("token_title")), h("p", { class: "soft" }, t(token && token.set ? "token_set" : "token_none")),
    h("div", { class: "row" }, button(t("token_make"), put(true)), token && token.set ? button(t("token_remove"), put(null)) : null), said);
}
