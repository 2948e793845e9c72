/**
 * docs/library.md: every program on the page compiles and runs, prints what stands below it, and no
 * public name is left out.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import * as library from "../../src/index.js";
import { inFolder } from "../cli/redsim.js";

const root = resolve(import.meta.dirname, "../..");
const path = join(root, "docs/library.md");
const page = readFileSync(path, "utf8");

/** A program, and behind it what it prints, if that is there already. */
const pattern = /```ts\n(.*?)```\n(?:\n```text\n.*?```\n)?/gs;

/** The programs as files of a package that has redsim and fast-check installed. */
function programsIn(folder: string, extension: "mjs" | "mts"): readonly string[] {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/redsim"));
  symlinkSync(join(root, "node_modules/fast-check"), join(folder, "node_modules/fast-check"));
  return [...page.matchAll(pattern)].map(([, body = ""], i) => {
    const program = join(folder, `program${i + 1}.${extension}`);
    writeFileSync(program, body);
    return program;
  });
}

test("the programs print what stands below them (npm run golden rewrites it)", async () => {
  const fresh = inFolder((folder) => {
    const programs = programsIn(folder, "mjs");
    let next = 0;
    return page.replace(pattern, (_, body: string) => {
      const program = programs[next++] ?? "";
      const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
      expect(stderr, body).toBe("");
      return `\`\`\`ts\n${body}\`\`\`\n\n\`\`\`text\n${stdout}\`\`\`\n`;
    });
  });

  expect([...page.matchAll(pattern)].length).toBeGreaterThan(6);
  await expect(fresh).toMatchFileSnapshot(path);
});

test("the programs compile, under strict settings, against the types that are published", () => {
  const { status, stdout } = inFolder((folder) => {
    programsIn(folder, "mts");
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          module: "nodenext",
          target: "es2023",
          lib: ["es2023"],
          types: ["node"],
          typeRoots: [join(root, "node_modules/@types")],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: true,
          noEmit: true,
        },
        include: ["*.mts"],
      }),
    );
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    return spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  });

  expect(stdout).toBe("");
  expect(status).toBe(0);
});

test("the page names everything that is public", () => {
  const missing = Object.keys(library).filter((name) => !page.includes(`\`${name}`));

  expect(missing).toEqual([]);
});
