// The script of the query editor: makes the form at /sparql run its query in place. Without it the form works as a form.

import { createCompletion } from "./completion.js";
import { clearError, createEditor, setText, showError } from "./editor.js";
import { forgetQueries, pastQueries, rememberQuery } from "./past.js";

const LONGEST_ADDRESS = 6000; // characters; a longer query is sent in the body, and has no link

const form = document.querySelector("form[data-editor]");
const area = form.querySelector("textarea");
const messages = JSON.parse(form.dataset.messages);
const answer = document.getElementById("answer");
const status = form.querySelector("[role=status]");
const cancel = form.querySelector("[data-cancel]");
const share = form.querySelector("[data-share]");
let running = null;

const begun = document.activeElement === area && [area.selectionStart, area.selectionEnd];
const host = document.createElement("div");
area.after(host);
const view = createEditor({
  host,
  text: area.value,
  label: messages.query,
  run: () => form.requestSubmit(),
  complete: createCompletion({ terms: form.dataset.terms, search: form.dataset.search, language: form.dataset.language }),
  phrases: messages.phrases,
});
if (begun) {
  // Whoever writes already goes on at the same place.
  view.dispatch({ selection: { anchor: begun[0], head: begun[1] } });
  view.focus();
}
area.hidden = true;
area.required = false; // what is hidden cannot be asked for
form.querySelector(`label[for=${area.id}]`).addEventListener("click", () => view.focus());
for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
underline(document);
listPast();

form.addEventListener("submit", (event) => {
  area.value = view.state.doc.toString();
  if (form.elements.as.value) return; // a download is left to the browser
  event.preventDefault();
  run();
});
cancel.addEventListener("click", () => running?.abort());
share.addEventListener("click", async () => {
  const link = new URL(address(), location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    say(messages.copied);
  } catch {
    say(link); // no right to the clipboard: to be copied by hand
  }
});
document.addEventListener("click", async (event) => {
  const example = event.target.closest("a[data-example]");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const response = await fetch(example.dataset.example);
  if (response.ok) {
    setText(view, (await response.text()).replace(/^#\+.*\n/gm, "").replace(/^(#?\s*\n)+/, ""));
    view.focus();
  }
});
window.addEventListener("popstate", () => location.reload());

async function run() {
  running?.abort();
  const controller = (running = new AbortController());
  const text = area.value;
  const started = performance.now();
  clearError(view);
  cancel.disabled = false;
  say(messages.running);
  try {
    const response = await send(controller.signal);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.getElementById("answer");
    if (!found) throw new TypeError(response.statusText);
    answer.replaceChildren(...found.childNodes);
    const seconds = ((performance.now() - started) / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
    const version = response.headers.get("X-Data-Version") || "";
    say(response.ok ? fill(messages.done, { seconds, version }) : messages.failed);
    underline(answer);
    reveal();
    if (response.ok) {
      rememberQuery(text);
      listPast();
    }
    if (address().length <= LONGEST_ADDRESS && location.href !== new URL(address(), location.href).href) history.pushState(null, "", address());
  } catch (error) {
    say(error.name === "AbortError" ? messages.cancelled : messages.unreachable);
  } finally {
    if (running === controller) {
      running = null;
      cancel.disabled = true;
    }
  }
}

function send(signal) {
  const headers = { Accept: "text/html" };
  if (address().length <= LONGEST_ADDRESS) return fetch(address(), { headers, signal });
  const body = new URLSearchParams({ query: area.value });
  return fetch(form.action.split("#")[0] + (form.elements.lang ? `?lang=${form.elements.lang.value}` : ""), { method: "POST", body, headers, signal });
}

/** The address that stands for the query. */
function address(more = {}) {
  const parts = { query: view.state.doc.toString(), ...(form.elements.lang ? { lang: form.elements.lang.value } : {}), ...more };
  return `${form.getAttribute("action").split("#")[0]}?${new URLSearchParams(parts)}`;
}

function underline(part) {
  const problem = part.querySelector("[data-line]");
  if (problem) showError(view, Number(problem.dataset.line), Number(problem.dataset.column), problem.dataset.reason);
}

/** Scroll to an answer of which little can be seen, so that the end of the form stays in view. */
function reveal() {
  const { top } = answer.getBoundingClientRect();
  if (top > innerHeight * 0.6) scrollBy({ top: top - innerHeight * 0.4 });
}

function say(words) {
  status.textContent = words;
}

function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

function listPast() {
  const list = document.getElementById("past");
  const queries = pastQueries();
  list.closest("details").hidden = !queries.length;
  list.replaceChildren(
    ...queries.map((text) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = text.replace(/^\s*PREFIX.*$/gim, "").replace(/\s+/g, " ").trim().slice(0, 120);
      button.addEventListener("click", () => (setText(view, text), view.focus()));
      item.append(button);
      return item;
    }),
  );
}

document.querySelector("[data-forget]").addEventListener("click", () => {
  forgetQueries();
  listPast();
});
performance.mark("editor"); // for those who measure when it is in place
