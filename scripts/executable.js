#!/usr/bin/env node
/**
 * Makes the built commands executable, as the last step of `npm run build`.
 *
 * npm does that itself when it links them, but only the first time: after a second `npm ci` in the same
 * folder `npx redsim` finds its link in npm's cache, and at its end a new file that nobody may execute.
 */
import { chmodSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { bin } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));
for (const file of new Set(Object.values(bin))) chmodSync(resolve(root, file), 0o755);
