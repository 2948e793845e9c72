/** The environment variables by which a stand-in is told what Redis has no option for. */

import { type Version, versions } from "../redis/version.js";
import { newest } from "../scenario/version.js";

export interface Environment {
  readonly version: Version;
  /** The socket of the simulation; undefined: the nearest one, by the working directory. */
  readonly socket: string | undefined;
  /** Virtual seconds for each real one. */
  readonly speed: number;
  readonly seed: string | undefined;
  readonly trace: string | undefined;
  /** How long a simulation without stand-ins waits for the next one, in real milliseconds. */
  readonly patience: number;
}

/** A variable that says what cannot be; the text is for whoever set it. */
export class EnvironmentError extends Error {}

const patienceDefault = 30;

export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  return {
    version: versionOf(env["REDSIM_REDIS_VERSION"]),
    socket: env["REDSIM_SOCKET"] || undefined,
    speed: numberOf(env, "REDSIM_SPEED", 1),
    seed: env["REDSIM_SEED"] || undefined,
    trace: env["REDSIM_TRACE"] || undefined,
    patience: numberOf(env, "REDSIM_PATIENCE", patienceDefault) * 1_000,
  };
}

/** `7.0`, or a release such as `7.0.15`: there is one for each. */
function versionOf(text = ""): Version {
  if (text === "") return newest;
  const found = versions.find((version) => text === version || text.startsWith(`${version}.`));
  if (found !== undefined) return found;
  throw new EnvironmentError(
    `REDSIM_REDIS_VERSION: ${text} is not modelled (there are ${versions.join(", ")})`,
  );
}

function numberOf(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  usual: number,
): number {
  const text = env[name] ?? "";
  if (text === "") return usual;
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new EnvironmentError(`${name}: ${text} is not a number above 0 (such as 1, 20 or 0.5)`);
}
