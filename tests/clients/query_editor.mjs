// Uses the query editor as a person might, with and without script, and prints what was seen.

import { browse, violations } from "./browser.mjs";

const [root] = process.argv.slice(2);
const RUN = ".editor button[type=submit]";
const LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }";

const textOf = (page) => page.$$eval(".cm-line", (lines) => lines.map((line) => line.textContent).join("\n"));
const statusOf = (page) => page.textContent("[role=status]");

async function write(page, text) {
  await page.click(".cm-content");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.type(text);
  await page.keyboard.press("Escape");
}

async function settle(page) {
  await page.waitForFunction(() => document.querySelector("[data-cancel]").disabled);
}

await browse(root, async (open) => {
  const seen = {};
  const page = await open("/sparql?lang=en", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.waitForSelector(".cm-content");
  seen.highlighted = await page.$$eval(".cm-line span", (spans) => new Set(spans.map((span) => getComputedStyle(span).color)).size);

  // A term is completed after "a", and its prefix is declared.
  await write(page, "");
  await page.keyboard.type("SELECT ?c { ?c a Offsho");
  // While the word is typed, the list is that of its beginning.
  await page.waitForSelector(".cm-tooltip-autocomplete li[aria-selected]:has-text('Offsho')");
  seen.offered = await page.$$eval(".cm-tooltip-autocomplete li", (items) => items.map((item) => item.textContent));
  await page.waitForTimeout(200); // CodeMirror takes no key sooner
  await page.keyboard.press("Enter");
  seen.completed = await textOf(page);

  // A thing is found by its name.
  await write(page, "");
  await page.keyboard.type("DESCRIBE harvard");
  await page.waitForFunction(() => {
    const host = [...document.querySelectorAll("form *")].find((node) => node.shadowRoot);
    return /Harvard/.test(host.shadowRoot.querySelector(".cm-tooltip-autocomplete")?.textContent || "");
  });
  seen.things = await page.$$eval(".cm-tooltip-autocomplete li", (items) => items.map((item) => item.textContent));

  // An answer comes in place; the address is that of the query.
  await write(page, "SELECT ?x { VALUES ?x { 1 2 3 } }");
  await page.click(RUN);
  await page.waitForSelector("#result");
  await settle(page);
  seen.answer = await page.textContent("#answer");
  seen.status = await statusOf(page);
  seen.address = new URL(page.url()).searchParams.get("query");
  seen.downloads = await page.$$eval("#answer a", (links) => links.map((link) => link.getAttribute("href")));
  await page.click("[data-share]");
  seen.shared = await page.evaluate(() => navigator.clipboard.readText());
  seen.href = page.url();

  // A mistake is underlined at its place, and the text stays; by the keyboard alone.
  const wrong = "SELECT * {\n  ?s nope:thing ?o\n}";
  await page.click(".cm-content");
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(wrong);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("#answer [role=alert]");
  await settle(page);
  seen.underlined = await page.$$eval(".cm-lintRange-error", (marks) => marks.map((mark) => mark.textContent));
  seen.kept = (await textOf(page)) === wrong;
  seen.problem = await page.textContent("#answer [role=alert]");

  // A long query is cancelled.
  await write(page, LONG);
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => !document.querySelector("[data-cancel]").disabled);
  await page.click("[data-cancel]");
  await settle(page);
  seen.cancelled = await statusOf(page);

  // An example is put into the editor.
  await page.click("a[data-example$='base/count.rq']");
  await page.waitForFunction(() => {
    const host = [...document.querySelectorAll("form *")].find((node) => node.shadowRoot);
    return host.shadowRoot.querySelector(".cm-content").textContent.includes("baseCount");
  });
  seen.example = await textOf(page);

  // The queries of the past are on this device, until they are forgotten.
  await page.click("summary:has-text('device')");
  seen.past = await page.$$eval("#past li", (items) => items.map((item) => item.textContent));
  seen.stored = await page.evaluate(() => Object.keys(localStorage));
  seen.cookies = (await page.context().cookies()).length;
  await page.click("[data-forget]");
  seen.forgotten = await page.evaluate(() => Object.keys(localStorage));
  seen.axe = await violations(page);
  seen.faults = page.faults;
  seen.outside = page.outside;

  // On a phone, in the dark, in Chinese.
  const phone = await open("/sparql?lang=zh-Hans", { viewport: { width: 320, height: 700 }, colorScheme: "dark", hasTouch: true, isMobile: true });
  await phone.waitForSelector(".cm-content");
  const variables = await phone.$$eval(".cm-line span", (spans) => spans.filter((span) => /^[?]\w+$/.test(span.textContent)).map((span) => span.getClientRects().length));
  const size = await phone.$eval(".cm-content", (node) => getComputedStyle(node).fontSize);
  await phone.tap(RUN);
  await phone.waitForSelector("#result");
  await settle(phone);
  const [top, examples] = await phone.evaluate(() => ["#result", "#examples"].map((name) => document.querySelector(name).getBoundingClientRect().top));
  seen.phone = {
    variables,
    size,
    top,
    examples,
    keys: await phone.$eval(".keys", (node) => node.checkVisibility()),
    beyond: await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    axe: await violations(phone),
    faults: phone.faults,
  };

  // Terms that cannot be had are asked for again.
  const again = await open("/sparql?lang=en");
  await again.route("**/terms.json*", (route) => route.abort());
  const failed = again.waitForEvent("requestfailed");
  await write(again, "");
  await again.keyboard.type("ASK { ?c a Off");
  await failed;
  await again.unroute("**/terms.json*");
  await again.keyboard.type("sho");
  await again.waitForSelector(".cm-tooltip-autocomplete li[aria-selected]:has-text('Offsho')");
  seen.again = { faults: again.faults, offered: await again.textContent(".cm-tooltip-autocomplete li[aria-selected]") };

  // Whoever writes before the editor is there goes on at the same place.
  const early = await open("/about?lang=en");
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await early.route("**/editor.js", async (route) => (await released, route.continue()));
  await early.goto(`${root}/sparql?lang=en`);
  await early.fill("textarea", "ASK {  }");
  for (let steps = 0; steps < 2; steps += 1) await early.keyboard.press("ArrowLeft");
  release();
  await early.waitForSelector(".cm-focused");
  await early.keyboard.insertText("?s ?p ?o");
  seen.early = await textOf(early);

  // A script that does not come leaves a form that works, and no fault.
  seen.broken = [];
  for (const name of ["editor.js", "load-editor.js"]) {
    const broken = await open("/about?lang=en");
    await broken.route(`**/${name}`, (route) => route.abort());
    await broken.goto(`${root}/sparql?lang=en`);
    await broken.waitForLoadState("networkidle");
    await broken.fill("textarea", "ASK {}");
    await broken.click(RUN);
    await broken.waitForSelector("#result");
    const isSeen = await broken.$eval("#result", (node) => node.getBoundingClientRect().top < innerHeight / 2);
    seen.broken.push({ answer: await broken.textContent("#answer"), faults: broken.faults, isSeen });
  }

  // Without script the form works as a form.
  const plain = await open("/sparql?lang=en", { javaScriptEnabled: false });
  await plain.fill("textarea", "ASK {}");
  await plain.click(RUN);
  seen.plain = { answer: await plain.textContent("#answer"), buttons: await plain.$$eval("[data-cancel]", (found) => found.filter((each) => each.offsetParent).length) };
  return seen;
});
