// Bundles src/ into ../static/editor.js, and writes down what is in it: ../static/editor.txt has
// the licences of the packages, editor.json their versions and the hashes of all files.
// `node build.js --check` builds anew and compares; nothing is written.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const target = join(here, "..", "static");

const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  outfile: "editor.js",
});

const names = new Set();
for (const path of Object.keys(metafile.inputs)) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  if (name) names.add(name);
}
const packages = {};
const notices = [];
for (const name of [...names].sort()) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  packages[name] = { version, license };
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} has no licence file`);
  notices.push(`== ${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
}
const files = { "static/editor.js": outputFiles[0].text, "static/editor.txt": notices.join("\n") };
const sources = ["build.js", "package.json", "package-lock.json", ...readdirSync(join(here, "src")).sort().map((name) => `src/${name}`)];
const hash = (text) => createHash("sha256").update(text).digest("hex");
const manifest = {
  packages,
  sources: Object.fromEntries(sources.map((name) => [name, hash(readFileSync(join(here, name)))])),
  files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, hash(text)])),
};
files["editor/editor.json"] = `${JSON.stringify(manifest, null, 2)}\n`;

const stale = Object.entries(files).filter(([name, text]) => {
  try {
    return readFileSync(join(here, "..", name), "utf8") !== text;
  } catch {
    return true;
  }
});
if (process.argv.includes("--check")) {
  if (stale.length) {
    console.error(`not as a fresh build makes them: ${stale.map(([name]) => name).join(", ")}; run make editor`);
    process.exit(1);
  }
} else {
  for (const [name, text] of stale) writeFileSync(join(here, "..", name), text);
}
