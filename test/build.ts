/**
 * Before all tests: dist/ is what src/ says, for the tests of the command line run it as a user does, in
 * a process of its own. The compiler does nothing where nothing has changed; whether the types hold is
 * for `npm run typecheck` to say.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export function setup(): void {
  const root = resolve(import.meta.dirname, "..");
  const compiler = resolve(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "--build", "tsconfig.build.json"], {
    cwd: root,
    encoding: "utf8",
  });
  if (!existsSync(resolve(root, "dist/cli/main.js")))
    throw new Error(`dist/ could not be built:\n${stdout}`);
  spawnSync(process.execPath, [resolve(root, "scripts/executable.js")]);
}
