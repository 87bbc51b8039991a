// Why did it turn off? The list of shut-offs.
import { ask, device } from "./device.js";
import { cause, moment, span, t } from "./texts.js";
import { h, title } from "./dom.js";

export async function history(main) {
  const said = h("p", { class: "soft", role: "status" }, t("loading"));
  const list = h("ol", { class: "plain" });
  main.append(title("history_title"), said, list);
  const { code, body } = await ask("GET", "/shutoffs");
  const shutoffs = code === 200 ? body.slice(0, 100) : [];
  said.textContent = code !== 200 ? t("failed") : shutoffs.length ? t("why_count", shutoffs.length) : t("why_none");
  const many = (device.status.burners || []).length > 1;
  list.append(...shutoffs.map((one) => h("li", {}, h("span", { class: "cause" }, cause(one.cause)),
    h("small", { class: "soft" }, [many && t("burner", one.burner + 1), moment(one.when), t("burned", span(one.burn_s))].filter(Boolean).join(" · ")))));
}
