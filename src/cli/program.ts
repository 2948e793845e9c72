/** redsim's own version, as package.json states it. */
import { readFileSync } from "node:fs";

export const programVersion: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  }
).version;
