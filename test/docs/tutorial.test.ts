/**
 * docs/tutorial.md, walked through in one folder from top to bottom: files are written as they stand
 * there, commands exit as it says, and what it shows is what the last command printed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { inFolder, redsim } from "../cli/redsim.js";

const path = join(resolve(import.meta.dirname, "../.."), "docs/tutorial.md");
const page = readFileSync(path, "utf8");
const block = /(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)```/gs;

test("the tutorial works, and shows what it prints (npm run golden rewrites it)", {
  timeout: 300_000,
}, async () => {
  let printed = "";
  let commands = 0;
  const fresh = inFolder((folder) =>
    page.replace(block, (whole, about: string | undefined, language: string, body: string) => {
      if (language === "yaml") writeFileSync(join(folder, asked(about, /^file: (\S+)$/)), body);
      if (language === "sh")
        for (const command of body.trimEnd().split("\n")) {
          const { out, code } = redsim(command.split(" ").slice(2), { cwd: folder });
          const expected = about === undefined ? 0 : Number(asked(about, /^exits with (\d)$/));
          expect(`${command}: ${code}`).toBe(`${command}: ${expected}`);
          printed = out;
          commands++;
        }
      if (language !== "text") return whole;
      return `<!-- ${about} -->\n\`\`\`text\n${excerpt(printed, asked(about, /^shows: (.+)$/))}\n\`\`\``;
    }),
  );

  expect(commands).toBeGreaterThan(10);
  await expect(fresh).toMatchFileSnapshot(path);
});

function asked(about: string | undefined, pattern: RegExp): string {
  return pattern.exec(about ?? "")?.[1] ?? expect.fail(`the block's comment is ${about}`);
}

/** `all`, `lines 3 to 6`, or `section summary, 12 lines` at most. */
function excerpt(printed: string, what: string): string {
  const lines = printed.trimEnd().split("\n");
  const [, first, last] = /^lines (\d+) to (\d+)$/.exec(what) ?? [];
  const [, title, most] = /^section (.+), (\d+) lines$/.exec(what) ?? [];
  const from =
    title === undefined ? -1 : lines.findIndex((line) => line.startsWith(`-- ${title} -`));
  const next = lines.findIndex((line, i) => i > from && line.startsWith("-- "));
  const section = lines.slice(from, next < 0 ? undefined : next).slice(0, Number(most));
  const shown =
    first !== undefined
      ? lines.slice(Number(first) - 1, Number(last))
      : from >= 0
        ? section
        : lines;
  expect(what === "all" || shown.length < lines.length, what).toBe(true);
  expect(shown.join("").trim(), what).not.toBe("");
  return shown.join("\n").trimEnd();
}
