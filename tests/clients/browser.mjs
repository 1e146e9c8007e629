// A browser for the tests of pages: Debian's Chromium, by playwright-core, with no way to other hosts.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Start the browser; further arguments are options of its command line. */
export const launch = (...args) =>
  chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", ...args] });

/** Start the browser, do the work with a function that opens pages, and print what it returns. */
export async function browse(root, work) {
  const browser = await launch();
  try {
    const open = async (path, options = {}) => {
      const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
      const page = await context.newPage();
      page.faults = [];
      page.outside = [];
      await page.route("**/*", (route) => {
        if (route.request().url().startsWith(root)) return route.continue();
        page.outside.push(route.request().url());
        return route.abort();
      });
      page.on("pageerror", (error) => page.faults.push(String(error)));
      page.on("console", (message) => /Content Security Policy/.test(message.text()) && page.faults.push(message.text()));
      await page.goto(root + path);
      return page;
    };
    console.log(JSON.stringify(await work(open)));
  } finally {
    await browser.close();
  }
}

/** Return what axe finds wrong with a page (WCAG 2.2 A and AA, best practices), each as words. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}
