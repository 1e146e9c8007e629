// Goes from the home page to what people look for, by clicks or by keyboard, and prints what it found.

import { browse } from "./browser.mjs";

const [root] = process.argv.slice(2);
const HOMES = { en: "/", "zh-Hans": "/?lang=zh-Hans", "zh-Hant": "/?lang=zh-Hant" };
const NAMES = {
  en: { bases: "Bases", sources: "Sources", people: "People", person: "Sun Youshun", base: "Offshore innovation base in Suzhou" },
  "zh-Hans": { bases: "基地", sources: "来源", people: "人物", person: "孙友顺", base: "苏州离岸创新创业基地" },
  "zh-Hant": { bases: "基地", sources: "來源", people: "人物", person: "孫友順", base: "蘇州離岸創新創業基地" },
};

/** Click a link by its whole name; a click is counted. */
async function click(page, name, within = "body") {
  await page.locator(within).getByRole("link", { name, exact: true }).first().click();
  page.clicks += 1;
}

/** Press Tab until the link of a name has the focus, then Enter. */
async function enter(page, name) {
  for (let presses = 0; presses < 300; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const { innerText, localName } = document.activeElement;
      const style = getComputedStyle(document.activeElement);
      return { text: innerText?.trim(), localName, outline: style.outlineStyle !== "none" };
    });
    if (focused.localName === "body") throw new Error(`the focus was lost before ${name}`);
    if (focused.text === name) {
      if (!focused.outline) throw new Error(`nobody sees that ${name} has the focus`);
      await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
      return;
    }
  }
  throw new Error(`no ${name} within 300 stops`);
}

const rows = (page) => page.locator("table.list tbody th[scope=row]").count();
const total = async (page) => Number((await page.locator(".count").innerText()).match(/\d+/)[0]);

