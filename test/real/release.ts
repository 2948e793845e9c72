/**
 * Which Redis the comparison is with: the release of the redis-server that is first on the PATH, and the
 * version of the model that stands for it. Everything simulated here is of that version. Without a Redis,
 * with one that is not modelled, or with tools of two releases nothing is run; nothing is ever skipped.
 */
import { execFileSync } from "node:child_process";
import { behaviours, type Version, versions } from "../../src/redis/version.js";

function releaseOf(program: string): string {
  let banner: string;
  try {
    banner = execFileSync(program, ["--version"], { encoding: "utf8" });
  } catch {
    throw new Error(
      `there is no ${program} on the PATH to compare with; Debian has it as \`apt-get install redis\``,
    );
  }
  const release = /\bv=(\d+\.\d+\.\d+)/.exec(banner)?.[1];
  if (release === undefined) throw new Error(`${program} names no release: ${banner.trim()}`);
  return release;
}

function versionOf(release: string): Version {
  const version = versions.find((each) => release.startsWith(`${each}.`));
  if (version !== undefined) return version;
  throw new Error(
    `the redis-server on the PATH is ${release}, which redsim does not model; it models ${versions.join(", ")}`,
  );
}

/** Such as 7.0.15. */
export const release = releaseOf("redis-server");
export const version = versionOf(release);
export const behaviour = behaviours[version];

/** Directives that say the same to every release: 6.2 serves DEBUG without asking. */
export const debugAllowed: readonly string[] = behaviour.from70 ? ["enable-debug-command yes"] : [];

/** Before all tests, so that what is wrong with the PATH is said once. */
export function setup(): void {
  for (const program of ["redis-sentinel", "redis-cli"]) {
    const other = /\d+\.\d+\.\d+/.exec(execFileSync(program, ["--version"], { encoding: "utf8" }));
    if (other?.[0] !== release)
      throw new Error(
        `the redis-server on the PATH is ${release}, but its ${program} is ${other?.[0]}`,
      );
  }
}
