// Actions: a dialog asks, the API is told, what it says is shown in the dialog.
"use strict";

(() => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.open);
      reset(dialog);
      dialog.showModal();
      // The button may have been replaced by news meanwhile: its place keeps the focus.
      const back = () => document.querySelector(`[data-open="${dialog.id}"]`)?.focus();
      dialog.addEventListener("close", back, { once: true });
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    if (event.target.matches("dialog")) event.target.close(); // Beside it.
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-api]")) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (button.getAttribute("aria-disabled") === "true") return; // It is on its way.
    reset(form);
    button.setAttribute("aria-disabled", "true");
    const answer = await hpo.post(form.dataset.api, hpo.values(form));
    button.removeAttribute("aria-disabled");
    if (answer.ok) done(form, answer.body);
    else hpo.problems(form, answer.body);
  });

  function done(form, body) {
    const place = form.querySelector("[data-answer]");
    place.textContent = body?.text ?? "Done.";
    place.hidden = false;
    const button = form.querySelector("[type=submit]");
    button.hidden = true;
    const close = form.querySelector("[data-close]");
    close.textContent = "Close";
    close.focus();
    for (const field of form.querySelectorAll(".field, .fields-scroll, .check")) field.hidden = true;
  }

  function reset(root) {
    const form = root.matches("form") ? root : root.querySelector("form");
    for (const place of form.querySelectorAll("[data-problems], [data-answer]")) {
      place.hidden = true;
      place.textContent = "";
    }
    for (const old of form.querySelectorAll(".field > .error")) old.remove();
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    for (const field of form.querySelectorAll(".field, .fields-scroll, .check")) field.hidden = false;
    form.querySelector("[type=submit]").hidden = false;
    const close = form.querySelector("[data-close]");
    if (close) close.textContent = "Not now";
  }

  // What a form holds, as JSON values; fields that are empty are left out, and changes that are none.
  hpo.values = (form) => {
    const found = {};
    for (const group of form.querySelectorAll("[data-group]")) found[group.dataset.group] = {};
    for (const input of form.querySelectorAll("[data-kind]")) {
      const place = input.closest("[data-group]");
      if (place?.dataset.group === "changes" && input.value === initial(input)) continue;
      const into = place ? found[place.dataset.group] : found;
      const value = valueOf(input);
      if (value !== undefined) into[input.name] = value;
    }
    return found;
  };

  const initial = (input) => (input.options ? [...input.options].find((one) => one.defaultSelected)?.value ?? "" : input.defaultValue);

  function valueOf(input) {
    if (input.dataset.kind === "flag") return input.checked;
    const text = input.value.trim();
    if (text === "") return undefined;
    if (input.dataset.kind === "number") return Number(text);
    if (input.dataset.kind !== "value") return text;
    try {
      return JSON.parse(text);
    } catch {
      return text; // A text without quotes.
    }
  }

  const csrf = () => document.querySelector("meta[name=csrf]").content;

  // Asks the API. Never throws: what went wrong is in the body, as the API says it.
  hpo.post = async (url, body, headers = {}) => {
    try {
      const answer = await fetch(url, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-HPO-CSRF": csrf(), ...headers },
        body: JSON.stringify(body),
      });
      if (answer.status === 401) location.assign("/login");
      const said = await answer.json().catch(() => ({}));
      return { ok: answer.ok, status: answer.status, body: said };
    } catch {
      return { ok: false, status: 0, body: { detail: "The server does not answer. Is it running?" } };
    }
  };

  // Problems beside the fields that they are about; the others at the end of the form.
  hpo.problems = (form, body) => {
    const found = body.problems ?? [];
    const rest = [];
    let first = null;
    for (const problem of found) {
      const field = fieldOf(form, problem.where);
      if (!field) {
        rest.push(hpo.told(problem, true));
        continue;
      }
      mark(field, hpo.told(problem, false));
      first ??= field.querySelector("input, select, textarea");
    }
    if (!found.length) rest.push(body.detail ?? body.title ?? "It was refused.");
    const place = form.querySelector("[data-problems]");
    place.textContent = rest.join("\n");
    place.hidden = !rest.length;
    first?.focus();
  };

  hpo.told = ({ where, message, hint }, named) => `${named && where ? `${where}: ` : ""}${message}${hint ? ` (${hint})` : ""}`;

  function fieldOf(form, where) {
    if (!where) return null;
    const plain = String(where).replace(/^--/, "").replace(/^(params|changes)\./, "");
    const every = [...form.querySelectorAll(".field[data-field]")];
    return every.find((field) => [where, plain].includes(field.dataset.field)) ?? null;
  }

  function mark(field, text) {
    const input = field.querySelector("input, select, textarea");
    const message = document.createElement("span");
    message.className = "error";
    message.id = `${input.id}-problem`;
    message.textContent = text;
    field.append(message);
    input.setAttribute("aria-invalid", "true");
    const described = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== message.id);
    input.setAttribute("aria-describedby", [...described, message.id].join(" "));
  }
  hpo.mark = mark;
})();
