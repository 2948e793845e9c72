/**
 * What README and docs show is true: every command in a `sh` block runs, excerpts are what is printed,
 * the scenario parses and holds, the program compiles and runs, links and named tests exist.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { library } from "../../src/cli/scenario-source.js";
import { inFolder, redsim } from "../cli/redsim.js";

const root = resolve(import.meta.dirname, "../..");
const pages = ["README.md", "CONTRIBUTING.md", "scenarios/README.md"].concat(
  readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .toSorted(),
);
const text = (page: string) => readFileSync(join(root, page), "utf8");

interface Block {
  readonly language: string;
  readonly body: string;
  /** What the comment in the line before it says. */
  readonly about: string;
}

function blocks(page: string): readonly Block[] {
  return [...text(page).matchAll(/(?:<!-- (.*?) -->\n)?```(\w*)\n(.*?)```/gs)].map(
    ([, about = "", language = "", body = ""]) => ({ about, language, body }),
  );
}

/** A command line as words; nothing in the docs needs more of a shell than that. */
function commandsIn(page: string): readonly string[] {
  return blocks(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ body }) => body.split("\n"))
    .filter((line) => line.startsWith("npx redsim "));
}

describe("README's commands, one after the other in one folder", () => {
  const commands = commandsIn("README.md");

  test("run, and exit as the text says", () => {
    expect(commands.length).toBeGreaterThan(8);
    inFolder((folder) => {
      const walkthrough = join(root, "scenarios/walkthrough");
      mkdirSync(join(folder, "my-cluster"));
      for (const name of readdirSync(walkthrough).filter((each) => each.endsWith(".conf")))
        copyFileSync(join(walkthrough, name), join(folder, "my-cluster", name));

      for (const command of commands) {
        const { code, err } = redsim(command.split(" ").slice(2), { cwd: folder });
        const breaks = command.includes("down-after-milliseconds=2000");
        expect(`${command}: ${code} ${breaks ? "" : err}`.trim()).toBe(
          `${command}: ${breaks ? 1 : 0}`,
        );
      }
    });
  });
});

describe.each(pages)("%s", (page) => {
  test("names no command of redsim that does not exist", () => {
    const known = /^(run|replay|list|show|init|schema)$/;
    const help = redsim(["--help"]).out;
    const named = [...text(page).matchAll(/(?:`|npx )redsim ([a-z]+)/g)].map(
      (each) => each[1] ?? "",
    );

    for (const name of named)
      expect(known.test(name) || help.includes(`redsim ${name}`) ? name : `redsim ${name}`).toBe(
        name,
      );
  });

  test("links to pages that are there", () => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((each) => each[1] ?? "");

    for (const link of links)
      expect(existsSync(resolve(root, dirname(page), link)) ? link : `${link} is missing`).toBe(
        link,
      );
  });
});

describe("README", () => {
  /** A section of what a command prints, or its first lines; its rule is as wide as the terminal. */
  const excerpt = (command: string, title: string, lines: number): string => {
    const printed = `${redsim(command.split(" ")).out}\n-- `;
    const from = printed.indexOf(`-- ${title} -`);
    const section = printed.slice(from, printed.indexOf("\n-- ", from)).trimEnd().split("\n");
    expect(section.length).toBeGreaterThan(3);
    return section.slice(0, lines).join("\n");
  };

  test("shows excerpts of what is printed (npm run golden rewrites them)", async () => {
    const pattern =
      /(<!-- npx redsim ([^\n:]*): ([\w-]+)(?:, (\d+) lines)? -->\n```text\n).*?(```)/gs;
    const readme = text("README.md");
    const fresh = readme.replace(
      pattern,
      (
        _,
        before: string,
        command: string,
        title: string,
        lines: string | undefined,
        after: string,
      ) => `${before}${excerpt(command, title, Number(lines ?? 1_000))}\n${after}`,
    );

    expect([...readme.matchAll(pattern)].length).toBe(2);
    await expect(fresh).toMatchFileSnapshot(join(root, "README.md"));
  });

  test("shows a scenario that runs and holds under ten seeds", () => {
    const [scenario] = blocks("README.md").filter(({ about }) => about === "scenario");
    inFolder((folder) => {
      writeFileSync(join(folder, "cut.yaml"), scenario?.body ?? "");
      const { code, out } = redsim(["run", "cut.yaml", "--seeds", "1..10", "--quiet"], {
        cwd: folder,
      });

      expect({ code, out }).toEqual({ code: 0, out: "all 10 seeds hold\n" });
    });
  });

  test("shows a program that runs", () => {
    const [program] = blocks("README.md").filter(({ language }) => language === "ts");
    inFolder((folder) => {
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(root, join(folder, "node_modules/redsim"));
      writeFileSync(join(folder, "program.mjs"), program?.body ?? "");
      const printed = execFileSync(process.execPath, [join(folder, "program.mjs")], {
        encoding: "utf8",
      });

      expect(printed).toMatch(/^\[ '10\.77\.0\.1[23]:6379' \] [0-9a-f]{16}\n$/);
    });
  });

  test("names every scenario of the library through its page", () => {
    for (const { name } of library()) expect(text("scenarios/README.md")).toContain(`[${name}](`);
  });
});

describe("fidelity.md", () => {
  const rows = text("docs/fidelity.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| behaviour"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  test("says of each row whether it is modelled, and of what is, what shows it", () => {
    expect(rows.length).toBeGreaterThan(60);
    for (const [behaviour, , modelled = "", shown = ""] of rows) {
      expect(`${behaviour}: ${modelled}`).toMatch(/: (yes|no|partly: .+)$/);
      if (modelled === "yes") expect(`${behaviour}: ${shown}`).toMatch(/`/);
    }
  });

  test("names tests and scenarios that are there", () => {
    const scenarios = library().map(({ name }) => name);
    const shown = rows.flatMap(([, , , cell = ""]) =>
      [...cell.matchAll(/`([^`]+)`/g)].map((each) => each[1] ?? ""),
    );

    expect(shown.length).toBeGreaterThan(60);
    for (const name of shown)
      expect(
        scenarios.includes(name) || existsSync(join(root, "test", name))
          ? name
          : `${name} is missing`,
      ).toBe(name);
  });
});

describe("trace-format.md", () => {
  test("describes every line that the library writes, with all its keys", () => {
    const page = text("docs/trace-format.md");
    const described = (kind: string) =>
      page
        .split("\n")
        .find((line) => line.startsWith("|") && line.split("|")[1]?.includes(`\`${kind}\``));

    inFolder((folder) => {
      for (const [name, level] of [
        ["walkthrough", "notes"],
        ["restart-master-empty", "steps"],
        ["cascade", "wire"],
      ] as const) {
        const path = join(folder, `${name}.ndjson`);
        redsim(["run", name, "--until", "40s", "--quiet", "--trace", path, "--level", level]);
        for (const line of readFileSync(path, "utf8").trimEnd().split("\n").slice(1, -1)) {
          const { t: _, kind, ...fields } = JSON.parse(line) as Record<string, unknown>;
          const row = described(String(kind));
          expect(row ?? `${String(kind)} is not described`).toContain("|");
          if (kind !== "fault")
            for (const key of Object.keys(fields))
              expect(row?.includes(`\`${key}\``) === true ? key : `${String(kind)}.${key}`).toBe(
                key,
              );
        }
      }
    });
  });
});