await browse(root, async (open) => {
  const found = [];
  for (const [lang, names] of Object.entries(NAMES)) {
    for (const javaScriptEnabled of [true, false]) {
      const page = await open(HOMES[lang], { javaScriptEnabled });
      page.clicks = 0;
      await click(page, names.bases, "nav.lists");
      found.push({ lang, javaScriptEnabled, what: "bases", rows: await rows(page), total: await total(page), clicks: page.clicks });
      await page.goto(root + HOMES[lang]);
      page.clicks = 0;
      await click(page, names.sources, "nav.lists");
      found.push({ lang, javaScriptEnabled, what: "sources", rows: await rows(page), total: await total(page), clicks: page.clicks });
      await page.goto(root + HOMES[lang]);
      page.clicks = 0;
      await click(page, names.people, "nav.lists");
      await click(page, names.person, "main");
      found.push({ lang, javaScriptEnabled, what: "dispute", text: await page.locator("#claims ~ .scroll").first().innerText(), clicks: page.clicks });
      await page.context().close();
    }
  }
  for (const [lang, names] of Object.entries(NAMES)) {
    const page = await open(HOMES[lang], { javaScriptEnabled: true });
    await enter(page, names.bases);
    const address = page.url();
    await enter(page, names.base);
    found.push({ lang, what: "keyboard", list: address, thing: page.url() });
    await page.context().close();
  }
  // Each base on a desk: the words that it takes, the statements in its tables, and how far down the
  // first of what is folded is.
  const desk = await open("/bases?lang=en", { viewport: { width: 1280, height: 900 } });
  for (const link of await desk.$$eval("table.list tbody th a", (links) => links.map((each) => each.getAttribute("href")))) {
    await desk.goto(root + link);
    found.push({ what: "base", link, ...(await desk.evaluate(() => ({
      words: document.querySelector("main").innerText.split(/\s+/).filter((word) => /\w/.test(word)).length,
      statements: document.querySelectorAll(".statements th[scope=row]").length,
      fold: Math.round(document.querySelector("main details > summary").getBoundingClientRect().top + scrollY),
    }))) });
  }
  // An address that names a part of what is folded opens it; one of what is laid out late leads to it.
  for (const [path, parts] of [
    ["/doc/organization/nanjing-base", "main details [id]"],
    ["/doc/document/innovation-without-borders", "main details [id]"],
    ["/shapes", "main tr[id]"],
    ["/vocab", "main tr[id]"],
  ]) {
    await desk.goto(root + path);
    const names = await desk.$$eval(parts, (found) => [found[0].id, found.at(-1).id]);
    for (const name of names) {
      await desk.goto("about:blank");
      await desk.goto(`${root}${path}#${name}`);
      found.push({ what: "fragment", path, name, ...(await desk.evaluate((id) => {
        const part = document.getElementById(id);
        const { top, bottom } = part.getBoundingClientRect();
        return { visible: part.checkVisibility({ contentVisibilityAuto: true }) && top < innerHeight && bottom > 0 };
      }, name)) });
    }
  }
  // What is laid out late has about its height before, and shows the whole outline of what has the focus.
  for (const [path, control] of [
    ["/shapes", null],
    ["/vocab", ".scheme > .scroll"],
    ["/ontology", ".terms > details > summary"],
  ]) {
    await desk.goto("about:blank");
    await desk.goto(root + path);
    const early = await desk.evaluate(() => document.documentElement.scrollHeight);
    const part = control && await desk.$(control);
    let outlined = null;
    if (part) {
      await part.scrollIntoViewIfNeeded();
      await desk.waitForTimeout(200);
      const { x, y } = await part.boundingBox();
      const beside = { clip: { x: x - 5, y: y + 5, width: 4, height: 10 } };
      const without = await desk.screenshot(beside);
      await desk.keyboard.press("Tab"); // then the browser shows what has the focus
      await part.evaluate((element) => element.focus({ preventScroll: true }));
      await part.evaluate((element) => element.scrollIntoView({ block: "nearest" }));
      const box = await part.boundingBox();
      beside.clip.y = box.y + 5;
      outlined = !without.equals(await desk.screenshot(beside));
    }
    const late = await desk.evaluate(() => {
      for (const element of document.querySelectorAll("main *")) element.style.contentVisibility = "visible";
      return document.documentElement.scrollHeight;
    });
    found.push({ what: "late", path, early, late, outlined });
  }
  // On paper: what is folded is there, forms are not, and nothing is cut off.
  await desk.setViewportSize({ width: 720, height: 1000 });
  await desk.emulateMedia({ media: "print" });
  for (const path of ["/doc/organization/suzhou-base", "/doc/organization/nanjing-base", "/bases", "/queries/claim/about", "/shapes", "/vocab"]) {
    await desk.goto(root + path);
    found.push({ what: "print", path, ...(await desk.evaluate(() => ({
      folded: [...document.querySelectorAll("article.claim")].filter((card) => !card.getBoundingClientRect().height || !card.checkVisibility({ contentVisibilityAuto: true })).length,
      cards: document.querySelectorAll("article.claim").length,
      rows: [...document.querySelectorAll("details .statements th[scope=row]")].filter((row) => row.getBoundingClientRect().height && row.checkVisibility({ contentVisibilityAuto: true })).length,
      unseen: [...document.querySelectorAll("tr")].filter((row) => !row.checkVisibility({ contentVisibilityAuto: true })).length,
      forms: [...document.querySelectorAll("form")].filter((form) => form.checkVisibility()).length,
      beyond: Math.max(0, ...[...document.querySelectorAll("table")].map((table) => table.getBoundingClientRect().right - innerWidth)),
      cited: document.querySelector(".print-only")?.checkVisibility(),
    }))) });
  }
  await desk.goto(`${root}/ontology`);
  const paper = (await desk.pdf({ format: "A4" })).toString("latin1");
  found.push({
    what: "paper",
    pages: paper.match(/\/Type\s*\/Page\b/g).length,
    terms: await desk.locator("article.term").count(),
    shown: await desk.evaluate(() =>
      [...document.querySelectorAll("article.term dl")].filter((part) => part.checkVisibility({ contentVisibilityAuto: true })).length),
  });
  await desk.context().close();
  const page = await open("/bases", { javaScriptEnabled: false });
  await page.getByLabel("Place").selectOption({ label: "Suzhou (1)" });
  await page.getByRole("button", { name: "Choose" }).click();
  found.push({ what: "choice", rows: await rows(page), address: page.url() });
  await page.goto(`${root}/queries/united-front/partners-of-a-base`);
  await page.getByLabel("the base").fill("offshore innovation base in Tianjin");
  await page.getByRole("button", { name: "Run" }).click();
  found.push({ what: "question", rows: await page.locator("table.list tbody tr").count(), address: page.url() });
  await page.getByRole("searchbox").first().fill("苏州");
  await page.getByRole("button", { name: "Search" }).first().click();
  found.push({ what: "search", text: await page.locator("main").innerText() });
  await page.context().close();
  return found;
});
