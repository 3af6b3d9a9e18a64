/**
 * Bundles the scripts and style sheets of `static/` into `build/static/`, under the names that they
 * have there, so that a page names the same file whether it is bundled or not; and what the server
 * runs itself into `build/server/`. `manage.py serve` and the tests run it when a source is newer.
 */

import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { build } from "esbuild";

// The files that pages name. They reach the others by `import`, or `@import` in a style sheet.
const PAGES = [
  "css/pages/account.css",
  "css/pages/admin.css",
  "css/pages/conversation.css",
  "css/pages/shared.css",
  "js/markdown/highlight_worker.js",
  "js/pages/account.js",
  "js/pages/admin.js",
  "js/pages/conversation_page.js",
  "js/pages/entrance.js",
  "js/pages/leaving.js",
];
// Modules that the server runs in V8, which takes classic scripts: each becomes one, `NAME.js`,
// with what it exports as the properties of a global of that name.
/** @type {Record<string, string>} */
const SERVER = { renderer: "js/markdown/server.js" };
// Served as they are.
const COPIED = ["favicon.svg", "frames"];
// The oldest browsers that the site supports.
const BROWSERS = ["chrome123", "firefox125", "safari17.5"];
const SOURCES = "static";
const TARGET = "build";
// The list of sources with their hashes: the bundle is out of date when one of them has another.
const LIST = join(TARGET, "sources.json");

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  // Beside the script and not in it: only a browser with open developer tools loads it.
  sourcemap: "linked",
  write: false,
};

/** @returns {Promise<import("esbuild").OutputFile[]>} */
async function bundled() {
  // Each by itself: together, what two pages have in common would be one more file of each.
  const pages = PAGES.map((path) =>
    build({
      ...COMMON,
      chunkNames: "js/chunks/[name].[hash]",
      entryPoints: [join(SOURCES, path)],
      format: "esm",
      outbase: SOURCES,
      outdir: join(TARGET, "static"),
      splitting: true,
      target: BROWSERS,
    }),
  );
  const scripts = Object.entries(SERVER).map(([globalName, path]) =>
    build({
      ...COMMON,
      entryPoints: [join(SOURCES, path)],
      format: "iife",
      globalName,
      outfile: join(TARGET, "server", `${globalName}.js`),
      sourcemap: false,
    }),
  );
  return (await Promise.all([...pages, ...scripts])).flatMap(
    ({ outputFiles }) => outputFiles ?? [],
  );
}

/** @returns {Promise<Record<string, string>>} the SHA-256 of each file that the bundle depends on */
async function sources() {
  const found = await readdir(SOURCES, { recursive: true, withFileTypes: true });
  const files = found
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const hashed = [...files, "bundle.js", "package-lock.json"].map(async (path) => {
    const hash = createHash("sha256").update(await readFile(path));
    return [path, hash.digest("hex")];
  });
  return Object.fromEntries(await Promise.all(hashed));
}

/**
 * Writes a file and, beside it, what browsers are sent of it: as small as both methods can.
 *
 * @param {string} path
 * @param {Uint8Array} contents
 */
async function store(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
  if (!/static.*\.(?:css|js)$/.test(path)) return;
  await writeFile(`${path}.br`, await promisify(brotliCompress)(contents));
  await writeFile(`${path}.gz`, await promisify(gzip)(contents, { level: 9 }));
}

// Before anything is read, so that a source that changes meanwhile makes the bundle out of date.
const list = await sources();
// The bundler has said why on the terminal.
const files = await bundled().catch(() => process.exit(1));
await Promise.all(
  [LIST, join(TARGET, "static"), join(TARGET, "server")].map((path) =>
    rm(path, { recursive: true, force: true }),
  ),
);
for (const path of COPIED) {
  await cp(join(SOURCES, path), join(TARGET, "static", path), { recursive: true });
}
await Promise.all(files.map(({ path, contents }) => store(path, contents)));
await writeFile(LIST, JSON.stringify(list, null, 1));
